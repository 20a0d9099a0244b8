"""Group "attribution": why a score moved, against the shap package, and for a large seller.

The same moves, each between two days of one seller, are explained by us and by shap's
permutation explainer on the same function, twice:

``attribution_shap`` asks shap for what a ledger needs, a value for every order that moved:
a feature is an order, 0 as on the first day and 1 as on the last (gates go with the order
that flipped them; nothing else moves between two days here). Shap does the least work it
accepts, one order of arrival forwards and backwards, 2·features + 1 evaluations.

``attribution_shap_sums`` asks it only for the sums: a feature is one area of one gig, or a
gig's weight (volume and gate), so at most 56 features, at its default of 500 evaluations. No
order has a value then. Ours does the same as before: a line for every order, area and cause.

In both, shap is given the changes of the sums ready-made and a function vectorised over rows,
while ours starts from the evidence. Both answers add up to the change. They differ in
kind: shap's is the Shapley value of whole features, estimated from sampled orders of
arrival, without causes, and it needs a score for states that nobody was ever in, even for one
in which no gig counts (s0 here). Where all coalitions can be enumerated (two gigs, 14 features) its
estimate is checked against its exact explainer, and ours against that.

``attribution_ms`` is one why page's attribution for a seller of 5,000 orders, 30 days apart.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.histories import Batch, generate
from benchmarks.registry import Result, Scale, cpu_seconds
from metrics.engine.attribution import Attribution, Form, Moment, attribute
from metrics.engine.columns import EvidenceColumns, Float64
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.state import neutral_score
from metrics.engine.surface import coordinates, point_of, surface
from metrics.engine.types import AREA_COUNT, Factor, Policy
from metrics.policy_files import SHIPPED, read_policy_file

MOVES, ORDERS_OF_LARGE_SELLER = 1_000, 5_000
DAYS_APART = 30

#: The targets: this much faster than shap, at most so many milliseconds.
FASTER, MILLISECONDS = 25.0, 10.0

#: How exactly our lines and shap's values add up, in score points.
SUM_ERROR, SHAP_SUM_ERROR = 1e-10, 1e-8

#: Evaluations of the function that shap spends on a row unless told otherwise.
SHAP_EVALUATIONS = 500

#: On so many moves of sellers with two gigs all three answers are compared. The Shapley value
#: of whole sums is not that of their crumbs: they may differ by this part of what moved.
CHECKED, NEAR = 5, 0.02

#: Areas of a gig, and its weight.
FEATURES = AREA_COUNT + 1


@dataclass(frozen=True, slots=True)
class Question:
    """Two ends of one move."""

    before: Moment
    after: Moment

    def answer(self) -> Attribution:
        return attribute(self.before, self.after)


def measure(scale: Scale) -> Iterator[Result]:
    """Yields attribution_shap, attribution_shap_sums and attribution_ms."""
    policy = read_policy_file(SHIPPED / "fiverr-success-2024.toml").policy()
    questions = _questions(policy, scale, 3 if scale.quick else MOVES)
    repeat = 1 if scale.quick else 3
    ours, answers = cpu_seconds(lambda: [question.answer() for question in questions], repeat)
    assert max(abs(answer.sum_error) for answer in answers) <= SUM_ERROR
    lines = sum(len(answer.lines) for answer in answers)
    moved = f"{len(questions):,} moves of {DAYS_APART} days, {lines:,} lines by order and cause"
    pairs = list(zip(questions, answers, strict=True))
    orders = sum(len(np.unique(answer.lines.order)) for answer in answers)
    yield _against_shap(
        "attribution_shap",
        f"{moved}, against a value for each of {orders:,} orders, one core",
        (order_game(*pair) for pair in pairs),
        ours,
    )
    _check_answers(pairs)
    yield _against_shap(
        "attribution_shap_sums",
        f"{moved}, against values of gig and area sums alone, one core",
        (sum_game(*pair) for pair in pairs),
        ours,
    )
    yield _large_seller(policy, scale)


def _against_shap(name: str, what: str, games: Iterable[Game], ours: float) -> Result:
    seconds = 0.0
    for number, game in enumerate(games):
        if number == 0:
            explained(game)  # imports and compiles
        start = time.process_time()
        values = explained(game)
        seconds += time.process_time() - start
        assert abs(values.sum() - game.change) <= SHAP_SUM_ERROR
    return Result(
        id=name,
        what=what,
        ours=ours,
        peer=seconds,
        peer_name="shap permutation explainer",
        unit="s",
        target=FASTER,
        at_least=True,
    )


def _large_seller(policy: Policy, scale: Scale) -> Result:
    orders = 400 if scale.quick else ORDERS_OF_LARGE_SELLER
    batch = generate(sellers=1, orders=orders, seed=scale.seed)
    evidence = evidence_of_columns(batch.orders, batch.reviews, policy)
    gigs = len(batch.gig_seller)
    question = _question(evidence, batch.last_day, policy, gigs)
    seconds, answer = cpu_seconds(question.answer, 1 if scale.quick else 50)
    assert answer.form is Form.MOVE
    assert abs(answer.sum_error) <= SUM_ERROR
    return Result(
        id="attribution_ms",
        what=f"attribution of one move of a seller of {orders:,} orders: {len(evidence):,} items"
        f" on {gigs} gigs, {len(answer.lines):,} lines, one core",
        ours=seconds * 1_000,
        peer=None,
        peer_name="",
        unit="ms",
        target=MILLISECONDS,
        at_least=False,
    )


def _question(evidence: EvidenceColumns, day: int, policy: Policy, gigs: int) -> Question:
    after = Moment(evidence, day, policy, gigs)
    return Question(replace(after, day=day - DAYS_APART), after)


def _questions(policy: Policy, scale: Scale, count: int) -> list[Question]:
    """One move each of the first sellers that are scored at both ends, in the last year."""
    share = scale.orders // scale.sellers
    batch = generate(sellers=2 * count, orders=2 * count * share, seed=scale.seed)
    rng = np.random.default_rng(scale.seed)
    questions: list[Question] = []
    for evidence, gigs in _by_seller(batch, policy):
        day = batch.last_day - int(rng.integers(0, 365))
        question = _question(evidence, day, policy, gigs)
        if question.answer().form is Form.MOVE:
            questions.append(question)
        if len(questions) == count:
            break
    return questions


def _by_seller(batch: Batch, policy: Policy) -> Iterator[tuple[EvidenceColumns, int]]:
    """The evidence of each seller with its gigs numbered from 0, and how many they are."""
    evidence = evidence_of_columns(batch.orders, batch.reviews, policy)
    first_gig = np.searchsorted(batch.gig_seller, np.arange(batch.sellers + 1))
    row = np.searchsorted(evidence.gig, first_gig)
    for seller in range(batch.sellers):
        part = slice(row[seller], row[seller + 1])
        columns = {name: getattr(evidence, name)[part] for name in EvidenceColumns.__slots__}
        columns["gig"] = columns["gig"] - np.int32(first_gig[seller])
        yield EvidenceColumns(**columns), int(first_gig[seller + 1] - first_gig[seller])


@dataclass(frozen=True, slots=True)
class Game:
    """S where some features are as on the last day and the others as on the first.

    Attributes
    ----------
    start : θ of the first day, shape (coordinates,)
    effect : shape (features, coordinates), what each feature changes of θ
    unscored : the score given to a state that has none
    """

    gigs: int
    start: Float64
    effect: Float64
    change: float
    unscored: float

    @property
    def features(self) -> int:
        return len(self.effect)

    def score(self, chosen: Float64) -> Float64:
        """S of coalitions of shape (rows, features)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found = surface(self.start + chosen @ self.effect, self.gigs)
        return np.where(found.total > 0, found.score, self.unscored)[:, 0]


