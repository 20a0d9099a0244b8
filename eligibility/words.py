"""How verdicts, reasons and gaps are said: plain, calm, exact, and never a bare yes or no.

One place for words that several pages share. Nothing here reads the database or the clock.
"""

from __future__ import annotations

from collections.abc import Mapping

from eligibility.pages.parts import State
from eligibility.rules.types import Group, Metric, Missing, Reason, Verdict

STATES: Mapping[int, State] = {
    Verdict.MET: State.MET,
    Verdict.NOT_MET: State.NOT_MET,
    Verdict.UNKNOWN: State.UNKNOWN,
}

STATE_WORDS: Mapping[State, str] = {
    State.MET: "met",
    State.NOT_MET: "not met",
    State.UNKNOWN: "cannot be checked",
}

GROUP_TITLES: Mapping[Group, str] = {
    Group.PUBLISHED: "Published rules",
    Group.INFERRED: "Inferred rules",
}

GROUP_NOTES: Mapping[Group, str] = {
    Group.PUBLISHED: (
        "The platform states these in public. Only they decide the verdict on this page."
    ),
    Group.INFERRED: (
        "Sellers guess these behind the words “additional quality metrics”. Nobody outside the "
        "platform knows whether they count or where they lie, so they stand apart and never "
        "change the verdict above."
    ),
}

#: Metrics behind whose value stands a list of orders, reviews or first messages.
COUNTABLE = frozenset(Metric) - {
    Metric.SUCCESS_SCORE,
    Metric.DAYS_ACTIVE,
    Metric.LEVEL,
    Metric.GIG_ACTIVE,
    Metric.CATEGORY,
    Metric.HUMAN_REVIEW,
    Metric.PRIVATE_FEEDBACK,
}

#: Why an order, review or first message is or is not in a number: short, for a table.
REASON_WORDS: Mapping[Reason, str] = {
    Reason.COUNTS: "counts",
    Reason.COUNTS_AGAINST: "counts against",
    Reason.DOUBTFUL: "may count or not",
    Reason.LEFT_WINDOW: "has left the window",
    Reason.NOT_YET: "not yet on this day",
    Reason.OPEN: "still open",
    Reason.CANCELLED: "was cancelled",
    Reason.NOT_CANCELLED: "was not cancelled",
    Reason.BEFORE_REQUIREMENTS: "cancelled before the requirements were in",
    Reason.CLIENTS_CHOICE: "cancelled by the client",
    Reason.BY_THE_PLATFORM: "cancelled by the platform",
    Reason.MUTUAL: "cancelled by both sides",
    Reason.RULED_OUT: "taken out by a ruling",
    Reason.SAME_CLIENT: "a client counted before",
    Reason.CLIENT_UNKNOWN: "who bought is not in your data",
    Reason.AMOUNT_UNKNOWN: "the amount is not in your data",
    Reason.DUE_UNKNOWN: "due time or delivery is not in your data",
    Reason.NO_REVIEW: "no review",
    Reason.REMOVED: "the review was removed",
    Reason.REPLACED: "an edited review took its place",
    Reason.NO_STARS: "the review has no stars",
    Reason.WAITING: "the time to answer is not over",
}

#: Why a rule's metric has no value at all, where the rule file does not say it better.
MISSING_WORDS: Mapping[Missing, str] = {
    Missing.NO_SCORE: "There is no success score on this day.",
    Missing.NO_REVIEWS: "There is no review yet.",
    Missing.NO_INQUIRIES: "No first message of a client is in your data.",
    Missing.EMPTY_WINDOW: "Nothing falls into the window.",
    Missing.NOT_RECORDED: "It is not in your data.",
    Missing.NOT_PUBLIC: "The platform shows it to nobody.",
}
OPEN_SIDE = "Your data leave open on which side of the rule the value lies."


def state_of(verdict: int) -> State:
    """The page's word for a stored verdict."""
    return STATES[verdict]
