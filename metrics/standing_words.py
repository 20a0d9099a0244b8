"""How a standing is said: scored or why not, how fresh, how sure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from metrics.models import DayStatus, GigStanding, Move, Standing
from metrics.policy_files import PolicyFile
from metrics.range_of_estimate import EstimateRange
from metrics.words import MINUS, counted, day_words, score_words, window_words
from sellers.models import Seller

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
#: A rating window that ended longer ago than this is called frozen.
_FROZEN_DAYS = 14


def unscored_words(status: int, activity: int, finished: int, policy_file: PolicyFile) -> str:
    """Why there is no score: "not scored yet: 1 of 2 orders"."""
    policy = policy_file.policy()
    if status == DayStatus.TOO_LITTLE or activity:
        need = policy.min_activity
        return f"not scored yet: {activity} of {counted(need, 'order', 'orders')}"
    window = window_words(policy.window_days)
    if finished:
        return f"not scored: no finished order is left in the {window}"
    return "not scored yet: no finished order in your data"


def gig_unscored_words(gig: GigStanding, policy_file: PolicyFile) -> str:
    """What a gig without a score lacks; "" while it counts."""
    if gig.status == DayStatus.SCORED:
        return ""
    need = policy_file.policy().min_activity
    if gig.activity:
        return f"{gig.activity} of the {counted(need, 'order', 'orders')} that it needs"
    return f"no finished order in the {window_words(policy_file.policy().window_days)}"


def range_words(found: EstimateRange | None) -> str:
    """ "9.10 to 9.62 under seven other plausible settings"."""
    if found is None or not found.settings:
        return ""
    number = _NUMBERS[found.settings] if found.settings < len(_NUMBERS) else str(found.settings)
    low, high = score_words(found.low), score_words(found.high)
    reach = f"{low} to {high}" if low != high else f"still {low}"
    words = f"{reach} under {number} other plausible settings"
    if found.unscored:
        words += f"; not scored under {found.unscored} of them"
    return words


def immature_words(standing: Standing, policy_file: PolicyFile) -> str:
    """ "3 orders are under 60 days old: a private rating may still come"; "" for none."""
    number, days = standing.immature_orders, policy_file.policy().immature_days
    if not number:
        return ""
    verb = "is" if number == 1 else "are"
    orders = counted(number, "order", "orders")
    return f"{orders} {verb} under {days} days old: a private rating may still come"


@dataclass(frozen=True, slots=True)
class RatingWords:
    """The public rating with its denominator and the window that it is of."""

    mean: str
    reviews: str
    ever: str
    window: str
    frozen: str


def rating_words(standing: Standing) -> RatingWords | None:
    """None while there is no review in the window: "no rating yet"."""
    if standing.rating is None or standing.rating_start is None or standing.rating_end is None:
        return None
    ever = ""
    if standing.lifetime_reviews > standing.rating_reviews:
        ever = f"of {standing.lifetime_reviews:,} ever"
    last = standing.rating_end - timedelta(days=1)  # stored half-open, said inclusive
    end = day_words(last)
    frozen = ""
    if (standing.as_of - last).days > _FROZEN_DAYS:
        frozen = f"stands still since the latest review, on {end}"
    return RatingWords(
        mean=f"{standing.rating:.2f}",
        reviews=counted(standing.rating_reviews, "review", "reviews"),
        ever=ever,
        window=f"{day_words(standing.rating_start)} to {end}",
        frozen=frozen,
    )


def is_stale(seller: Seller, standing: Standing) -> bool:
    """Whether facts have changed since the standing was computed."""
    return standing.revision < seller.revision


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """A change over some days as a table shows it; within noise it is grey."""

    text: str
    direction: str
    noise: bool
    title: str


def change_words(
    now: float | None, then: float | None, days: int, noise: float
) -> ChangeWords | None:
    """The change of a score over ``days``; None where either end has no score."""
    if now is None or then is None:
        return None
    change = now - then
    text = f"{abs(change):.2f}"
    sign = "" if text == "0.00" else MINUS if change < 0 else "+"
    return ChangeWords(
        text=f"{sign}{text}",
        direction="flat" if not sign else "down" if change < 0 else "up",
        noise=abs(change) < noise,
        title=f"{score_words(then)} {days} days ago, {score_words(now)} now",
    )


def turn_words_of(move: Move) -> str:
    """ "fell from 10 to 9", "rose from 8 to 9", "first scored: 7", "no score any more"."""
    before, after = move.displayed_before, move.displayed_after
    if before is None:
        return f"scored: {after}"
    if after is None:
        return f"lost its score, it was {before}"
    return f"{'fell' if after < before else 'rose'} from {before} to {after}"


def direction_of(move: Move) -> str:
    """ "up", "down" or "flat" for the colours of a move."""
    before, after = move.displayed_before, move.displayed_after
    if before is None:
        return "flat"
    if after is None:
        return "down"
    return "down" if after < before else "up"


def shown_words(platform: str, day: date) -> str:
    """ "shown by Fiverr on 3 May 2024"."""
    return f"shown by {platform} on {day_words(day)}"
