"""When periodic jobs run (UTC). An entry expires before its next turn, so that none pile up."""

from __future__ import annotations

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {}
