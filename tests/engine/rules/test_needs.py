"""A rule names exactly the facts it reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine import rules
from engine.basket import Line
from engine.rules import Needs, is_about_result, needs, parse
from engine.rules.families import REGISTRY, Group, Kind, names
from engine.snapshot import Call, Customer
from tests.engine.rules.building import ADV, rule, rule_set, situation

EXPECTED = {
    "customer.segment": {"customer.segments"},
    "customer.loyalty_tier": {"customer.loyalty_tiers"},
    "customer.metadata": {"customer.metadata"},
    "order.metadata": {"order", "order.metadata"},
    "order.items.metadata_any": {"order", "lines.metadata"},
    "order.items.metadata_each": {"order", "lines.metadata"},
    "order.items.metadata": {"order", "lines.metadata"},
    "product.metadata": {"order", "lines.product_metadata"},
    "product.metadata.match_all": {"order", "lines.product_metadata"},
    "product.metadata.aggregated_quantity": {"order", "lines.product_metadata"},
    "product.metadata.aggregated_amount": {"order", "lines.product_metadata"},
    "redemption.api_key": {"call.api_key"},
    "redemption.user.login": {"call.user_login"},
    "redemption.metadata": {"call.metadata"},
    "redemption.reward.pay_with_points.points_used": {"call.points_used"},
    "publication.redeemable_by_linked_customer": {"candidate.is_held_by_customer"},
    "custom_event.metadata": {"event.metadata"},
    "redemption.count.per_api_key": {"call.api_key"},
    "redemption.count.per_user": {"call.user_login"},
    "redemption.date": set(),
}


def of(name: str) -> Needs:
    return needs(rule_set(wire(name)))


def wire(name: str) -> dict[str, Any]:
    operands: dict[Kind, Any] = {
        Kind.FLAG: True,
        Kind.ID: "x",
        Kind.FREE: "x",
        Kind.TIME: "2026-01-01",
        Kind.ITEM: "prod_1",
    }
    return rule(name, {"$is": [operands.get(REGISTRY[name].kind, 5)]}, property="p")


@pytest.mark.parametrize("name", list(REGISTRY))
def test_facts_of_every_name(name: str) -> None:
    family = REGISTRY[name]
    expected = EXPECTED.get(name)
    if expected is None and family.is_counter:
        is_budget = family.kind is Kind.MONEY
        expected = {"customer"} if family.is_per_customer else {"order"} if is_budget else set()

    assert of(name).facts == (expected if expected is not None else {"order"})
    assert of(name).counts == ({name} if family.is_counter else set())


@pytest.mark.parametrize("name", [name for name in REGISTRY if not REGISTRY[name].is_counter])
def test_facts_that_are_not_named_change_nothing(name: str) -> None:
    facts, only = of(name).facts, rule_set(wire(name))
    rich = situation(
        [Line(price=5, quantity=5, product_id="prod_1", metadata={"p": "x"}, product_metadata={"p": "x"})],
        order_metadata={"p": "x"},
        customer=Customer(id="c", metadata={"p": "x"}, segments=("x",), loyalty_tiers=("x",)),
        call=Call(api_key="x", user_login="x", metadata={"p": "x"}, points_used=5),
        is_held_by_customer=True,
    )
    customer, basket, call = rich.snapshot.customer, rich.snapshot.basket, rich.snapshot.call
    assert customer is not None
    assert basket is not None
    poor = replace(
        rich,
        snapshot=replace(
            rich.snapshot,
            customer=replace(
                customer,
                metadata=customer.metadata if "customer.metadata" in facts else {},
                segments=customer.segments if "customer.segments" in facts else (),
                loyalty_tiers=customer.loyalty_tiers if "customer.loyalty_tiers" in facts else (),
            ),
            basket=replace(basket, metadata=basket.metadata if "order.metadata" in facts else {}),
            call=Call(
                api_key="x" if "call.api_key" in facts else None,
                user_login="x" if "call.user_login" in facts else None,
                metadata=call.metadata if "call.metadata" in facts else {},
                points_used=5 if "call.points_used" in facts else None,
            ),
        ),
        candidate=replace(
            rich.candidate,
            is_held_by_customer=True if "candidate.is_held_by_customer" in facts else None,
        ),
        lines=tuple(
            replace(
                line,
                metadata=line.metadata if "lines.metadata" in facts else {},
                product_metadata=line.product_metadata if "lines.product_metadata" in facts else {},
            )
            for line in rich.lines
        ),
    )

    assert rules.judge(only, poor, full=True).leaves == rules.judge(only, rich, full=True).leaves


def test_ids_are_collected_from_everywhere() -> None:
    collection = {"object": "products_collection"}
    found = needs(
        rule_set(
            rule("customer.segment", {"$in": ["seg_1", "seg_2"]}),
            rule("customer.loyalty_tier", {"$is": ["ltr_1"]}),
            rule(
                "order.items.any",
                {"$is": ["prod_1"], "$from": ["pc_1"]},
                rules={"1": rule("order.items.any", {"$is": [{**ADV, "id": "pc_2"}]})},
            ),
            rule("redemption.count.daily", {"$less_than": [5]}),
            applicable_to={
                "included": [{**collection, "id": "pc_3"}],
                "excluded": [{**collection, "id": "pc_4"}],
            },
            bundle_rules={
                "1": {"name": "order.items.any", "conditions": {"$is": [{**collection, "id": "pc_5"}]}}
            },
        )
    )

    assert found == Needs(
        facts=frozenset({"customer.segments", "customer.loyalty_tiers", "order"}),
        collections=frozenset({"pc_1", "pc_2", "pc_3", "pc_4", "pc_5"}),
        segments=frozenset({"seg_1", "seg_2"}),
        loyalty_tiers=frozenset({"ltr_1"}),
        counts=frozenset({"redemption.count.daily"}),
    )


def test_limits_and_formulas_of_entries() -> None:
    def entry(**fields: Any) -> frozenset[str]:
        return needs(parse({"applicable_to": {"included": [{"object": "sku", "id": "s", **fields}]}})).facts

    assert entry(product_campaign_quantity_limit=5) == {"order", "candidate.unit_counts"}
    assert entry(price_formula='CUSTOMER_METADATA("k") + 1') == {"order", "customer.metadata"}
    assert entry(quantity_limit_formula='ORDER_METADATA("k")') == {"order", "order.metadata"}
    assert entry() == {"order"}


def test_joins() -> None:
    left, right = of("customer.segment"), of("redemption.count.daily")

    assert (left | right) == (right | left)
    assert (left | right).counts == {"redemption.count.daily"}
    assert (left | right).segments == {"x"}
    assert (Needs() | left) == left


def test_rules_about_the_result() -> None:
    about = {name for name in REGISTRY if is_about_result(rule_set(wire(name)))}

    assert about == {"order.total_amount", "campaign.orders.amount_discounted", "redemption.gift.amount"}
    assert (
        is_about_result(rule_set(rule("order.items.any", {}, rules={"1": wire("order.total_amount")})))
        is True
    )
    assert is_about_result(rule_set()) is False


def test_groups_share_out_all_names() -> None:
    assert names(Group.CUSTOMER) == {"customer.segment", "customer.loyalty_tier", "customer.metadata"}
    assert names(Group.CUSTOMER) | names(Group.ORDER) | names(Group.REDEMPTION) == set(REGISTRY)
    assert {name.split(".")[0] for name in names(Group.ORDER)} == {"order", "product", "sku"}
    assert {name.split(".")[0] for name in names(Group.REDEMPTION)} == {
        "redemption",
        "campaign",
        "publication",
        "custom_event",
    }
