"""The simulator's answer about the level and every gig: as things are, and as they would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from eligibility.coming.judging import Clients, Coming, Known, course_of, judge_courses, known_of
from eligibility.coming.moves import LEVEL, Outlook, gathered, grace_words, standing_moves
from eligibility.coming.pace import PaceStanding, pace_standing
from eligibility.coming.page import outlook_of
from eligibility.coming.picture import standing_strip
from eligibility.computing import in_force
from eligibility.rule_words import level_title
from eligibility.rules.types import OUT_OF_FORCE, Kind, Phase
from eligibility.words import STATE_WORDS, state_of
from metrics.engine.days import day_number
from metrics.engine.hypothetical import Scenario, applied
from metrics.forecasting.ground import Ground
from metrics.forecasting.simulation import imagined, imagined_facts, simulate
from metrics.what_next.scenario_form import ScenarioForm
from metrics.what_next.simulator import last_drawn_day
from metrics.words import counted, day_words


@dataclass(frozen=True, slots=True)
class Turn:
    """The level, or one gig's promotion, on one day: as things are, and as they would be."""

    about: str
    now: str
    then: str

    @property
    def differs(self) -> bool:
        return self.now != self.then


def scenario_context(ground: Ground, form: ScenarioForm) -> dict[str, Any]:
    """What a scenario does to the level and to promotion; the form says what is refused."""
    found: dict[str, Any] = {"seller": ground.seller, "form": form, "standing": None}
    if not ground.gigs:
        return found
    if not form.is_valid():
        return found | {"refused": True}
    scenario, pause = form.scenario(), form.cleaned_data["pause"]
    if scenario or pause is not None or form.cleaned_data["look"]:
        found["standing"] = _answer(ground, form, scenario, pause)
    return found


def _answer(
    ground: Ground, form: ScenarioForm, scenario: Scenario, pause: int | None
) -> dict[str, Any]:
    last = last_drawn_day(ground, form.day)
    known = known_of(ground)
    coming = judge_scenario(ground, known, scenario, last, new_clients=form.from_new_clients)
    now = outlook_of(ground, coming.found)
    then = now.other(1)
    at = day_number(form.day) - ground.today_number
    turns = [*_level_turn(coming, now, at), *_gig_turns(coming, now, at)]
    refs = then.refs()
    there = imagined(ground, scenario) if scenario and pause is not None else ground
    days = (ground.today, last + timedelta(days=1))
    return {
        "day": form.day,
        "changed": bool(scenario),
        "sentence": _sentence(turns, form.day, bool(scenario)),
        "turns": turns,
        "moves": gathered(standing_moves(then, refs)),
        "strip": standing_strip(then, refs, days),
        "pause": "" if pause is None else _pause_words(there, known, form.day, last, pause),
        "new_clients": form.from_new_clients,
        "added": len(scenario.added),
    }


def judge_scenario(
    ground: Ground,
    known: Known,
    scenario: Scenario,
    last_day: date,
    *,
    new_clients: bool = True,
) -> Coming:
    """Two courses from today to ``last_day``: 0 as things are, 1 as the scenario has them.

    Raises
    ------
    KeyError, ValueError
        As :func:`metrics.forecasting.simulation.simulate`.
    """
    simulated = simulate(ground, scenario, last_day)
    change = applied(scenario, ground.facts.orders, ground.facts.reviews)
    clients = Clients.NEW if new_clients else Clients.RETURNING
    courses = [
        course_of(known, ground.facts, simulated.now),
        course_of(known, imagined_facts(ground.facts, change), simulated.then, clients),
    ]
    return judge_courses(known, courses, last_day)


def _level_turn(coming: Coming, outlook: Outlook, at: int) -> list[Turn]:
    held = coming.level("held")
    if held is None:
        return []
    now, then = (_level_words(coming, outlook, number, at) for number in range(2))
    return [Turn(LEVEL, now, then)]


def _level_words(coming: Coming, outlook: Outlook, number: int, at: int) -> str:
    """ "Level 2", "Level 2, on grace until 3 Jan 2027", "Level 1, may be Level 2"."""
    held, most, phase, grace = (
        int(column[number, at])
        for name in ("held", "most", "phase", "grace_start")
        if (column := coming.level(name)) is not None
    )
    titles = outlook.level_titles(outlook.today + at)
    words = level_title(held, titles)
    if phase == Phase.GRACE:
        return f"{words}, on grace until {grace_words(outlook, grace)}"
    if phase == Phase.REVIEW:
        return f"{words}, people decide"
    return f"{words}, may be {level_title(most, titles)}" if most > held else words


def _gig_turns(coming: Coming, outlook: Outlook, at: int) -> list[Turn]:
    ruling = in_force(coming.found.rule_sets, Kind.PROMOTION, outlook.today + at)
    if ruling is None:
        return []
    verdicts = coming.verdicts(ruling)[:, :, at].tolist()
    return [
        Turn(title, _verdict_words(now), _verdict_words(then))
        for title, now, then in zip(outlook.titles, *verdicts, strict=True)
    ]


def _verdict_words(verdict: int) -> str:
    return "no order yet" if verdict == OUT_OF_FORCE else STATE_WORDS[state_of(verdict)]


def _sentence(turns: Sequence[Turn], day: date, changed: bool) -> str:
    if not turns:
        return f"No rules for levels or promotion apply on {day_words(day)}."
    if not changed:
        level = next((turn.now for turn in turns if turn.about == LEVEL), "no level rules")
        return f"On {day_words(day)}, if nothing new happens: {level}."
    differing = [turn for turn in turns if turn.differs]
    if not differing:
        return f"On {day_words(day)} neither the level nor any gig’s promotion is different."
    first, more = differing[0], len(differing) - 1
    others = f"; {counted(more, 'gig differs', 'gigs differ')} too" if more else ""
    what = "" if first.about == LEVEL else f"“{first.about}” "
    return f"On {day_words(day)}: {what}{first.then} instead of {first.now}{others}."


def _pause_words(there: Ground, known: Known, day: date, last: date, pause: int) -> str:
    """The level of the day at the own pace after a break, as shares of the draws."""
    found = pace_standing(there, known, last, break_weeks=pause)
    if not isinstance(found, PaceStanding) or not len(found.holds):
        return ""
    at = day_number(day) - found.first_day
    ruling = in_force(known.rule_sets, Kind.LEVELS, day_number(day))
    titles = {} if ruling is None else {level.rank: level.title for level in ruling.levels}
    shares = [
        f"{level_title(rank, titles)} or higher in {found.holds[rank - 1, at]:.0%} of draws"
        for rank in range(1, len(found.holds) + 1)
        if found.may_hold[rank - 1, at] > 0
    ]
    weeks = f"a break of {counted(pause, 'week', 'weeks')}" if pause else "no break"
    held = ", ".join(shares) if shares else "no level in any draw"
    return f"After {weeks}, at your own pace, on {day_words(day)}: {held}."
