"""A ledger as CSV: every digit, so that the amounts add up to the last one.

Texts from the data cannot become formulas of a spreadsheet program; amounts are numbers
that this program wrote and stay as they are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date

from metrics.explanation import Explanation, Side
from metrics.ledger_view import Filter, Row, matching, rows_of
from sellers.spreadsheets import neutralised

HEAD = ("order", "finished", "gig", "area", "cause", "detail", "amount")


def ledger_csv(explanation: Explanation, wanted: Filter, refs: Mapping[int, str]) -> str:
    """Lines of a filter, then what proves them.

    The last rows give the sum of the lines above, the sum of the whole ledger, both scores,
    and the rounding to the displayed number.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    rows = rows_of(explanation, matching(explanation, wanted))
    for row in rows:
        writer.writerow(_cells(row, refs))
    writer.writerows(_proof(explanation))
    return out.getvalue()


def _cells(row: Row, refs: Mapping[int, str]) -> list[str]:
    ref = "" if row.order is None else refs.get(row.order, "")
    day = "" if row.finished_on is None else row.finished_on.isoformat()
    texts = (ref, day, row.gig, row.area, row.cause, row.detail)
    return [*map(neutralised, texts), repr(row.amount)]


def _proof(explanation: Explanation) -> Iterator[list[str]]:
    def line(what: str, value: float | int | None, day: date | None = None) -> list[str]:
        when = "" if day is None else day.isoformat()
        return ["", when, "", "", what, "", "not scored" if value is None else repr(value)]

    def score(side: Side) -> list[str]:
        return line("score", side.score, side.day)

    if explanation.change is not None:
        yield line("sum of the whole ledger", explanation.total)
        if explanation.before.score is None:
            yield line("score of a gig without history", explanation.start)
    yield score(explanation.before)
    yield score(explanation.after)
    if explanation.rounding is not None:
        yield line("rounding to the displayed number", explanation.rounding)
        yield line("displayed", explanation.after.displayed, explanation.after.day)
