"""Every comparison of every kind of value is drawn, and what its widgets say is what they were given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import batched
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from commerce.admin.filter_editor.catalogue import (
    ARTICLE_FIELDS,
    CUSTOMER_FIELDS,
    Field,
    Input,
    Kind,
    operators_of,
)
from commerce.models import Location
from engine.rules.families import REGISTRY
from engine.rules.families import Kind as RuleKind
from engine.rules.operands import ALLOWED
from engine.rules.tree import Operator
from tests.commerce.admin.test_filter_editor import NOW, VALUES
from tests.factories.commerce import SegmentFactory
from tests.factories.promotions import ValidationRuleFactory
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# Says again what each widget shows, as if a person had typed the same.
TOUCH = """() => {
  const asked = [".rb-value input", ".rb-value select", "input.rb-value", "select.rb-value"];
  for (const field of document.querySelectorAll(asked.join())) {
    if (field.hasAttribute("data-picker-text")) continue;
    const isTyped = field.tagName === "INPUT" && field.type !== "checkbox";
    field.dispatchEvent(new Event(isTyped ? "input" : "change", { bubbles: true }));
  }
  return JSON.parse(document.querySelector("[data-rule-document]").value);
}"""
DAYS: Final = ("ago", "future")
MOST: Final = 80


def operand(kind: RuleKind, operator: Operator) -> list[Any]:
    """What a shop would write."""
    if operator in (Operator.HAS_VALUE, Operator.IS_UNKNOWN):
        return []
    if operator.value.startswith("$count") or operator.value.endswith(DAYS):
        return [3]
    match operator:
        case Operator.DAY_OF_WEEK:
            return [1, 5]
        case Operator.TIMEFRAME_DAILY_HOURS:
            return ["08:00-12:30", "14:00-18:00"]
        case Operator.TIMEFRAME_ABSOLUTE:
            return ["2026-03-01/2026-10-31"]
        case Operator.TIMEFRAME:
            return ["2026-01-01", "P7D", "PT12H"]
        case Operator.AFTER | Operator.BEFORE:
            return ["2026-03-01"]
    match kind:
        case RuleKind.ITEM:
            return [{"object": "products_collection", "id": "pc_x"}]
        case RuleKind.MONEY:
            return [1250]
        case RuleKind.UNITS | RuleKind.NUMBER | RuleKind.COUNT:
            return [7]
        case RuleKind.FLAG:
            return [False]
        case RuleKind.TIME:
            return ["2026-03-01T10:00"]
        case RuleKind.FREE if operator.value.startswith(("$more", "$less")):
            return [2.5]
    return ["a, b", "c"] if operator in (Operator.IN, Operator.NOT_IN, Operator.NOT_DIFFER) else ["a"]


def rule(name: str) -> dict[str, Any]:
    family = REGISTRY[name]
    asked = {one.value: operand(family.kind, one) for one in sorted(ALLOWED[family.kind])}
    found = {"name": name, "conditions": asked}
    return {**found, "property": "colour"} if family.needs_property else found


def filters() -> Iterator[dict[str, Any]]:
    """One field of each kind with all of its operators, in filters that are not too large."""
    asked = [
        (field, operator, how)
        for field in {one.kind: one for one in CUSTOMER_FIELDS}.values()
        for operator, (_, how) in operators_of(field.kind).items()
    ]
    for some in batched(asked, MOST, strict=False):
        wire: dict[str, Any] = {"junction": "and"}
        for field, operator, how in some:
            name = field.name.replace("*", "colour")
            conditions = wire.setdefault(name, {"conditions": {}})["conditions"]
            conditions[operator] = value(field, how)
        yield wire


def value(field: Field, how: Input) -> Any:
    if how is Input.NONE:
        return True
    if how is Input.TEXTS and field.kind in (Kind.MONEY, Kind.NUMBER):
        return [1000, 2000]
    found = VALUES[how]
    return found if len(found) > 1 or how in (Input.MONTH, Input.WEEKDAY, Input.LOCATIONS) else found[0]


def test_every_comparison_of_rules_is_drawn_and_read_again(tab: Page, marketer: User) -> None:
    rules = {str(number): rule(name) for number, name in enumerate(REGISTRY, 1)}
    rules["logic"] = " and ".join(rules)  # type: ignore[assignment]
    stored = ValidationRuleFactory(rules=rules)
    sign_in(tab, at="/admin/promotions/validationrule/")
    tab.goto(f"/admin/promotions/validationrule/{stored.pk}/change/")

    lines = sum(len(one["conditions"]) for key, one in rules.items() if key != "logic")
    expect(tab.locator(".rb-value")).to_have_count(lines)
    expect(tab.locator(".rb-kept")).to_have_count(0)
    assert tab.evaluate(TOUCH)["rules"] == json.loads(json.dumps(rules))
    tab.click("[name=_continue]")
    expect(tab.locator(".rb-wrong")).to_have_count(0)
    stored.refresh_from_db()
    assert stored.rules == rules


def test_every_comparison_of_filters_is_drawn_and_read_again(tab: Page, marketer: User) -> None:
    shape = {"type": "circle", "distance": {"center": "0,0", "radius": "1"}}
    Location.objects.create(public_id="loc_here", name="Here", shape=shape, created_at=NOW)
    assert {one.kind for one in ARTICLE_FIELDS} <= {one.kind for one in CUSTOMER_FIELDS} | {Kind.LIST}
    sign_in(tab, at="/admin/commerce/segment/")

    for wire in filters():
        segment = SegmentFactory(type="passive", filter=wire)
        tab.goto(f"/admin/commerce/segment/{segment.pk}/change/")
        lines = sum(len(one["conditions"]) for name, one in wire.items() if name != "junction")
        expect(tab.locator(".rb-value")).to_have_count(lines)
        before = json.loads(tab.locator("[data-rule-document]").input_value())
        assert tab.evaluate(TOUCH) == before
        tab.fill("#id_name", "Touched")
        tab.click("[name=_continue]")
        expect(tab.get_by_text("was changed successfully")).to_be_visible()
        segment.refresh_from_db()
        assert (segment.name, segment.filter) == ("Touched", wire)
