"""The peer of the group "eligibility" says the same as we do: on every rule and every day."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.eligibility_input import SELLERS_AT_ONCE, batches
from benchmarks.registry import QUICK, Scale, group_names
from metrics.policy_files import SHIPPED, read_policy_file


def test_it_is_a_group() -> None:
    assert "eligibility" in group_names()
    assert not {"eligibility_input", "duckdb_verdicts", "duckdb_rules"} & set(group_names())


def test_batches_hold_every_seller_once_and_the_same_each_time() -> None:
    policy = read_policy_file(SHIPPED / "fiverr-success-2024.toml").policy()
    scale = Scale(sellers=SELLERS_AT_ONCE + 3, orders=2_000, quick=True)
    first, second = (list(batches(scale, policy)) for _ in range(2))
    assert [facts.sellers for facts in first] == [SELLERS_AT_ONCE, 3]
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.amount_cents, other.amount_cents)
        assert np.array_equal(one.inquiries.message_day, other.inquiries.message_day)
        assert (one.first_day <= one.last_day).all()


@pytest.mark.timeout(280)
def test_duckdb_gives_the_same_verdict_on_every_day() -> None:
    pytest.importorskip("duckdb")
    from benchmarks.eligibility import measure

    # The group itself asserts equality.
    [found] = measure(QUICK)
    assert found.id == "eligibility_duckdb"
    assert "6 sellers" in found.what
    assert (found.at_least, found.target) == (True, 10.0)
