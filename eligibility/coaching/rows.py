"""Rows of a coach's roster: numbers, level, what is lost first, and the coach's own marks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from eligibility.coaching.loss_words import LossReader, LossWords
from eligibility.coaching.marks import changes_since, losses_of, state_of
from eligibility.models import ComingLoss, EligibilityStanding
from eligibility.pages.level_words import level_titles
from eligibility.rule_files import rule_sets_by_id
from eligibility.rule_words import Levels
from eligibility.standing_words import CompactVerdict, compact_verdict
from metrics.policy_files import current_policy_file
from metrics.roster_rows import RosterRow, roster_rows
from metrics.selectors import roster_numbers
from sellers.models import ClientMark, Seller


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One seller in the list.

    ``loss`` is what is lost first, ``more`` how many losses follow. ``changes`` is what differs
    from what this user saw last, in words.
    """

    seller: Seller
    row: RosterRow
    verdict: CompactVerdict | None
    standing_only: bool
    loss: LossWords | None
    more: int
    group: str
    tags: Sequence[str]
    snoozed_until: date | None
    seen_at: datetime | None
    changes: Sequence[str]
    #: Where its group, tags and snooze are kept.
    url: str

    @property
    def has_labels(self) -> bool:
        return bool(self.group or self.tags or self.snoozed_until or self.changes)

    @property
    def seen(self) -> bool:
        """Looked at, and nothing has changed since."""
        return self.seen_at is not None and not self.changes


def client_rows(
    sellers: Sequence[Seller],
    marks: Mapping[int, ClientMark],
    standing_only: Collection[int],
    now: datetime,
) -> list[ClientRow]:
    """Rows in the order given, in six queries whatever their number.

    Parameters
    ----------
    sellers : with their standing, as :func:`eligibility.coaching.filters.clients` gives them
    marks : of the user, by seller id
    standing_only : ids of sellers whose rules this user does not see
    """
    ids = [seller.pk for seller in sellers]
    policy_file = current_policy_file()
    numbers = roster_rows(roster_numbers(sellers), policy_file)
    window = policy_file.parameters.window_days.value
    levels = {one.seller_id: one for one in EligibilityStanding.objects.filter(seller__in=ids)}
    losses = losses_of(ids)
    return [
        _row(
            row,
            levels.get(row.seller.pk),
            losses.get(row.seller.pk, []),
            marks.get(row.seller.pk),
            LossReader(
                rule_sets=rule_sets_by_id(),
                levels=_titles(levels.get(row.seller.pk)),
                window_days=window,
                standing_only=row.seller.pk in standing_only,
                is_pro=row.seller.is_pro,
            ),
            now.date(),
        )
        for row in numbers
    ]


def _titles(standing: EligibilityStanding | None) -> Levels:
    return {} if standing is None else level_titles(standing.level_rules)


def _row(
    row: RosterRow,
    standing: EligibilityStanding | None,
    losses: Sequence[ComingLoss],
    mark: ClientMark | None,
    reader: LossReader,
    today: date,
) -> ClientRow:
    asleep = None if mark is None else mark.snoozed_until
    return ClientRow(
        seller=row.seller,
        row=row,
        verdict=None if standing is None else compact_verdict(standing, reader.levels),
        standing_only=reader.standing_only,
        loss=reader.words(losses[0]) if losses else None,
        more=max(len(losses) - 1, 0),
        group="" if mark is None else mark.group,
        tags=[] if mark is None else mark.tags,
        snoozed_until=asleep if asleep is not None and asleep > today else None,
        seen_at=None if mark is None else mark.seen_at,
        changes=changes_since(mark, state_of(row.displayed, standing, losses)),
        url=reverse("eligibility:client", args=[row.seller.pk]),
    )
