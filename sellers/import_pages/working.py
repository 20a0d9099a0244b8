"""An import that a worker has, or should have: how far it is, and whether anybody listens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma

from sellers.importing.report import workers_listen
from sellers.importing.undo import UNDO_STEPS
from sellers.importing.undo_trial import TRIAL_STEPS
from sellers.models import ImportBatch, ImportState

_WAITING = {
    ImportState.CHECKING: "Waiting for a worker to check the files",
    ImportState.UNDO_TRIAL: "Waiting for a worker to work out what an undo would do",
    ImportState.UNDOING: "Waiting for a worker to undo the import",
}
#: What a worker does in steps, and the words before the number of the step.
_STEPS = {
    ImportState.UNDO_TRIAL: (TRIAL_STEPS, "Working out what an undo would do"),
    ImportState.UNDOING: (UNDO_STEPS, "Undoing the import"),
}


@dataclass(frozen=True, slots=True)
class _Texts:
    """What is safe, where somebody stopped it and where nobody listens; and a hint."""

    stopping: str
    silence: str
    hint: str = ""


_SEES_TO_IT = "as soon as a worker is started; an administrator can see to it."
_IMPORT = _Texts(
    "The worker stops within moments. Nothing of this import is saved.",
    f"The files are safe. The import goes on {_SEES_TO_IT}",
)
_TEXTS = {
    ImportState.UNDO_TRIAL: _Texts(
        "The worker stops at the end of this step. The import stays as it is.",
        f"The import stays as it is. The work goes on {_SEES_TO_IT}",
        "Nothing is undone yet. The undo is tried on copies, and nobody has to wait for it.",
    ),
    ImportState.UNDOING: _Texts(
        "The worker stops at the end of this step. Nothing is taken back.",
        f"Nothing is taken back yet. The undo begins {_SEES_TO_IT}",
        "All of it is taken back at once, at the end. Until then the facts are as the import left "
        "them, and you can cancel.",
    ),
}

_MERGING = {"saving": "Saving", "working out the effect": "Working out the effect of"}


def working_context(batch: ImportBatch) -> dict[str, Any]:
    """Words and warnings of the progress line."""
    working = batch.state in ImportState.for_workers()
    # Rows are counted while files are read; of an undo its steps are.
    in_steps = ImportState(batch.state) in _STEPS
    bar = _steps_done(batch) if in_steps else (batch.rows_done, batch.rows_total)
    return {
        "words": words_of(batch),
        "bar": bar[0],
        "bar_end": bar[1] if batch.stage else None,
        "texts": _TEXTS.get(ImportState(batch.state), _IMPORT),
        "reads_files": not in_steps,
        "nobody_listens": working and not workers_listen(),
        "is_stopping": working and batch.cancel_requested_at is not None,
    }


def _steps_done(batch: ImportBatch) -> tuple[int, int]:
    """How many steps of an undo are done, and how many there are."""
    steps, _ = _STEPS[ImportState(batch.state)]
    return steps.index(batch.stage) if batch.stage in steps else 0, len(steps)


def words_of(batch: ImportBatch) -> str:
    """What it is doing now, in words with numbers."""
    if not batch.stage:
        return _WAITING.get(ImportState(batch.state), "Waiting for a worker")
    done = intcomma(batch.rows_done)
    if ImportState(batch.state) in _STEPS:
        at, steps = _steps_done(batch)
        _, words = _STEPS[ImportState(batch.state)]
        return f"{words}, step {at + 1} of {steps}: {batch.stage}"
    if batch.stage in _MERGING:
        return f"{_MERGING[batch.stage]} {done} row{'s' * (batch.rows_done != 1)}"
    if not batch.rows_total:
        return "Looking at the files"
    # The total is an estimate until all is read.
    return f"Reading rows: {done} of {intcomma(max(batch.rows_total, batch.rows_done))}"
