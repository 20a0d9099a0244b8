"""Recomputes what is stored about sellers, and asks for it to be recomputed.

A recompute locks its sellers, reads their facts once, computes, replaces what is stored
and moves the watermark (``Standing.as_of`` and ``revision``), all in one transaction. Run
twice it equals once; one that finds everything up to date does nothing. Whoever changes
facts bumps ``Seller.revision`` in the transaction of the change, so the lock keeps a
recompute from reading half of an import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from metrics.benchmark_lookup import policy_key
from metrics.computing import Recomputed, compute
from metrics.dates import local_date
from metrics.engine import ENGINE_VERSION
from metrics.engine.days import day_number
from metrics.explain import fill_headline
from metrics.facts import read_facts
from metrics.models import Move, Run, RunChunk, Standing
from metrics.policy_files import current_policy_file
from metrics.results import Stamp, replace_results
from sellers.models import Seller, User

#: Sellers that one task computes in one transaction.
CHUNK_SELLERS = 200


@transaction.atomic
def recompute_sellers(
    *, seller_ids: Iterable[int], now: datetime, from_scratch: bool = False
) -> int:
    """Bring what is stored about these sellers up to ``now`` and to their newest facts.

    Returns
    -------
    The number of sellers that were out of date and have been computed.
    """
    policy_file = current_policy_file()
    key = policy_key(policy_file)
    sellers = list(
        Seller.objects.select_for_update(no_key=True).filter(pk__in=set(seller_ids)).order_by("pk")
    )
    stored = {
        standing.seller_id: standing for standing in Standing.objects.filter(seller__in=sellers)
    }
    stamps: dict[int, Stamp] = {}
    last_days: dict[int, int] = {}
    for seller in sellers:
        today = local_date(seller, now)
        rewrite_from = _rewrite_from(seller, stored.get(seller.pk), key, today)
        if from_scratch:
            rewrite_from = date.min
        if rewrite_from is not None:
            stamps[seller.pk] = Stamp(key, seller.revision, rewrite_from)
            last_days[seller.pk] = day_number(today)
    fresh: Recomputed | None = None
    if stamps:
        facts = read_facts(list(stamps))
        results = list(compute(facts, last_days, policy_file))
        replace_results(results, stamps, computed_at=now)
        fresh = Recomputed(facts, {result.seller_id: result.series for result in results})
    _tell_recomputed([seller.pk for seller in sellers], now, from_scratch, fresh)
    return len(stamps)


def _tell_recomputed(
    seller_ids: list[int], now: datetime, from_scratch: bool, fresh: Recomputed | None
) -> None:
    """Let what builds on the scores follow in the same transaction, so that both agree.

    The setting ``STANDING_ON_RECOMPUTED`` names a function taking ``seller_ids``, ``now``,
    ``from_scratch`` and ``fresh``, what has just been computed: this app knows nothing of those
    above it. It is told of every seller, those that were up to date too: what builds on them
    may not be.
    """
    path: str = getattr(settings, "STANDING_ON_RECOMPUTED", "")
    if path and seller_ids:
        hook: Callable[..., object] = import_string(path)
        hook(seller_ids=seller_ids, now=now, from_scratch=from_scratch, fresh=fresh)


def _rewrite_from(seller: Seller, standing: Standing | None, key: str, today: date) -> date | None:
    """The first day that has to be written; None when nothing has changed.

    Days that have been computed from the same facts by the same formula stay as they are.
    """
    if standing is None or today < standing.as_of:
        return date.min
    computed_from = (standing.policy, standing.engine_version, standing.revision)
    if computed_from != (key, ENGINE_VERSION, seller.revision):
        return date.min
    return None if standing.as_of == today else standing.as_of + timedelta(days=1)


def sellers_out_of_date(now: datetime) -> QuerySet[Seller]:
    """Sellers whose stored results miss facts, a change of formula, or a passed day.

    The last test is coarse (the zones' days differ): a recompute that finds a seller up to
    date leaves it alone.
    """
    current = Q(
        standing__revision=F("revision"),
        standing__policy=policy_key(current_policy_file()),
        standing__engine_version=ENGINE_VERSION,
        standing__as_of__gte=(now - timedelta(hours=12)).date(),
    )
    return Seller.objects.exclude(current).order_by("pk")


@transaction.atomic
def start_run(
    *,
    kind: str,
    seller_ids: Sequence[int],
    reason: str = "",
    requested_by: User | None = None,
    from_scratch: bool = False,
) -> Run:
    """Record a run and hand its chunks to the workers once the transaction commits."""
    from metrics.tasks import recompute_chunk

    run = Run.objects.create(
        kind=kind,
        seller_id=seller_ids[0] if len(seller_ids) == 1 else None,
        reason=reason[:200],
        sellers_total=len(seller_ids),
        from_scratch=from_scratch,
        requested_by=requested_by,
    )
    chunks = RunChunk.objects.bulk_create(
        RunChunk(run=run, seller_ids=list(seller_ids[start : start + CHUNK_SELLERS]))
        for start in range(0, len(seller_ids), CHUNK_SELLERS)
    )
    for chunk in chunks:
        recompute_chunk.delay_on_commit(chunk.pk)  # type: ignore[attr-defined]  # of Celery on Django
    if not chunks:
        _finish(run, timezone.now())
    return run


def queue_recompute(*, seller_ids: Iterable[int], reason: str = "") -> None:
    """Have these sellers recomputed by a worker. The hook of ``sellers.changes``."""
    ids = sorted(set(seller_ids))
    if ids:
        start_run(kind=Run.Kind.RECOMPUTE, seller_ids=ids, reason=reason)


@transaction.atomic
def complete_chunk(*, chunk_id: int, now: datetime) -> list[int]:
    """Do one chunk of a run, once: a second delivery of its task finds it done.

    Returns
    -------
    The ids of the chunk's sellers.
    """
    chunk = RunChunk.objects.select_for_update().select_related("run").get(pk=chunk_id)
    if chunk.is_done:
        return chunk.seller_ids
    recompute_sellers(seller_ids=chunk.seller_ids, now=now, from_scratch=chunk.run.from_scratch)
    chunk.is_done = True
    chunk.save(update_fields=["is_done"])
    run = Run.objects.select_for_update().get(pk=chunk.run_id)
    run.sellers_done += len(chunk.seller_ids)
    run.seen_at = now
    run.save(update_fields=["sellers_done", "seen_at"])
    if not run.chunks.filter(is_done=False).exists():
        _finish(run, now)
    return chunk.seller_ids


def fill_latest_headlines(*, seller_ids: Iterable[int]) -> None:
    """Put the last move of each seller into words, so that lists need not work it out."""
    latest = Move.objects.filter(seller__in=list(seller_ids)).order_by("seller_id", "-day")
    for move in latest.distinct("seller_id").select_related("seller"):
        if move.headline is None:
            fill_headline(move)


def _finish(run: Run, now: datetime) -> None:
    Run.objects.filter(pk=run.pk).update(state=Run.State.DONE, finished_at=now, message="")


def note_chunk_start(*, chunk_id: int, now: datetime) -> bool:
    """Count an attempt, outside the chunk's own transaction so that a crash keeps it.

    Returns
    -------
    False when the chunk has been tried too often (its worker dies of it) or is gone; the
    run is then marked failed.
    """
    RunChunk.objects.filter(pk=chunk_id).update(attempts=F("attempts") + 1)
    chunk = RunChunk.objects.select_related("run").filter(pk=chunk_id).first()
    if chunk is None:
        return False
    if chunk.attempts > MOST_ATTEMPTS and not chunk.is_done:
        _give_up(chunk.run, now)
        return False
    run = Run.objects.filter(pk=chunk.run_id)
    run.filter(started_at=None).update(started_at=now)
    run.filter(state__in=UNFINISHED).update(state=Run.State.RUNNING, seen_at=now)
    return True


def note_chunk_failure(*, chunk_id: int, error: BaseException, now: datetime) -> None:
    """Mark the run failed, with the error in words for the admin's page."""
    Run.objects.filter(chunks=chunk_id).update(
        state=Run.State.FAILED,
        finished_at=now,
        message=f"{type(error).__name__}: {error}"[:2000],
    )


#: A run without a sign of life for this long has lost its task (broker emptied, say).
RUN_SILENT_FOR = timedelta(hours=1)
MOST_ATTEMPTS = 5
UNFINISHED = (Run.State.QUEUED, Run.State.RUNNING)


def _give_up(run: Run, now: datetime) -> None:
    run.state, run.finished_at = Run.State.FAILED, now
    run.message = (
        f"A part of it was tried {MOST_ATTEMPTS} times and its worker disappeared each time."
        " Look at the worker's log, then start it again."
    )
    run.save(update_fields=["state", "finished_at", "message"])


@transaction.atomic
def revive_lost_runs(*, now: datetime) -> int:
    """Queue again the chunks of runs that went silent; give up after a few attempts."""
    from metrics.tasks import recompute_chunk

    silent = Run.objects.select_for_update(skip_locked=True).filter(
        Q(seen_at__lt=now - RUN_SILENT_FOR) | Q(seen_at=None, queued_at__lt=now - RUN_SILENT_FOR),
        state__in=UNFINISHED,
    )
    revived = 0
    for run in silent:
        waiting = run.chunks.filter(is_done=False)
        if waiting.filter(attempts__gte=MOST_ATTEMPTS).exists():
            _give_up(run, now)
            continue
        run.seen_at = now
        run.save(update_fields=["seen_at"])
        for chunk in waiting:
            recompute_chunk.delay_on_commit(chunk.pk)  # type: ignore[attr-defined]  # of Celery on Django
            revived += 1
    return revived
