"""Contents differ if and only if there is a sentence about it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals import registry
from approvals.codec import canonical
from promotions.approval_words import TYPES
from tests.factories.promotions import amount, at_least, percent

pytestmark = pytest.mark.django_db

scalars = (
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.sampled_from(["", "a", "1", "VIP"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "name", "1"]), inner, max_size=2)
    ),
    max_leaves=5,
)
discounts = st.sampled_from([percent(10), percent(20), amount(500), {"type": "PERCENT"}])
rules = st.sampled_from([{}, at_least(100), at_least(200), {"1": {"name": "order.amount"}, "logic": "1"}])
conditions = st.fixed_dictionaries(
    {"name": st.sampled_from(["A", "B"])},
    optional={"rules": rules | values, "error": values, "applicable_to": values, "bundle_rules": values},
)
instants = st.sampled_from(["2026-03-01T00:00:00Z", "2026-03-01T00:00:01Z", "soon"])
tiers = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["Gold", "Silver"]), "hierarchy": st.integers(1, 3)},
        optional={
            "discount": discounts | values,
            "conditions": conditions,
            "active": st.booleans(),
            "x": values,
        },
    ),
    max_size=3,
)
budgets = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["Summer", "Winter"]),
            "measure": st.just("DISCOUNT"),
            "limit": st.integers(0, 9),
        },
        optional={"plan": values, "campaigns": st.lists(st.sampled_from("AB"))},
    ),
    max_size=2,
)
contents = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["A", "B"]) | values,
        "active": st.booleans() | values,
        "discount": discounts | values,
        "gift": values,
        "start_date": instants | values,
        "expiration_date": instants,
        "timeframe_interval": values,
        "validity_day_of_week": st.lists(st.integers(0, 6), max_size=3) | values,
        "validity_hours": values,
        "conditions": conditions | values,
        "tiers": tiers | values,
        "stacks": values,
        "budgets": budgets | values,
        "campaigns": values,
        "plan": values,
        "limit": values,
        "measure": values,
        "redemption_quantity": values,
        "type": values,
        "codes": values,
        "codes_like": values,
        "own_discounts": st.lists(
            st.fixed_dictionaries({"discount": discounts, "codes": st.integers(1, 3)}), max_size=2
        )
        | values,
        "other_discounts": values,
        "entries": values,
        "balance_change": values,
        "reason": values,
        "metadata": st.dictionaries(st.sampled_from(["a", "b"]), values, max_size=2) | values,
        "something_new": values,
    },
)


@pytest.mark.parametrize("target_type", sorted(TYPES))
def test_contents_differ_if_and_only_if_something_is_said(target_type: str) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(before=st.none() | contents, after=st.none() | contents)
    def check(before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        said = registry.differences(target_type, before, after)

        assert bool(said) == (canonical(before) != canonical(after))
        assert all(isinstance(line, str) and line.strip() for line in said)

    check()


@pytest.mark.parametrize("target_type", sorted(TYPES))
def test_every_key_that_differs_is_told(target_type: str) -> None:
    """One key alone is never hidden behind what others say."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(base=contents, other=contents, data=st.data())
    def check(base: dict[str, Any], other: dict[str, Any], data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted({*base, *other}) or ["name"]))
        after = {name: value for name, value in base.items() if name != key}
        if key in other:
            after[key] = other[key]

        said = registry.differences(target_type, base, after)

        assert bool(said) == (canonical(base) != canonical(after))

    check()
