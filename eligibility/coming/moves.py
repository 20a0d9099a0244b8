"""Coming days on which the level or a gig's promotion changes, each with its cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from eligibility.cause_words import Flip, Places, cause_words
from eligibility.coming.words import coming_words
from eligibility.computing import in_force
from eligibility.pages.history import flip_at, orders_of, spans_of
from eligibility.rule_words import Levels, level_title
from eligibility.rules.evaluate import counted_rules
from eligibility.rules.flips import FlipCause
from eligibility.rules.judge import Judgement
from eligibility.rules.spans import LevelSpans, RuleSpans, all_spans, level_spans
from eligibility.rules.types import Kind, Phase, Verdict
from eligibility.standing_words import last_day
from eligibility.words import STATE_WORDS, state_of
from metrics.engine.days import date_of
from metrics.engine.hypothetical import FIRST_NUMBER
from metrics.words import day_words, listed
from sellers.models import Order


@dataclass(frozen=True, slots=True)
class StandingMove:
    """A coming day on which something changes.

    ``about`` is "Level" or a gig's title, ``turn`` what changes, ``cause`` one clause, ``url``
    where its order can be seen, "" where there is none.
    """

    day: date
    about: str
    turn: str
    cause: str
    url: str = ""

    @property
    def gig(self) -> str:
        """The gig's title, "" for the level, which names itself."""
        return "" if self.about == LEVEL else self.about


@dataclass(frozen=True, slots=True)
class Outlook:
    """One seller of a judgement, with the names that words need.

    Attributes
    ----------
    number : of the seller in the judgement; its gigs are ``first_gig`` … in titles' order
    today : day number; what begins after it is coming
    """

    found: Judgement
    spans: Mapping[tuple[str, str], RuleSpans]
    levels: LevelSpans | None
    number: int
    first_gig: int
    seller_id: int
    titles: Sequence[str]
    today: int

    @classmethod
    def of(
        cls,
        found: Judgement,
        number: int,
        *,
        seller_id: int,
        titles: Sequence[str],
        today: int,
    ) -> Outlook:
        """Cut the days of a judgement into spans and look at one of its sellers."""
        return cls(
            found=found,
            spans={(one.rule_set.id, one.rule_id): one for one in all_spans(found)},
            levels=None if found.levels is None else level_spans(found.levels),
            number=number,
            first_gig=number * len(titles),
            seller_id=seller_id,
            titles=titles,
            today=today,
        )

    def other(self, number: int) -> Outlook:
        """Another seller of the same judgement."""
        return replace(self, number=number, first_gig=number * len(self.titles))

    def level_titles(self, day: int) -> Levels:
        """Titles by rank, as the rules in force on a day name them."""
        ruling = in_force(self.found.rule_sets, Kind.LEVELS, day)
        return {} if ruling is None else {level.rank: level.title for level in ruling.levels}

    def refs(self) -> dict[int, str]:
        """How orders that flip something are called, imagined ones too; one query."""
        numbers: set[int] = set()
        for spans in self.spans.values():
            of_gigs = spans.rule_set.kind is Kind.PROMOTION
            gigs = range(self.first_gig, self.first_gig + len(self.titles))
            for subject in gigs if of_gigs else (self.number,):
                numbers |= orders_of(spans, subject)
        imagined = {number for number in numbers if number <= FIRST_NUMBER}
        named = Order.objects.filter(pk__in=numbers - imagined).values_list("pk", "ref")
        return dict(named) | {
            number: f"{FIRST_NUMBER - number + 1} that you entered" for number in imagined
        }


def standing_moves(
    outlook: Outlook, refs: Mapping[int, str], since: int | None = None
) -> list[StandingMove]:
    """Every change of the level and of each gig after a day, by day.

    Parameters
    ----------
    refs : how orders are called, by number
    since : day number; None for what is coming
    """
    after = outlook.today if since is None else since
    moves = [*_level_moves(outlook, refs, after), *_gig_moves(outlook, refs, after)]
    return sorted(moves, key=lambda move: (move.day, move.about != LEVEL))


LEVEL = "Level"


def gathered(moves: Sequence[StandingMove]) -> list[StandingMove]:
    """Gigs that change alike on one day for one reason become one line."""
    groups: dict[tuple[date, str, str, str, bool], list[StandingMove]] = {}
    for move in moves:
        key = (move.day, move.turn, move.cause, move.url, move.about == LEVEL)
        groups.setdefault(key, []).append(move)
    return [
        replace(of_group[0], about=listed([move.about for move in of_group]))
        for of_group in groups.values()
    ]


def _level_moves(outlook: Outlook, refs: Mapping[int, str], after: int) -> Iterator[StandingMove]:
    spans = outlook.levels
    if spans is None:
        return
    low, high = (int(at) for at in spans.subject.searchsorted([outlook.number, outlook.number + 1]))
    for at in range(low + 1, high):
        day = int(spans.start_day[at])
        turn = _level_turn(outlook, spans, at) if day > after else ""
        if turn:
            rank = max(int(spans.held[at]), int(spans.held[at - 1]))
            if spans.held[at] == spans.held[at - 1] and spans.phase[at] == spans.phase[at - 1]:
                rank = max(int(spans.most[at]), int(spans.most[at - 1]))
            cause, url = _level_cause(outlook, rank, day, refs)
            if spans.held[at] < spans.held[at - 1]:
                cause, url = _loss_cause(outlook, rank, day), ""
            yield StandingMove(date_of(day), LEVEL, turn, cause, url)


