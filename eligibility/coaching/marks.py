"""A user's own order among the sellers they may see: snooze, seen, group, tags.

Callers pass sellers that this user may see; nothing here opens one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from eligibility.models import ComingLoss, EligibilityStanding
from eligibility.pages.level_words import level_titles
from eligibility.rule_words import level_title
from eligibility.rules.types import Phase
from metrics.models import Standing
from sellers.access import sellers_shown_to
from sellers.models import ClientMark, Seller, User


def client_or_404(user: User, seller_id: int, now: datetime) -> Seller:
    """A seller whom this user may list; a hidden one and a missing one answer alike."""
    try:
        return sellers_shown_to(user, now=now).get(pk=seller_id)
    except Seller.DoesNotExist:
        raise Http404 from None


def marks_of(user: User) -> QuerySet[ClientMark]:
    """All marks of a user, those on sellers that may no longer be seen included."""
    return ClientMark.objects.filter(user=user)


def snooze_client(*, user: User, seller: Seller, until: date | None) -> None:
    """Leave a seller out of what needs attention until a day; None lists it again at once."""
    ClientMark.objects.update_or_create(user=user, seller=seller, defaults={"snoozed_until": until})


def label_client(*, user: User, seller: Seller, group: str, tags: Sequence[str]) -> None:
    """Put a seller into a group, and tags on it, in place of those it had."""
    ClientMark.objects.update_or_create(
        user=user, seller=seller, defaults={"group": group, "tags": list(tags)}
    )


@transaction.atomic
def see_clients(*, user: User, sellers: Iterable[Seller], now: datetime) -> int:
    """Remember what stands there now, so that only what changes from here on stands out.

    Returns
    -------
    The number of sellers.
    """
    states = states_of([seller.pk for seller in sellers])
    ClientMark.objects.bulk_create(
        [
            ClientMark(user=user, seller_id=pk, seen_at=now, seen=asdict(state))
            for pk, state in states.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "seller"],
        update_fields=["seen_at", "seen"],
    )
    return len(states)


@dataclass(frozen=True, slots=True)
class State:
    """What a coach sees of a seller in one glance, as it is kept and compared.

    ``level`` is the rank held with its ``title``; ``loss`` names the first coming loss,
    ``"5 2024-06-28"``: its kind and day.
    """

    displayed: int | None = None
    level: int | None = None
    title: str = ""
    phase: int = 0
    loss: str = ""


def states_of(seller_ids: Collection[int]) -> dict[int, State]:
    """States of sellers, in three queries whatever their number."""
    shown = dict(Standing.objects.filter(seller__in=seller_ids).values_list("seller", "displayed"))
    levels = {
        one.seller_id: one for one in EligibilityStanding.objects.filter(seller__in=seller_ids)
    }
    losses = losses_of(seller_ids)
    return {pk: state_of(shown.get(pk), levels.get(pk), losses.get(pk, ())) for pk in seller_ids}


def losses_of(seller_ids: Collection[int]) -> dict[int, list[ComingLoss]]:
    """What each seller loses, the first on top; of several on one day the heaviest. One query."""
    found: dict[int, list[ComingLoss]] = {}
    losses = ComingLoss.objects.filter(seller__in=seller_ids).select_related("gig")
    for loss in losses.order_by("days_left", "kind", "gig_id"):
        found.setdefault(loss.seller_id, []).append(loss)
    return found


def state_of(
    displayed: int | None, standing: EligibilityStanding | None, losses: Sequence[ComingLoss]
) -> State:
    """The state of one seller; ``losses`` as in :func:`losses_of`."""
    held = None if standing is None else standing.held
    title = ""
    if standing is not None and held is not None:
        title = level_title(held, level_titles(standing.level_rules))
    return State(
        displayed=displayed,
        level=held,
        title=title,
        phase=Phase.NO_RULES if standing is None else standing.phase,
        loss=f"{losses[0].kind} {losses[0].day.isoformat()}" if losses else "",
    )


def changes_since(mark: ClientMark | None, now: State) -> list[str]:
    """What differs from what this user saw last, in words; none where nothing was seen yet."""
    if mark is None or mark.seen is None:
        return []
    then = _kept(mark.seen)
    found = []
    if then.displayed != now.displayed:
        found.append(f"score {_shown(then.displayed)} → {_shown(now.displayed)}")
    if then.level != now.level:
        found.append(f"{then.title or 'no level'} → {now.title or 'no level'}")
    if then.phase != now.phase and now.phase in (Phase.GRACE, Phase.REVIEW):
        found.append("on grace" if now.phase == Phase.GRACE else "people decide")
    if now.loss and then.loss != now.loss:
        same_kind = then.loss.partition(" ")[0] == now.loss.partition(" ")[0]
        found.append("another day" if same_kind else "new on the list")
    return found


def _shown(displayed: int | None) -> str:
    return "not scored" if displayed is None else str(displayed)


def _kept(seen: dict[str, Any]) -> State:
    """Fields that a later version added have their default."""
    return State(**{name: seen[name] for name in State.__slots__ if name in seen})
