"""A worker killed while it computes eligibility leaves nothing half; a second run ends it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.db.backends.utils import CursorWrapper
from psycopg import Copy

from eligibility import services
from eligibility.checking import check_eligibility
from eligibility.models import Notice
from metrics.checking import check_sellers
from metrics.models import Move, Run, RunChunk, Standing
from metrics.services import complete_chunk, recompute_sellers
from sellers.models import Gig, Seller
from tests.builders import NOW, a_seller, an_order
from tests.eligibility.test_recompute import a_varied_history, everything
from tests.sellers.importing.files import undone

pytestmark = [
    pytest.mark.faults,
    pytest.mark.servers,
    pytest.mark.timeout(600),
    pytest.mark.django_db(transaction=True),
]

#: Of the rows that are copied, after which so many a worker dies.
KILLS_BETWEEN_ROWS = 5


@pytest.fixture
def seller() -> Seller:
    """Computed forty days ago; since then an order has come, so all spans are replaced."""
    one = a_seller()
    a_varied_history(one)
    recompute_sellers(seller_ids=[one.pk], now=NOW - timedelta(days=40))
    an_order(Gig.objects.get(seller=one, ref="a"), NOW - timedelta(days=20))
    Seller.objects.filter(pk=one.pk).update(revision=1)
    return one


@pytest.fixture
def chunk(seller: Seller) -> RunChunk:
    run = Run.objects.create(kind=Run.Kind.RECOMPUTE, seller=seller, sellers_total=1)
    return RunChunk.objects.create(run=run, seller_ids=[seller.pk])


def stored(seller: Seller) -> list[Any]:
    """All that a recompute writes, and how far its run is."""
    score = ("as_of", "revision", "score", "displayed")
    return [
        everything(seller),
        list(Standing.objects.filter(seller=seller).values_list(*score)),
        list(Move.objects.filter(seller=seller).order_by("day").values_list("day", "score_after")),
        sorted(Notice.objects.filter(seller=seller).values_list("day", "kind", "gig")),
        list(RunChunk.objects.values_list("is_done", "run__state", "run__sellers_done")),
    ]


def after_each_step(monkeypatch: pytest.MonkeyPatch, act: Callable[[int, str], None]) -> None:
    """Call ``act`` after every statement and every copied row of the step of eligibility."""
    recompute, count = services.recompute_eligibility, 0

    def counted(kind: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def done(*arguments: Any) -> Any:
            nonlocal count
            answer = do(*arguments)
            act(count, kind)
            count += 1
            return answer

        return done

    def watched(**arguments: Any) -> int:
        monkeypatch.setattr(CursorWrapper, "execute", counted("statement", CursorWrapper.execute))
        monkeypatch.setattr(Copy, "write_row", counted("row", Copy.write_row))
        return recompute(**arguments)

    monkeypatch.setattr(services, "recompute_eligibility", watched)


def steps_of(chunk: RunChunk) -> list[str]:
    """What the step of eligibility and all behind it consist of, undisturbed."""
    steps: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        after_each_step(patched, lambda _number, kind: steps.append(kind))
        complete_chunk(chunk_id=chunk.pk, now=NOW)
    return steps


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed(chunk: RunChunk, at: int) -> bool:
    """Compute the chunk in a process that kills itself after a step; False: it ended."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            with pytest.MonkeyPatch.context() as patched:
                after_each_step(patched, lambda number, _kind: die() if number == at else None)
                complete_chunk(chunk_id=chunk.pk, now=NOW)
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def test_a_recompute_killed_anywhere_in_eligibility_ends_as_if_undisturbed(
    seller: Seller, chunk: RunChunk
) -> None:
    before = stored(seller)
    with undone():
        steps = steps_of(chunk)
        undisturbed = stored(seller)
    assert stored(seller) == before != undisturbed
    # The last statement lets go of the savepoint that only the undone run has.
    statements = [at for at, kind in enumerate(steps) if kind == "statement"][:-1]
    rows = [at for at, kind in enumerate(steps) if kind == "row"]
    assert len(statements) > 15
    assert len(rows) > 100
    for at in [*statements, *rows[:: len(rows) // KILLS_BETWEEN_ROWS]]:
        assert killed(chunk, at), at
        # Neither spans nor the score beside them, nor the run's count: all of it went back.
        assert stored(seller) == before, at
    complete_chunk(chunk_id=chunk.pk, now=NOW)
    assert stored(seller) == undisturbed
    assert list(check_sellers([seller.pk])) == []
    assert list(check_eligibility([seller.pk])) == []