def _level_turn(outlook: Outlook, spans: LevelSpans, at: int) -> str:
    """What changes on the first day of a span; "" where nothing does that is displayed."""
    day = int(spans.start_day[at])
    titles = outlook.level_titles(day)
    was, held = (level_title(int(spans.held[n]), titles) for n in (at - 1, at))
    phase = Phase(int(spans.phase[at]))
    if spans.held[at] != spans.held[at - 1]:
        return f"{was} → {held}"
    if spans.phase[at] != spans.phase[at - 1]:
        if phase is Phase.GRACE:
            return f"{held} goes on grace until {grace_words(outlook, int(spans.grace_start[at]))}"
        return f"{held}: people decide" if phase is Phase.REVIEW else f"{held} holds again"
    if spans.most[at] != spans.most[at - 1]:
        most = level_title(int(spans.most[at]), titles)
        return f"may be {most}" if spans.most[at] > spans.held[at] else f"at most {held}"
    return ""


def grace_words(outlook: Outlook, start: int) -> str:
    """The last day of the grace period that begins on a day number."""
    ruling = in_force(outlook.found.rule_sets, Kind.LEVELS, start)
    days = 0 if ruling is None else ruling.grace_days
    return day_words(last_day(date_of(start + days)))


def _level_cause(outlook: Outlook, rank: int, day: int, refs: Mapping[int, str]) -> tuple[str, str]:
    """What began the verdict over the level's rules that holds on a day."""
    ruling = in_force(outlook.found.rule_sets, Kind.LEVELS, day)
    level = None if ruling is None else next((x for x in ruling.levels if x.rank == rank), None)
    if ruling is None or level is None:
        return "other rules come into force", ""
    spans = outlook.spans[ruling.id, level.id]
    for at in spans_of(spans, outlook.number):
        if spans.start_day[at] <= day < spans.end_day[at]:
            return _cause(outlook, spans, at, refs)
    return "other rules come into force", ""


def _loss_cause(outlook: Outlook, rank: int, day: int) -> str:
    """Why a level is lost: its grace period is over, and what is not met still is not."""
    found, words = outlook.found, "the grace period is over"
    ruling = in_force(found.rule_sets, Kind.LEVELS, day)
    level = None if ruling is None else next((x for x in ruling.levels if x.rank == rank), None)
    if ruling is None or level is None:
        return words
    at = found.axes.seller.index(outlook.number, day)
    missed = [
        f"{rule.title[:1].lower()}{rule.title[1:]}"
        for rule in counted_rules(level.rules)
        if not rule.entry_only and found.verdicts[ruling.id, rule.id][at] == Verdict.NOT_MET
    ]
    return f"{words}, and it still lacks {listed(missed)}" if missed else words


def _gig_moves(outlook: Outlook, refs: Mapping[int, str], after: int) -> Iterator[StandingMove]:
    for (_, rule_id), spans in outlook.spans.items():
        if spans.rule_set.kind is not Kind.PROMOTION or rule_id:
            continue
        for gig, title in enumerate(outlook.titles):
            before = None
            for at in spans_of(spans, outlook.first_gig + gig):
                day, verdict = int(spans.start_day[at]), int(spans.verdict[at])
                ruling = in_force(outlook.found.rule_sets, Kind.PROMOTION, day)
                if day > after and ruling is spans.rule_set:
                    was = "not judged" if before is None else STATE_WORDS[state_of(before)]
                    cause, url = _cause(outlook, spans, at, refs)
                    turn = f"{was} → {STATE_WORDS[state_of(verdict)]}"
                    yield StandingMove(date_of(day), title, turn, cause, url)
                before = verdict


def _cause(outlook: Outlook, spans: RuleSpans, at: int, refs: Mapping[int, str]) -> tuple[str, str]:
    """What flipped it, in words, and the page of the order that did."""
    flip = flip_at(spans, at, refs)
    if flip.by:
        titles = {rule.id: rule.title for rule in spans.rule_set.all_rules}
        flip = replace(flip, rule=titles[flip.by])
    day = int(spans.start_day[at])
    words = coming_words(flip, _scores(outlook, day)) if day > outlook.today else cause_words(flip)
    return words, _url(outlook, flip, int(spans.number[at]))


def _scores(outlook: Outlook, day: int) -> tuple[int, int] | None:
    """The displayed scores of the day before and of the day; 0 is not scored."""
    scores = outlook.found.facts.scores
    own = scores.displayed[scores.offset[outlook.number] : scores.offset[outlook.number + 1]]
    at = day - int(scores.first_day[outlook.number])
    return (int(own[at - 1]), int(own[at])) if 0 < at < len(own) else None


def _url(outlook: Outlook, flip: Flip, number: int) -> str:
    if flip.cause is FlipCause.SCORE_MOVED and flip.day <= date_of(outlook.today):
        return Places(outlook.seller_id).why(flip.day)
    if flip.cause is FlipCause.SCORE_MOVED:
        return f"{reverse('metrics:next', args=[outlook.seller_id])}#coming"
    if not flip.ref or number <= FIRST_NUMBER:
        return ""
    return reverse("sellers:order", args=[outlook.seller_id, flip.ref])
