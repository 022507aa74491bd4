from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.policies import Condition, Operator, PolicyContent, PolicyInForce, Stage, judge, needed
from approvals.staffing import Post, unfilled

GROUPS = ("Category", "Finance", "Legal")
FACTS: dict[str, Any] = {
    "discount_percent": 25,
    "budget": 5_000_000,
    "segments": ["VIP", "Staff"],
    "category": "Shoes",
    "has_no_budget": False,
}


def in_force(name: str = "one", **content: Any) -> PolicyInForce:
    return PolicyInForce(id=f"pol_{name}", name=name, version=1, content=PolicyContent(**content))


def one_stage(group: str = "Finance", people: int = 1) -> tuple[Stage, ...]:
    return (Stage(name=group, group=group, needed=people),)


@pytest.mark.parametrize(
    ("fact", "operator", "value", "holds"),
    [
        ("discount_percent", "at_least", 25, True),
        ("discount_percent", "at_least", 25.5, False),
        ("discount_percent", "more_than", 25, False),
        ("discount_percent", "more_than", 24.99, True),
        ("discount_percent", "at_most", 25, True),
        ("discount_percent", "at_most", 24, False),
        ("discount_percent", "less_than", 25, False),
        ("discount_percent", "less_than", 26, True),
        ("budget", "at_least", 5_000_001, False),
        ("segments", "is_any_of", ["VIP"], True),
        ("segments", "is_any_of", ["New", "Staff"], True),
        ("segments", "is_any_of", ["New"], False),
        ("segments", "is_none_of", ["New"], True),
        ("segments", "is_none_of", ["New", "VIP"], False),
        ("category", "is", "Shoes", True),
        ("category", "is_not", "Shoes", False),
        ("category", "is_not", "Hats", True),
        ("has_no_budget", "is", False, True),
        ("has_no_budget", "is", True, False),
        # What is not known fulfils nothing but a no.
        ("audience", "at_least", 0, False),
        ("audience", "at_most", 10**9, False),
        ("channels", "is_any_of", ["web"], False),
        ("channels", "is_none_of", ["web"], True),
        ("channels", "is_not", "web", True),
    ],
)
def test_each_operator(fact: str, operator: str, value: Any, holds: bool) -> None:
    asked = in_force(conditions=(Condition(fact=fact, operator=operator, value=value),))

    found = judge(asked, operation="campaigns.update", role="USER", facts=FACTS)

    assert (found.applies, found.checks[0][1:]) == (holds, (FACTS.get(fact), holds))


@pytest.mark.parametrize(
    ("content", "applies"),
    [
        ({}, True),
        ({"operations": ("campaigns.update",)}, True),
        ({"operations": ("campaigns.create", "campaigns.update")}, True),
        ({"operations": ("campaigns.create",)}, False),
        ({"roles": ("USER",)}, True),
        ({"roles": ("ADMIN", "USER")}, True),
        ({"roles": ("ADMIN",)}, False),
        ({"operations": ("campaigns.update",), "roles": ("ADMIN",)}, False),
    ],
)
def test_what_and_whose(content: dict[str, Any], applies: bool) -> None:
    found = judge(in_force(**content), operation="campaigns.update", role="USER", facts=FACTS)

    assert found.applies is applies


def test_a_group_is_asked_once_with_the_most_people_in_the_order_of_policies() -> None:
    first = in_force("first", stages=one_stage("Category") + one_stage("Finance", 1), due_hours=48)
    second = in_force(
        "second", stages=one_stage("Finance", 3) + one_stage("Legal"), due_hours=24, allows_emergency=False
    )

    found = needed([first, second], operation="campaigns.update", role="USER", facts={})

    assert found is not None
    assert [(one.group, one.needed) for one in found.stages] == [
        ("Category", 1),
        ("Finance", 3),
        ("Legal", 1),
    ]
    assert (found.hours("due_hours"), found.hours("remind_hours")) == (24, None)
    assert found.allows_emergency is False
    assert [one.name for one in found.policies] == ["first", "second"]


def test_nothing_is_needed_where_no_policy_applies() -> None:
    asked = in_force(operations=("campaigns.create",), stages=one_stage())

    assert needed([asked], operation="campaigns.update", role="USER", facts=FACTS) is None


