"""The steps of an import across the top, each a page that can be left and returned to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

StepState = Literal["done", "current", "todo", "failed"]

#: Name of a step → what it is called across the top.
STEPS: Mapping[str, str] = {
    "file": "File",
    "columns": "Columns",
    "check": "Check",
    "effect": "Effect",
    "done": "Done",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the component shows it; without ``url`` it cannot be opened yet."""

    name: str
    state: StepState
    url: str | None = None


def steps(
    *, here: str, reached: str, urls: Mapping[str, str], failed: bool = False
) -> tuple[Step, ...]:
    """The steps while one stands on ``here`` and the import has come as far as ``reached``.

    Parameters
    ----------
    urls
        Address of each step that has one; those beyond ``reached`` are not linked.
    failed
        Whether the import ended without a result at ``reached``.
    """
    order = list(STEPS)
    last = order.index(reached)

    def state(place: int) -> StepState:
        if failed and place == last:
            return "failed"
        if order[place] == here:
            return "current"
        return "done" if place < last or (place == last and reached == "done") else "todo"

    return tuple(
        Step(
            STEPS[name],
            state(place),
            urls.get(name) if place <= last and name != here else None,
        )
        for place, name in enumerate(order)
    )
