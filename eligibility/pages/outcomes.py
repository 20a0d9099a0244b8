"""What the platform said, beside what was evaluated for the same days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from eligibility.forms import OutcomeForm
from eligibility.outcomes import (
    Agreement,
    Compared,
    Unexplained,
    agreements,
    compare,
    unexplained_refusals,
)
from eligibility.pages.contexts import answer_words
from eligibility.pages.outcome_parts import AgreementCell, AgreementTable, OutcomeRow
from eligibility.rule_files import rule_sets
from eligibility.rule_words import Levels, level_title
from eligibility.rules.types import Kind, Verdict
from eligibility.words import STATE_WORDS, state_of
from metrics.words import counted, day_words, listed
from sellers.models import Gig, Observation, Seller

#: What the log is made of.
KINDS = (Observation.Kind.LEVEL, Observation.Kind.PROMOTABLE)
_NOT_EVALUATED = "not evaluated on this day"


def outcomes_context(
    seller: Seller, *, today: date, gig: Gig | None = None, form: OutcomeForm | None = None
) -> dict[str, Any]:
    """Rows, agreement and form, for the page of the log and for the card on a gig's page."""
    compared = compare([seller])
    if gig is not None:
        compared = [one for one in compared if one.observation.gig_id == gig.pk]
    return {
        "outcomes": outcome_rows(seller, compared, gig),
        "agreement": [] if gig else agreement_tables(compared, level_titles(seller)),
        "unexplained": unexplained_words(compared),
        "outcome_form": form or new_form(seller, today=today, gig=gig),
    }


def level_titles(seller: Seller) -> Levels:
    """Titles of levels by rank: of the newest rule set that has levels."""
    sets = [one for one in rule_sets(seller.platform) if one.kind is Kind.LEVELS]
    newest = max(sets, key=lambda one: one.start_day, default=None)
    return {} if newest is None else {level.rank: level.title for level in newest.levels}


def new_form(
    seller: Seller, data: Mapping[str, Any] | None = None, *, today: date, gig: Gig | None
) -> OutcomeForm:
    """The form to note something; empty without ``data``."""
    levels = level_titles(seller)
    titles = [level_title(0, {}), *(levels[rank] for rank in sorted(levels))]
    return OutcomeForm(data, seller=seller, levels=titles, today=today, gig=gig)


# --- one by one ---------------------------------------------------------------------------


def outcome_rows(
    seller: Seller, compared: Iterable[Compared], gig: Gig | None = None
) -> list[OutcomeRow]:
    """Everything that was noted, newest first, or what was said of one gig."""
    ours = {one.observation.pk: one for one in compared}
    said = Observation.objects.filter(seller=seller, kind__in=KINDS).select_related("gig")
    if gig is not None:
        said = said.filter(gig=gig)
    levels = level_titles(seller)
    return [_row(one, ours.get(one.pk), levels) for one in said]


def _row(said: Observation, compared: Compared | None, levels: Levels) -> OutcomeRow:
    of_level = said.kind == Observation.Kind.LEVEL
    about = "" if said.gig_id is None else str(said.gig)
    url = ""
    if said.gig_id is not None:
        url = reverse("eligibility:gig", args=[said.seller_id, said.gig_id])
    ours, state = _NOT_EVALUATED, None
    if compared is not None:
        ours = _ours(compared, compared.ours, levels)
        if compared.ours is not None and not of_level:
            state = state_of(compared.ours)
    return OutcomeRow(
        pk=said.pk,
        day=said.day,
        what=f"shows {said.label}" if of_level else answer_words(said.label),
        gig=about,
        quote=said.words,
        ours=ours,
        ours_state=state,
        agrees=None if compared is None else compared.agrees,
        gig_url=url,
    )


def _ours(compared: Compared | Agreement, ours: int | None, levels: Levels) -> str:
    """Our side in words: a level's title, a verdict, or that it is open."""
    if ours is None:
        return _NOT_EVALUATED
    if compared.rule_set.kind is Kind.LEVELS:
        return level_title(ours, levels)
    return STATE_WORDS[state_of(ours)]


# --- together -----------------------------------------------------------------------------


def agreement_tables(compared: Iterable[Compared], levels: Levels) -> list[AgreementTable]:
    """One table a rule set, the earliest first."""
    return [_table(one, levels) for one in agreements(compared)]


def _table(found: Agreement, levels: Levels) -> AgreementTable:
    of_levels = found.rule_set.kind is Kind.LEVELS
    ours: list[int | None] = [*sorted({own for _, own in found.counts if own is not None})]
    if any(own is None for _, own in found.counts):
        ours.append(None)
    rows = []
    for said in sorted({said for said, _ in found.counts}, reverse=not of_levels):
        name = level_title(said, levels) if of_levels else _ANSWERS[said]
        cells = [
            AgreementCell(found.counts.get((said, own), 0), _agrees(of_levels, said, own))
            for own in ours
        ]
        rows.append((name, cells))
    return AgreementTable(
        title=found.rule_set.title,
        columns=[f"we: {_ours(found, own, levels)}" for own in ours],
        rows=rows,
        words=_agreement_words(found),
    )


_ANSWERS = {1: "can be promoted", 0: "cannot be promoted"}


def _agrees(of_levels: bool, said: int, ours: int | None) -> bool | None:
    if ours is None or (not of_levels and ours == Verdict.UNKNOWN):
        return None
    return ours == said if of_levels else (ours == Verdict.MET) == bool(said)


def _agreement_words(found: Agreement) -> str:
    parts = [f"{found.agreed} of {counted(found.total, 'answer', 'answers')} agree"]
    if found.disagreed:
        parts.append(f"{found.disagreed} differ" if found.disagreed > 1 else "1 differs")
    if found.unclear:
        parts.append(f"{found.unclear} cannot be compared")
    return ", ".join(parts)


def unexplained_words(compared: Iterable[Compared]) -> str:
    """That the published rules do not explain the refusals, once there are enough; else ""."""
    found = unexplained_refusals(compared)
    return "" if found is None or not found.is_finding else _finding(found)


def _finding(found: Unexplained) -> str:
    times = counted(found.refusals, "time", "times")
    gigs = counted(found.gigs, "gig", "gigs")
    days = f"on {day_words(found.first_day)}"
    if found.last_day != found.first_day:
        days = f"between {day_words(found.first_day)} and {day_words(found.last_day)}"
    return (
        f"The platform refused {gigs} {times} {days} although every published rule was met "
        f"({listed(found.rule_sets)}). Something that it does not publish decides as well. What "
        "it is cannot be told from your data."
    )
