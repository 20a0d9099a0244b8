"""Group "eligibility": spans of all rule sets, with causes, against DuckDB's daily verdicts.

One core each. Ours goes from facts to spans in the batches in which the product judges; DuckDB
goes from what the rules add up to one verdict a rule, subject and day (duckdb_verdicts.py says
what it is given). Every verdict of every day is asserted to be the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

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
    """Every verdict of every day, batch by batch; the number of verdicts compared."""
    compared = sellers = gigs = 0
    for facts in given:
        found = judge(facts, rule_sets)
        for kind, table, first in (
            (Kind.LEVELS, "seller_verdicts", sellers),
            (Kind.PROMOTION, "gig_verdicts", gigs),
        ):
            compared += _assert_same_verdicts(peer, found, kind, table, first)
        sellers, gigs = sellers + facts.sellers, gigs + facts.gigs
    return compared


def _assert_same_verdicts(
    peer: Peer, found: Judgement, kind: Kind, table: str, first_subject: int
) -> int:
    """The verdicts of one batch on sellers or on gigs; how many there are."""
    sets = [rule_set for rule_set in found.rule_sets if rule_set.kind is kind]
    names = {
        (rule_set.id, rule_id): name_of(rule_set, rule_id)
        for rule_set in sets
        for rule_id in (
            *(rule.id for rule in rule_set.all_rules if rule.enabled),
            *rule_set.overall_ids,
        )
    }
    axis = found.axis(sets[0])
    theirs = peer.verdicts(table, tuple(names.values()), first_subject, axis.subjects)
    place = _places(axis, theirs["subject"] - first_subject, theirs["day"], table)
    compared = 0
    for key, name in names.items():
        ours = found.verdicts[key]
        differs = int((ours[place] != theirs[name]).sum())
        assert not differs, f"{'/'.join(key)}: {differs} days differ"
        compared += int((ours >= 0).sum())
    return compared


def _places(
    axis: Axis, subject: NDArray[np.integer], day: NDArray[np.integer], table: str
) -> NDArray[np.int64]:
    """Where each row of a table lies in our own order of subjects and days."""
    place = axis.places(subject, day)
    assert np.array_equal(np.sort(place), np.arange(axis.size)), f"{table}: not every day once"
    return place
