"""When periodic jobs run (UTC). An entry expires before its next turn, so that none pile up."""

from __future__ import annotations

from typing import Any

MINUTE = 60.0

SCHEDULE: dict[str, dict[str, Any]] = {
    # The day begins at another time in each zone, and a night is not missed by a restart.
    "recompute-due": {
        "task": "metrics.tasks.recompute_due",
        "schedule": 10 * MINUTE,
        "options": {"expires": 9 * MINUTE},
    },
    # Rules were added or changed; the scores are up to date and do not notice.
    "eligibility-due": {
        "task": "eligibility.tasks.recompute_due",
        "schedule": 10 * MINUTE,
        "options": {"expires": 9 * MINUTE},
    },
    # Does nothing unless STANDING_BENCHMARKS=cohort and a month without a snapshot has begun.
    "take-snapshots": {
        "task": "metrics.tasks.take_snapshots",
        "schedule": 60 * MINUTE,
        "options": {"expires": 50 * MINUTE},
    },
    # A share of the sellers a turn; those whose forecast of the week is kept are left alone.
    "keep-forecasts": {
        "task": "metrics.tasks.keep_forecasts",
        "schedule": 10 * MINUTE,
        "options": {"expires": 9 * MINUTE},
    },
    # The same days, for the level and promoted gigs.
    "keep-outlooks": {
        "task": "eligibility.tasks.keep_outlooks",
        "schedule": 10 * MINUTE,
        "options": {"expires": 9 * MINUTE},
    },
    # Imports whose worker was killed go to another one.
    "look-after-imports": {
        "task": "sellers.tasks.look_after_imports",
        "schedule": MINUTE,
        "options": {"expires": 50.0},
    },
    # Does nothing unless IMPORT_RAW_DAYS or IMPORT_LOG_DAYS is set.
    "prune-imports": {
        "task": "sellers.tasks.prune_imports",
        "schedule": 24 * 60 * MINUTE,
        "options": {"expires": 23 * 60 * MINUTE},
    },
}
