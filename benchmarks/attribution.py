"""Group "attribution": why a score moved, against the shap package, and for a large seller.

The same moves, each between two days of one seller, are explained by us and by shap on the
same function of the same changes. Shap cannot be asked our question, so it is asked three:

``attribution_shap`` is shap's exact explainer, the one that promises what we promise: values
without sampling error. A feature is one area of one gig, or a gig's weight (volume and gate).
It evaluates all 2^features coalitions, so it can only be asked about sellers with two gigs
(14 features); with eight it would be 2^56.

``attribution_shap_sums`` is its permutation explainer on the same features, for sellers of two
to eight gigs, at its default of 500 evaluations: an estimate, and no order has a value.

``attribution_shap_orders`` is its permutation explainer with a value for every order that
moved, as a ledger needs: a feature is an order (gates go with the order that flipped them;
nothing else moves between two days here). It does the least work it accepts, one order of
arrival forwards and backwards, 2·features + 1 evaluations: an estimate.

In all three ours gives a line for every order, area and cause, to 1e-10, and starts from the
evidence, while shap is given the changes of the sums ready-made and a function vectorised over
rows. All answers add up to the change. They differ in kind: shap's is the Shapley value of
whole features, without causes, and it needs a score for states that nobody was ever in, even
for one in which no gig counts (s0 here). How near they are is asserted, see ``NEAR``.

``attribution_ms`` is one why page's attribution for a seller of 5,000 orders, 30 days apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.histories import Batch, generate
from benchmarks.registry import Result, Scale, cpu_seconds
from metrics.engine.attribution import Attribution, Form, Moment, attribute
from metrics.engine.columns import EvidenceColumns, Float64
from metrics.engine.evidence import evidence_of_columns
from metrics.engine.ledger import NONE
from metrics.engine.state import neutral_score
from metrics.engine.surface import coordinates, point_of, surface
from metrics.engine.types import AREA_COUNT, Factor, Policy
from metrics.policy_files import SHIPPED, read_policy_file

MOVES, QUICK_MOVES, EXACT_MOVES = 1_000, 12, 100
ORDERS_OF_LARGE_SELLER = 5_000
DAYS_APART = 30

#: The targets: this much faster than exact values of shap, no slower than its estimates, and
#: at most so many milliseconds.
FASTER, NO_SLOWER, MILLISECONDS = 25.0, 1.0, 10.0

#: How exactly our lines and shap's values add up, in score points.
SUM_ERROR, SHAP_SUM_ERROR = 1e-10, 1e-8

#: Evaluations of the function that shap spends on a row unless told otherwise.
SHAP_EVALUATIONS = 500

#: The Shapley value of a whole feature is not that of its crumbs, and an estimate is neither.
#: In the median move the value that differs most differs by at most this part of all that moved.
NEAR = 0.01

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
    """Yields attribution_shap, its two variants, and attribution_ms."""
    policy = read_policy_file(SHIPPED / "fiverr-success-2024.toml").policy()
    moves = _answered(_questions(policy, scale, QUICK_MOVES if scale.quick else MOVES))
    small = [move for move in moves if move.gigs == 2][: 1 if scale.quick else EXACT_MOVES]
    if small:
        yield _against_shap("attribution_shap", small, sum_game, exact=True)
    yield _against_shap("attribution_shap_sums", moves, sum_game)
    yield _against_shap("attribution_shap_orders", moves, order_game)
    yield _large_seller(policy, scale)


@dataclass(frozen=True, slots=True)
class Move:
    """A question and our answer, from which games for shap are made."""

    question: Question
    answer: Attribution

    @property
    def gigs(self) -> int:
        return self.answer.states[0].gigs


def _answered(questions: Sequence[Question]) -> list[Move]:
    moves = [Move(question, question.answer()) for question in questions]
    assert max(abs(move.answer.sum_error) for move in moves) <= SUM_ERROR
    return moves


def _against_shap(
    name: str, moves: Sequence[Move], game_of: Callable[[Move], Game], exact: bool = False
) -> Result:
    ours, _ = cpu_seconds(lambda: [move.question.answer() for move in moves], 3)
    seconds, features, apart = 0.0, 0, []
    explained(game_of(moves[0]), exact)  # imports and compiles
    for move in moves:
        game = game_of(move)
        start = time.process_time()
        values = explained(game, exact)
        seconds += time.process_time() - start
        features += game.features
        assert abs(values.sum() - game.change) <= SHAP_SUM_ERROR
        apart.append(float(np.abs(values - game.ours).max() / np.abs(values).sum()))
    assert np.median(apart) <= NEAR
    lines = sum(len(move.answer.lines) for move in moves)
    return Result(
        id=name,
        what=f"{len(moves):,} moves of {DAYS_APART} days, {lines:,} lines by order and cause,"
        f" against values of {features:,} {'orders' if game_of is order_game else 'sums'}"
        ", one core",
        ours=ours,
        peer=seconds,
        peer_name=f"shap {'exact' if exact else 'permutation'} explainer",
        unit="s",
        target=FASTER if exact else NO_SLOWER,
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
    ours : shape (features,), what our lines give to each feature
    unscored : the score given to a state that has none
    """

    gigs: int
    start: Float64
    effect: Float64
    ours: Float64
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


