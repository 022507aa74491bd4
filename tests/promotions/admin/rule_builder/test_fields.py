"""The form field: which parts of a document it draws, gives and says to be changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from promotions.admin.rule_builder.fields import RuleBuilderField
from tests.factories.promotions import at_least

TARGETS: dict[str, Any] = {"included": [{"object": "product", "id": "prod_1"}], "included_all": False}
DOCUMENT: dict[str, Any] = {"rules": at_least(5000), "applicable_to": TARGETS}


def test_a_field_gives_what_it_draws() -> None:
    assert RuleBuilderField().clean(json.dumps(DOCUMENT)) == DOCUMENT
    assert RuleBuilderField(parts=("rules",)).clean(json.dumps(DOCUMENT)) == {"rules": at_least(5000)}
    assert RuleBuilderField(parts=("applicable_to",)).clean(json.dumps(DOCUMENT)) == {
        "applicable_to": TARGETS
    }


def test_only_its_own_parts_count_as_a_change() -> None:
    field = RuleBuilderField(parts=("rules",))

    assert not field.has_changed(DOCUMENT, json.dumps({"rules": at_least(5000)}))
    assert field.has_changed(DOCUMENT, json.dumps({"rules": at_least(1)}))


def test_what_is_asked_for_and_missing_is_said() -> None:
    with pytest.raises(ValidationError, match="required"):
        RuleBuilderField(required=True).clean("")
    with pytest.raises(ValidationError, match="not complete"):
        RuleBuilderField().clean(json.dumps({"rules": {"1": {"name": ""}}}))
    assert RuleBuilderField().clean("") == {}


def test_two_fields_of_a_page_stand_apart(db: None) -> None:
    rules, items = (RuleBuilderField(parts=(part,)).widget for part in ("rules", "applicable_to"))

    drawn = rules.get_context("who", DOCUMENT, {}), items.get_context("what", DOCUMENT, {})

    assert [one["setup_id"] for one in drawn] == ["who-setup", "what-setup"]
    assert [json.loads(one["text"]) for one in drawn] == [
        {"rules": at_least(5000)},
        {"applicable_to": TARGETS},
    ]
    assert [one["setup"]["parts"] for one in drawn] == [["rules"], ["applicable_to"]]
    assert drawn[0]["has_trial"]
    assert not RuleBuilderField(has_test=False).widget.get_context("x", {}, {})["has_trial"]