def _game(answer: Attribution, effect: Float64) -> Game:
    before, _ = answer.states
    start, unscored = point_of(before), neutral_score(before.policy)
    return Game(before.gigs, start, effect, answer.change or 0.0, unscored)


def sum_game(_question: Question, answer: Attribution) -> Game:
    """A feature for every gig's areas and for its weight."""
    before, after = answer.states
    step, gigs = point_of(after) - point_of(before), before.gigs
    effect = np.zeros((gigs, FEATURES, len(step)))
    moved, whole = coordinates(effect, gigs), coordinates(step, gigs)
    gig, area = np.indices((gigs, AREA_COUNT))
    moved.weight[gig, area, gig, area] = whole.weight
    moved.weighted_x[gig, area, gig, area] = whole.weighted_x
    moved.volume[range(gigs), AREA_COUNT, range(gigs)] = whole.volume
    moved.counts[range(gigs), AREA_COUNT, range(gigs)] = whole.counts
    return _game(answer, effect.reshape(gigs * FEATURES, -1))


def order_game(question: Question, answer: Attribution) -> Game:
    """A feature for every order of which anything moved."""
    before, after = answer.states
    evidence = question.after.evidence
    change = after.item_weight - before.item_weight
    rows = np.flatnonzero(change)
    orders, feature = np.unique(evidence.order[rows], return_inverse=True)
    effect = np.zeros((len(orders), len(point_of(before))))
    moved = coordinates(effect, before.gigs)
    gig, area, weight = evidence.gig[rows], evidence.factor[rows], change[rows]
    np.add.at(moved.weight, (feature, gig, area), weight)
    np.add.at(moved.weighted_x, (feature, gig, area), weight * evidence.x[rows])
    moved.volume[...] = moved.weight[:, :, Factor.CANCELLATIONS]
    for flip in answer.gates:
        by = int(np.searchsorted(orders, flip.trigger_order or 0))
        moved.counts[by, flip.gig] = 1.0 if flip.opened else -1.0
    return _game(answer, effect)


def explained(game: Game, exact: bool = False) -> Float64:
    """Shap's value of every feature, shape (features,)."""
    import shap

    nothing, everything = np.zeros((1, game.features)), np.ones((1, game.features))
    masker = shap.maskers.Independent(nothing)
    if exact:
        explanation = shap.explainers.Exact(game.score, masker)(everything, silent=True)
    else:
        explainer = shap.explainers.Permutation(game.score, masker, seed=0)
        evaluations = max(SHAP_EVALUATIONS, 2 * game.features + 1)
        explanation = explainer(everything, max_evals=evaluations, silent=True)
    values: Float64 = np.asarray(explanation.values, dtype=np.float64)[0]
    return values


def _check_answers(pairs: Sequence[tuple[Question, Attribution]]) -> None:
    """Two gigs: shap's sampled values, its exact ones and our sums by gig and area are near."""
    small = [pair for pair in pairs if pair[1].states[0].gigs == 2]
    for question, answer in small[:CHECKED]:
        game, lines = sum_game(question, answer), answer.lines
        ours = np.bincount(lines.gig * FEATURES + lines.factor, lines.amount, game.features)
        exact = explained(game, exact=True)
        near = NEAR * np.abs(exact).sum()
        assert np.abs(explained(game) - exact).max() <= near
        assert np.abs(ours - exact).max() <= near
