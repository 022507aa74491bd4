"""What was there, what is there now and what is asked for, place by place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals import comparing
from approvals.comparing import MISSING, Side, compare
from approvals.gate import ApprovalRequired
from promotions.models import Campaign, PromotionTier
from promotions.services import campaigns, tiers
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec
from tests.approvals.test_gate import ask
from tests.approvals.world import DEEP, acting, person, policy
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, percent


def sides(base: Any, live: Any, proposal: Any) -> dict[tuple[str, ...], Side]:
    return {found.path: found.side for found in compare(base, live, proposal)}


def tier(name: str, off: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "discount": {"type": "PERCENT", "percent_off": off}, **more}


@pytest.mark.parametrize(
    ("live", "proposal", "side"),
    [(2, 1, Side.LIVE), (1, 2, Side.PROPOSAL), (2, 2, Side.SAME), (2, 3, Side.CONFLICT)],
)
def test_each_side_of_one_place(live: int, proposal: int, side: Side) -> None:
    assert sides({"a": 1, "b": 0}, {"a": live, "b": 0}, {"a": proposal, "b": 0}) == {("a",): side}


def test_what_nobody_changed_is_left_out() -> None:
    assert compare({"a": 1}, {"a": 1}, {"a": 1}) == []
    assert compare(None, None, None) == []


def test_what_came_and_what_went() -> None:
    (came, went) = compare({"went": 1}, {"went": 1}, {"came": None})

    assert (came.path, came.base, came.live, came.proposal) == (("came",), MISSING, MISSING, None)
    assert (went.path, went.side, went.proposal) == (("went",), Side.PROPOSAL, MISSING)


def test_things_in_lists_are_compared_by_their_names() -> None:
    base = {"tiers": [tier("Gold", 10), tier("Silver", 5)]}
    live = {"tiers": [tier("Silver", 7), tier("Gold", 10)]}
    proposal = {"tiers": [tier("Gold", 20), tier("Silver", 5), tier("New", 1)]}

    assert sides(base, live, proposal) == {
        ("tiers", "Gold", "discount", "percent_off"): Side.PROPOSAL,
        ("tiers", "New"): Side.PROPOSAL,
        ("tiers", "Silver", "discount", "percent_off"): Side.LIVE,
    }


def test_what_changes_its_shape_is_compared_as_a_whole() -> None:
    base = {"discount": {"type": "PERCENT", "percent_off": 10}}
    live = {"discount": {"type": "AMOUNT", "amount_off": 500}}
    proposal = {"discount": {"type": "PERCENT", "percent_off": 20}}

    assert sides(base, live, proposal) == {("discount",): Side.CONFLICT}


def test_keys_of_metadata_stand_for_themselves() -> None:
    assert sides({"metadata": {"a": 1}}, {"metadata": {"a": 1, "b": 2}}, {"metadata": {"a": 1, "c": 3}}) == {
        ("metadata", "b"): Side.LIVE,
        ("metadata", "c"): Side.PROPOSAL,
    }


def test_two_things_of_one_name_are_one_list() -> None:
    twice = [tier("Gold", 10), tier("Gold", 20)]
    assert sides({"tiers": twice}, {"tiers": twice[:1]}, {"tiers": twice}) == {("tiers",): Side.LIVE}


contents = st.none() | st.dictionaries(
    st.sampled_from(["a", "metadata", "tiers", "name"]),
    st.integers(0, 2)
    | st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 2))
    | st.lists(
        st.fixed_dictionaries({"name": st.sampled_from(["G", "S"])}, optional={"x": st.integers(0, 2)}),
        max_size=3,
    ),
)


@given(base=contents, live=contents, proposal=contents)
def test_sides_say_exactly_who_moved(base: Any, live: Any, proposal: Any) -> None:
    found = compare(base, live, proposal)

    assert all(not (one.base == one.live == one.proposal) for one in found)
    for one in found:
        moved = (one.live != one.base, one.proposal != one.base)
        alike = one.live == one.proposal
        expected = {
            (True, False): Side.LIVE,
            (False, True): Side.PROPOSAL,
            (True, True): Side.SAME if alike else Side.CONFLICT,
        }
        assert one.side == expected[moved]
    if base == live:
        assert {one.side for one in found} <= {Side.PROPOSAL}
    if live != base and not _only_reordered(base, live):
        assert any(one.side is not Side.PROPOSAL for one in found)


def _only_reordered(one: Any, other: Any) -> bool:
    """Things with names have no order that means anything."""

    def sorted_(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: sorted_(inner) for key, inner in value.items()}
        return sorted(value, key=repr) if isinstance(value, list) else value

    return bool(sorted_(one) == sorted_(other))


@pytest.mark.django_db
def test_a_request_that_is_out_of_date_says_in_words_who_changed_what(now: datetime) -> None:
    campaign = CampaignFactory(discount=percent(10), metadata={"team": "A"})
    policy("Finance", conditions=[DEEP])
    request = ask(campaign, acting(person("mia", "User")), now)
    ada: Any = {"actor": acting(person("ada", "Admin")), "now": now}
    spec = CampaignSpec(values={"discount": percent(15)}, metadata={"team": "B"})
    campaigns.update(campaign_id=campaign.pk, spec=spec, **ada)

    discount, metadata = comparing.three_way(request)

    assert (discount.label, discount.side, discount.side_label) == (
        "discount › percent off",
        Side.CONFLICT,
        "Changed by both, differently",
    )
    assert discount.live == ["Discount: 10 % off the order becomes 15 % off the order"]
    assert discount.proposal == ["Discount: 10 % off the order becomes 30 % off the order"]
    assert (metadata.side, metadata.live, metadata.proposal) == (
        Side.LIVE,
        ["Metadata team: A becomes B"],
        [],
    )


@pytest.mark.django_db
def test_what_was_deleted_meanwhile(now: datetime) -> None:
    campaign = CampaignFactory(discount=percent(10))
    policy("Finance", conditions=[DEEP])
    request = ask(campaign, acting(person("mia", "User")), now)
    Campaign.objects.update(deleted_at=now)

    (row,) = comparing.three_way(request)

    assert (row.side, row.live) == (Side.CONFLICT, ["Is deleted"])
    assert row.proposal == ["Discount: 10 % off the order becomes 30 % off the order"]


@pytest.mark.django_db
def test_another_tier_came_meanwhile(now: datetime) -> None:
    gold = PromotionTierFactory(name="Gold", discount=percent(10), hierarchy=1)
    policy("Finance", conditions=[DEEP])
    mia, ada = acting(person("mia", "User")), acting(person("ada", "Admin"))

    with pytest.raises(ApprovalRequired) as refused:
        tiers.update(tier_id=gold.pk, spec=TierSpec(values={"discount": percent(30)}), actor=mia, now=now)
    refused.value.settle()
    spec = TierSpec(values={"name": "Silver", "discount": percent(5)})
    tiers.create(campaign_id=gold.campaign_id, spec=spec, actor=ada, now=now)

    rows = {row.label: row for row in comparing.three_way(refused.value.request)}

    assert set(rows) == {"tiers › Gold › discount › percent off", "tiers › Silver"}
    assert rows["tiers › Silver"].live[0].startswith("Tier “Silver” is new: discount 5 % off the order")
    assert rows["tiers › Gold › discount › percent off"].proposal == [
        "Tier “Gold”, discount: 10 % off the order becomes 30 % off the order"
    ]
    assert PromotionTier.objects.count() == 2
