"""A condition on the store of a redemption is made and read by the store's name; its wire has the code."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import areas
from tests.factories.promotions import ValidationRuleFactory

pytestmark = pytest.mark.django_db
LOOK_UP = "/admin/promotions/validationrule/look_up/"


def test_stores_are_found_and_shown_by_name(admin_page: Client) -> None:
    areas.store(areas.area("Germany"), "ber-1", name="Berlin 1")
    in_berlin = {"name": "redemption.metadata", "property": "store", "conditions": {"$is": ["ber-1"]}}
    rule = ValidationRuleFactory(rules={"1": in_berlin, "logic": "1"})

    hits = admin_page.get(LOOK_UP, {"kinds": "store", "q": "berl"}).json()["results"]
    assert hits == [{"kind": "store", "id": "ber-1", "name": "Berlin 1", "note": "Store in Germany"}]

    text = admin_page.get(reverse("admin:promotions_validationrule_change", args=[rule.pk])).text
    found = re.search(r'<script id="document-setup" type="application/json">(.*?)</script>', text)
    assert found is not None
    setup: dict[str, Any] = json.loads(found.group(1))
    assert setup["names"]["store:ber-1"]["name"] == "Berlin 1"
    assert setup["trial"]["stores"] == [{"value": "ber-1", "label": "Berlin 1 (Germany)"}]
