"""A turn of a job over many sellers: one whose data raise an error does not hold up the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

logger = logging.getLogger(__name__)


def for_each_seller(seller_ids: Iterable[int], step: Callable[[int], object], what: str) -> None:
    """Take the step for each seller; log an error with its seller, and go on.

    ``what`` says in the log what was not done. The step's own transaction is rolled back by
    the step. A database that is gone, or the end of the turn's time, is no seller's fault and
    ends the turn.
    """
    for seller_id in seller_ids:
        try:
            step(seller_id)
        except (OperationalError, SoftTimeLimitExceeded):
            raise
        except Exception:
            logger.exception("%s: seller %s", what, seller_id)
