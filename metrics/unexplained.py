"""A ledger that cannot be found: said in words, logged, and all else is still shown.

The scores of both days are exact without it; what is missing is only how the change between
them comes apart into lines.
"""

from __future__ import annotations

import structlog

from metrics.engine.attribution import Form
from metrics.engine.path import PathNotConverged
from metrics.headline import Headline

log = structlog.get_logger(__name__)

WHY_NOT = (
    "its lines could not be worked out as exactly as we promise, so we show none. The scores"
    " themselves are not in doubt"
)


def note_unexplained(error: PathNotConverged, **about: object) -> None:
    """For whoever runs the deployment: which ledger it was, and how far off it stayed."""
    log.warning(
        "ledger not found", nodes=error.nodes, off=error.error, missing=error.missing, **about
    )


def unexplained_headline(error: PathNotConverged, **about: object) -> Headline:
    """What stands in place of a move's sentence of cause; never stored."""
    note_unexplained(error, **about)
    return Headline(
        text=f"The cause of this move cannot be shown: {WHY_NOT}.",
        form=Form.MOVE.value,
        change=None,
        causes=[],
    )
