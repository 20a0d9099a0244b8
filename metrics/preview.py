"""What would be shown of sellers from the facts as this transaction sees them. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from metrics.computing import compute
from metrics.dates import local_date
from metrics.engine.days import day_number
from metrics.engine.reference import display
from metrics.facts import read_facts
from metrics.policy_files import current_policy_file
from sellers.models import Seller


def preview_standings(
    *, seller_ids: Sequence[int], now: datetime
) -> dict[int, dict[str, float | int | None]]:
    """The score and the displayed number of each seller today; None while not scored.

    A hook of ``STANDING_STANDING_PREVIEW``: imports call it before and after changing facts
    that they may take back.
    """
    if not seller_ids:
        return {}
    sellers = Seller.objects.filter(pk__in=seller_ids)
    last_days = {seller.pk: day_number(local_date(seller, now)) for seller in sellers}
    found: dict[int, dict[str, float | int | None]] = {}
    for result in compute(read_facts(list(last_days)), last_days, current_policy_file()):
        score = result.score_on(result.last_day)
        shown = None if score is None else display(score)
        found[result.seller_id] = {"score": score, "displayed": shown}
    return found