def _game(answer: Attribution, effect: Float64, ours: Float64) -> Game:
    before, _ = answer.states
    start, unscored = point_of(before), neutral_score(before.policy)
    return Game(before.gigs, start, effect, ours, answer.change or 0.0, unscored)


def sum_game(move: Move) -> Game:
    """A feature for every gig's areas and for its weight."""
    before, after = move.answer.states
    step, gigs, lines = point_of(after) - point_of(before), move.gigs, move.answer.lines
    effect = np.zeros((gigs, FEATURES, len(step)))
    moved, whole = coordinates(effect, gigs), coordinates(step, gigs)
    gig, area = np.indices((gigs, AREA_COUNT))
    moved.weight[gig, area, gig, area] = whole.weight
    moved.weighted_x[gig, area, gig, area] = whole.weighted_x
    moved.volume[range(gigs), AREA_COUNT, range(gigs)] = whole.volume
    moved.counts[range(gigs), AREA_COUNT, range(gigs)] = whole.counts
    cell = lines.gig * FEATURES + lines.factor
    ours = np.bincount(cell, lines.amount, gigs * FEATURES).astype(np.float64)
    return _game(move.answer, effect.reshape(gigs * FEATURES, -1), ours)


def order_game(move: Move) -> Game:
    """A feature for every order of which anything moved."""
    before, after = move.answer.states
    evidence = move.question.after.evidence
    change = after.item_weight - before.item_weight
    rows = np.flatnonzero(change)
    orders, feature = np.unique(evidence.order[rows], return_inverse=True)
    effect = np.zeros((len(orders), len(point_of(before))))
    moved = coordinates(effect, before.gigs)
    gig, area, weight = evidence.gig[rows], evidence.factor[rows], change[rows]
    np.add.at(moved.weight, (feature, gig, area), weight)
    np.add.at(moved.weighted_x, (feature, gig, area), weight * evidence.x[rows])
    moved.volume[...] = moved.weight[:, :, Factor.CANCELLATIONS]
    by_order = move.answer.by_order()
    ours = np.array([by_order.get(order, 0.0) for order in orders.tolist()])
    for flip in move.answer.gates:
        by = int(np.searchsorted(orders, flip.trigger_order or 0))
        moved.counts[by, flip.gig] = 1.0 if flip.opened else -1.0
        lines = move.answer.lines
        ours[by] += lines.amount[(lines.order == NONE) & (lines.gig == flip.gig)].sum()
    return _game(move.answer, effect, ours)


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
