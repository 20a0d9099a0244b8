"""The simulator's answer: both trajectories, the day that is looked at, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils.http import urlencode

from metrics.charts.futures import (
    FutureLine,
    futures_figure,
    futures_label,
    futures_legend,
    futures_table,
    table_days,
)
from metrics.engine.attribution import Attribution
from metrics.engine.days import day_number
from metrics.engine.hypothetical import Scenario
from metrics.engine.ledger import totals
from metrics.engine.pace import PaceBand
from metrics.engine.path import PathNotConverged
from metrics.explanation import orders_about
from metrics.forecasting.ground import Ground
from metrics.forecasting.own_pace import own_pace
from metrics.forecasting.quiet import explained_moves, quiet_forecast
from metrics.forecasting.simulation import Simulated, difference, imagined, simulate
from metrics.series import DailySeries
from metrics.unexplained import WHY_NOT, note_unexplained
from metrics.what_next.futures import PACE, QUIET
from metrics.what_next.page import move_row
from metrics.what_next.scenario_form import ScenarioForm
from metrics.words import counted, day_words, score_words, signed
from sellers.models import Order

#: How far the answer is drawn past the day that is looked at.
BEYOND_DAYS = 30
LEAST_DAYS = 180
#: Lines of "what does it" and coming moves that are shown.
MOST_LINES, MOST_MOVES = 8, 6


def simulator_context(ground: Ground, query: Mapping[str, Any]) -> dict[str, Any]:
    """The form, and where it holds its answer."""
    form = ScenarioForm(query, ground)
    found: dict[str, Any] = {"seller": ground.seller, "form": form, "answer": None}
    if not ground.gigs:
        return found
    if not form.is_valid():
        return found | {"refused": True, "problems": form.problems}
    scenario, pause = form.scenario(), form.cleaned_data["pause"]
    if scenario or pause is not None or form.cleaned_data["look"]:
        found["answer"] = _answer(ground, scenario, form.day, pause)
        found["state"] = urlencode(form.state)
    return found


def last_drawn_day(ground: Ground, day: date) -> date:
    """How far an answer about a day reaches."""
    beyond, least = day + timedelta(days=BEYOND_DAYS), ground.today + timedelta(days=LEAST_DAYS)
    return min(max(beyond, least), ground.last_day)


def _answer(ground: Ground, scenario: Scenario, day: date, pause: int | None) -> dict[str, Any]:
    last = last_drawn_day(ground, day)
    there = imagined(ground, scenario) if scenario else ground
    simulated = simulate(ground, scenario, last)
    futures = _lines(simulated, scenario, _paused(there, last, pause))
    blank = DailySeries(ground.today_number, np.empty(0, np.uint8), np.empty(0))
    return {
        "sentence": _sentence(simulated, day, bool(scenario)),
        "rating": _rating_sentence(simulated, day) if scenario else "",
        **_by_order(ground, there, day, scenario),
        "moves": _moves(there, last) if scenario else [],
        "pause": _pause_sentence(futures, day, pause),
        "figure": futures_figure(blank, futures, [], (day, day_words(day))),
        "table": futures_table(futures, table_days(ground.today, last)),
        "label": futures_label(futures, day),
        "legend": futures_legend(futures),
    }


def _lines(simulated: Simulated, scenario: Scenario, paced: list[FutureLine]) -> list[FutureLine]:
    now, then = simulated.now, simulated.then
    if not scenario:
        return [FutureLine(QUIET, now.first_day, now.score.tolist()), *paced]
    as_asked = FutureLine("with what you entered", then.first_day, then.score.tolist())
    return [as_asked, FutureLine(QUIET, now.first_day, now.score.tolist()), *paced]


def _paused(there: Ground, last: date, pause: int | None) -> list[FutureLine]:
    """The own pace after a break, where one is asked for and there is a pace."""
    if pause is None:
        return []
    band = own_pace(there, last, break_weeks=pause)
    if not isinstance(band, PaceBand):
        return []
    low, middle, high = (band.score[:, column].tolist() for column in range(3))
    return [FutureLine(PACE, band.first_day, middle, low, high)]


def _pause_sentence(futures: list[FutureLine], day: date, pause: int | None) -> str:
    if pause is None:
        return ""
    paced = next((future for future in futures if future.name == PACE), None)
    score = None if paced is None else paced.on(day_number(day))
    if paced is None or score is None:
        return "There is too little in your last twelve weeks to say what comes after a break."
    band = paced.band_on(day_number(day)) or (score, score)
    weeks = f"a break of {counted(pause, 'week', 'weeks')}" if pause else "no break"
    return (
        f"After {weeks}, at your own pace: {score_words(score)} on {day_words(day)}"
        f" ({band[0]:.2f} to {band[1]:.2f})."
    )


def _sentence(simulated: Simulated, day: date, changed: bool) -> str:
    number = day_number(day)
    now, then = (t.score_on(number) for t in (simulated.now, simulated.then))
    shown = simulated.then.displayed_on(number)
    if then is None:
        return f"On {day_words(day)} there is no score: no gig has enough orders in the window."
    text = f"On {day_words(day)} it displays {shown} ({score_words(then)})"
    if not changed:
        return f"{text} if nothing new happens."
    if now is None:
        return f"{text}; without this there is no score."
    before = simulated.now.displayed_on(number)
    return f"{text} instead of {before} ({score_words(now)}): {signed(then - now)}."


def _rating_sentence(simulated: Simulated, day: date) -> str:
    number = day_number(day)
    now, then = (r.on(number).mean for r in (simulated.rating_now, simulated.rating_then))
    if then is None or now == then:
        return ""
    return f"Rating {then}" + ("." if now is None else f" instead of {now}.")


def _by_order(ground: Ground, there: Ground, day: date, scenario: Scenario) -> dict[str, Any]:
    """What each order does to the score of the day, or why that cannot be shown."""
    if not scenario:
        return {"lines": []}
    try:
        return {"lines": _lines_by_order(difference(ground, there, day))}
    except PathNotConverged as error:
        note_unexplained(error, seller=ground.seller.pk, day=day.isoformat())
        return {"lines": [], "unexplained": f"What each order does cannot be shown: {WHY_NOT}."}


def _lines_by_order(answer: Attribution) -> list[dict[str, str]]:
    """The parts of each order, the largest first; they add up to the difference."""
    sums = totals(orders_about(answer), answer.lines.amount)
    refs = dict(Order.objects.filter(pk__in=[n for n in sums if n > 0]).values_list("pk", "ref"))
    ranked = sorted(sums.items(), key=lambda pair: (-round(abs(pair[1]), 9), -pair[0]))
    rows = [
        {"name": _order_name(order, refs), "amount": signed(amount)}
        for order, amount in ranked[:MOST_LINES]
    ]
    rest = [amount for _, amount in ranked[MOST_LINES:]]
    if rest:
        rows.append({"name": f"{len(rest)} more together", "amount": signed(sum(rest))})
    return rows


def _order_name(order: int, refs: Mapping[int, str]) -> str:
    if order < -1:
        return f"order {-order - 1} that you entered"
    return refs.get(order, "gates and benchmarks")


def _moves(there: Ground, last: date) -> list[dict[str, Any]]:
    quiet = quiet_forecast(there, last)
    return [move_row(move) for move in explained_moves(there, quiet)[:MOST_MOVES]]
