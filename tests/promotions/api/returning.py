"""Buying over the API and sending back, for the tests of returns."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from commerce.models import Order
from core.models import ProjectSettings
from promotions.models import Counter, OrderReturn, ReturnedLine, ReturnedShare, Rollback
from promotions.selectors import recounting
from promotions.selectors.tallies import Tally

ITEMS = [
    {"source_id": "tee", "quantity": 3, "price": 1_000},
    {"source_id": "mug", "quantity": 1, "price": 2_000},
]
ABOVE_40 = {"1": {"name": "order.amount", "property": None, "conditions": {"$more_than": [4_000]}}}


def buy(api: APIClient, *codes: str, order: Any = None, customer: str = "anna") -> dict[str, Any]:
    body = {
        "redeemables": [{"object": "voucher", "id": code} for code in codes],
        "order": order or {"source_id": "o-1", "items": ITEMS},
        "customer": {"source_id": customer},
    }
    answer = api.post("/v1/redemptions", body)
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def back(api: APIClient, items: dict[str, int] | None = None, **more: Any) -> Any:
    body: dict[str, Any] = dict(more)
    if items is not None:
        body["items"] = [{"source_id": name, "quantity": units} for name, units in items.items()]
    return api.post("/v1/orders/o-1/returns", body)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["key"]


def nothing_was_written() -> bool:
    order = Order.objects.get()
    written = (OrderReturn, ReturnedLine, ReturnedShare, Rollback)
    return not order.returned and not any(model.objects.exists() for model in written)


def counters() -> dict[str, int]:
    """Every counter that exists, by name; each says what its rows say."""
    found = {}
    for row in Counter.objects.all():
        tally = Tally(row.scope, row.scope_id, row.subject, row.name, row.period)
        assert recounting.recount([tally], ProjectSettings.objects.get()) == {tally: row.value}
        found[row.name] = row.value
    return found
