"""Grounds of one seller, real or imagined, judged as courses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from eligibility.coming.judging import (
    Clients,
    Coming,
    Known,
    course_of,
    judge_courses,
    known_of,
)
from metrics.forecasting.ground import Ground
from metrics.forecasting.quiet import quiet_forecast


def judge_grounds(
    grounds: Sequence[Ground],
    last_day: date,
    *,
    known: Known | None = None,
    clients: Clients = Clients.NEW,
) -> Coming:
    """Judge grounds of one seller and one day, at least one, if nothing else new happens.

    Hypothetical orders are bought by ``clients``; no first message of a client comes with them.
    """
    known = known or known_of(grounds[0])
    courses = [
        course_of(known, ground.facts, quiet_forecast(ground, last_day).overall, clients)
        for ground in grounds
    ]
    return judge_courses(known, courses, last_day)
