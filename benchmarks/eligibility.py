"""Group "eligibility": spans of all rule sets, with causes, against DuckDB's daily verdicts.

One core each. Ours goes from facts to spans in the batches in which the product judges; DuckDB
goes from what the rules add up to one verdict a rule, subject and day (duckdb_verdicts.py says
what it is given). Every verdict of every day is asserted to be the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.duckdb_rules import name_of
from benchmarks.duckdb_verdicts import Peer
from benchmarks.eligibility_input import batches
from benchmarks.registry import Result, Scale, cpu_seconds
from eligibility.rule_files import SHIPPED, read_rule_folders
from eligibility.rules.axis import Axis
from eligibility.rules.facts import EligibilityFacts
from eligibility.rules.judge import Judgement, judge
from eligibility.rules.spans import all_spans, level_spans
from eligibility.rules.types import Kind, RuleSet
from metrics.policy_files import SHIPPED as POLICIES
from metrics.policy_files import read_policy_file

FASTER = 10.0


def measure(scale: Scale) -> Iterator[Result]:
    """Yields eligibility_duckdb."""
    rule_sets = tuple(read_rule_folders([SHIPPED]).values())
    policy = read_policy_file(POLICIES / "fiverr-success-2024.toml").policy()
    given = list(batches(scale, policy))
    _spans(given[0], rule_sets)  # compiles
    repeats = 1 if scale.quick else 3
    before = [cpu_seconds(lambda: _all(given, rule_sets), 1)[0] for _ in range(repeats)]
    peer = Peer(rule_sets)
    for facts in given:
        peer.add(judge(facts, rule_sets))
    seconds, days = cpu_seconds(peer.compute, 1)
    after = [cpu_seconds(lambda: _all(given, rule_sets), 1)[0] for _ in range(repeats)]
    verdicts = _assert_same(peer, given, rule_sets)
    yield Result(
        id="eligibility_duckdb",
        what=f"{scale.sellers:,} sellers, {days:,} days of sellers and gigs, {verdicts:,} verdicts,"
        " one core",
        ours=median([*before, *after]),
        peer=seconds,
        peer_name="DuckDB",
        unit="s",
        target=FASTER,
        at_least=True,
    )


def _all(given: list[EligibilityFacts], rule_sets: tuple[RuleSet, ...]) -> int:
    return sum(_spans(facts, rule_sets) for facts in given)


def _spans(facts: EligibilityFacts, rule_sets: tuple[RuleSet, ...]) -> int:
    """Judge a batch and cut its days into spans; the number of spans."""
    found = judge(facts, rule_sets)
    assert found.levels is not None
    levels = level_spans(found.levels)
    return sum(len(spans) for spans in all_spans(found)) + len(levels.subject)


def _assert_same(peer: Peer, given: list[EligibilityFacts], rule_sets: tuple[RuleSet, ...]) -> int:
    """Every verdict of every day; the number of verdicts compared."""
    judged = [judge(facts, rule_sets) for facts in given]
    compared = 0
    for kind, table in ((Kind.LEVELS, "seller_verdicts"), (Kind.PROMOTION, "gig_verdicts")):
        place = _places(peer, table, [_axis(found, kind) for found in judged])
        for rule_set in (one for one in rule_sets if one.kind is kind):
            enabled = [rule.id for rule in rule_set.all_rules if rule.enabled]
            for rule_id in (*enabled, *rule_set.overall_ids):
                ours = np.concatenate([found.verdicts[rule_set.id, rule_id] for found in judged])
                theirs = np.empty_like(ours)
                theirs[place] = _column(peer, table, name_of(rule_set, rule_id))
                differs = np.flatnonzero(ours != theirs)
                assert not len(differs), f"{rule_set.id}/{rule_id}: {len(differs)} days differ"
                compared += int((ours >= 0).sum())
    return compared


def _axis(found: Judgement, kind: Kind) -> Axis:
    return found.axes.seller if kind is Kind.LEVELS else found.axes.gig


def _column(peer: Peer, table: str, name: str) -> NDArray[Any]:
    asked = peer.connection.execute(f"SELECT {name} FROM {table}")  # noqa: S608 - our own names
    return np.asarray(asked.fetchnumpy()[name])


def _places(peer: Peer, table: str, axes: list[Axis]) -> NDArray[np.int64]:
    """Where each row of a table lies in our own order of subjects and days."""
    lengths = np.concatenate([np.diff(axis.offset) for axis in axes])
    offset = np.concatenate(([0], np.cumsum(lengths)))
    first = np.concatenate([axis.first_day for axis in axes])
    subject = _column(peer, table, "subject")
    place: NDArray[np.int64] = offset[subject] + _column(peer, table, "day") - first[subject]
    assert np.array_equal(np.sort(place), np.arange(offset[-1])), f"{table}: not every day once"
    return place