NUMBERS = st.integers(0, 100)
WORDS = st.sampled_from(["VIP", "Staff", "New"])
CONDITIONS = st.one_of(
    st.builds(
        Condition,
        fact=st.just("discount_percent"),
        operator=st.sampled_from(["at_least", "more_than", "at_most", "less_than"]),
        value=NUMBERS,
    ),
    st.builds(
        Condition,
        fact=st.just("segments"),
        operator=st.sampled_from([Operator.IS_ANY_OF, Operator.IS_NONE_OF]),
        value=st.lists(WORDS, min_size=1, max_size=3),
    ),
    st.builds(Condition, fact=st.just("has_no_budget"), operator=st.just("is"), value=st.booleans()),
)
STAGES = st.lists(
    st.builds(
        lambda group, people: Stage(name=group, group=group, needed=people),
        st.sampled_from(GROUPS),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
CONTENTS = st.builds(
    PolicyContent,
    operations=st.lists(st.sampled_from(["campaigns.update", "campaigns.create"]), max_size=2).map(tuple),
    roles=st.lists(st.sampled_from(["USER", "ADMIN"]), max_size=2).map(tuple),
    conditions=st.lists(CONDITIONS, max_size=3).map(tuple),
    stages=STAGES,
)
KNOWN = st.fixed_dictionaries(
    {},
    optional={
        "discount_percent": NUMBERS,
        "segments": st.lists(WORDS, max_size=3),
        "has_no_budget": st.booleans(),
    },
)
ASKED: dict[str, Any] = {"operation": "campaigns.update", "role": "USER"}


def numbered(contents: list[PolicyContent]) -> list[PolicyInForce]:
    return [
        PolicyInForce(id=f"pol_{i}", name=f"policy {i}", version=1, content=content)
        for i, content in enumerate(contents)
    ]


@given(content=CONTENTS, more=CONDITIONS, facts=KNOWN)
def test_another_condition_never_makes_a_policy_meet_more(
    content: PolicyContent, more: Condition, facts: dict[str, Any]
) -> None:
    (before,) = numbered([content])
    narrower = PolicyContent(**{**vars(content), "conditions": (*content.conditions, more)})
    (after,) = numbered([narrower])

    applied = judge(before, facts=facts, **ASKED).applies
    assert applied or not judge(after, facts=facts, **ASKED).applies


@given(contents=st.lists(CONTENTS, max_size=4), facts=KNOWN)
def test_all_together_ask_for_at_least_what_each_asks_for(
    contents: list[PolicyContent], facts: dict[str, Any]
) -> None:
    policies = numbered(contents)
    together = needed(policies, facts=facts, **ASKED)
    asked = {stage.group: stage.needed for stage in together.stages} if together else {}

    for one in policies:
        alone = needed([one], facts=facts, **ASKED)
        for stage in alone.stages if alone else ():
            assert asked[stage.group] >= stage.needed
        assert (alone is not None) == (together is not None and one in together.policies)
    assert len(asked) == len(together.stages if together else ())


@given(contents=st.lists(CONTENTS, max_size=4), facts=KNOWN)
def test_the_same_policies_give_the_same_stages_in_the_order_of_policies(
    contents: list[PolicyContent], facts: dict[str, Any]
) -> None:
    policies = numbered(contents)
    first = needed(policies, facts=facts, **ASKED)

    assert needed(list(policies), facts=dict(reversed(facts.items())), **ASKED) == first
    if first is not None:
        asked = [stage.group for one in first.policies for stage in one.content.stages]
        assert [stage.group for stage in first.stages] == list(dict.fromkeys(asked))


@given(content=CONTENTS)
def test_content_survives_json(content: PolicyContent) -> None:
    assert PolicyContent.from_json(content.to_json()) == content


@pytest.mark.parametrize(
    ("posts", "short"),
    [
        ([], None),
        ([("A", 1, {1})], None),
        ([("A", 1, set())], "A"),
        ([("A", 2, {1})], "A"),
        ([("A", 1, {1}), ("B", 1, {1})], "B"),
        ([("A", 1, {1, 2}), ("B", 1, {1})], None),
        ([("A", 1, {1, 2}), ("B", 1, {2, 3}), ("C", 1, {1, 3})], None),
        ([("A", 1, {1, 2}), ("B", 1, {1, 2}), ("C", 1, {1, 2})], "C"),
        ([("A", 2, {1, 2, 3}), ("B", 1, {1}), ("C", 1, {2})], "C"),
    ],
)
def test_every_yes_needs_a_person_of_its_own(
    posts: list[tuple[str, int, set[int]]], short: str | None
) -> None:
    found = unfilled([Post(name=name, needed=people, people=known) for name, people, known in posts])

    assert (found.name if found else None) == short
