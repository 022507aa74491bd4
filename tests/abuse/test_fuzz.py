"""Damaged copies of bodies that work: answers, never crashes, and books that stay right.

Seven hundred by day, two thousand with FANFARE_NIGHTLY=1.
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from typing import Any, Final

import pytest
from django.db.models import F
from rest_framework.test import APIClient

from commerce.models import Order
from promotions.models import Voucher
from promotions.selectors import reconcile
from tests import nightly
from tests.abuse.conftest import assert_sound
from tests.conftest import NOW
from tests.factories.commerce import SkuFactory
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SEED: Final = 20_261_124
ROUNDS: Final = nightly.times(day=700, night=2_000)

CUSTOMER: Final[dict[str, Any]] = {
    "source_id": "anna@shop.example",
    "name": "Anna Nowak",
    "email": "anna@shop.example",
    "phone": "+48600700800",
    "description": "Buys mugs",
    "birthdate": "1990-02-28",
    "address": {
        "city": "Gdansk",
        "state": "PM",
        "line_1": "Long Lane 1",
        "line_2": "3",
        "country": "PL",
        "postal_code": "80-001",
    },
    "metadata": {"lang": "pl", "vip": True, "visits": 3, "tags": ["a", "b"]},
}
ORDER: Final[dict[str, Any]] = {
    "source_id": "web-{number}",
    "status": "PAID",
    "amount": 12_500,
    "initial_amount": 12_500,
    "discount_amount": 0,
    "items": [
        {
            "source_id": "mug",
            "related_object": "product",
            "quantity": 2,
            "price": 2_500,
            "product": {"name": "Mug", "price": 2_500, "override": True, "metadata": {"size": "L"}},
        },
        {
            "source_id": "mug-red",
            "related_object": "sku",
            "quantity": 3,
            "price": 2_500,
            "amount": 7_500,
            "sku": {"sku": "Red mug", "price": 2_500},
        },
    ],
    "metadata": {"channel": "web"},
    "customer": CUSTOMER,
}
DECISION: Final[dict[str, Any]] = {
    "redeemables": [{"object": "voucher", "id": "MANY"}, {"object": "promotion_tier", "id": "{tier}"}],
    "order": ORDER,
    "customer": CUSTOMER,
    "metadata": {"till": 4},
    "tracking_id": "track-1",
    "options": {"expand": ["order", "redeemable"]},
}
DISCOUNT: Final[dict[str, Any]] = {
    "type": "PERCENT",
    "percent_off": 12.5,
    "amount_limit": 3_000,
    "effect": "APPLY_TO_ORDER",
}
LIMITS: Final[dict[str, Any]] = {
    "start_date": "2026-01-01T00:00:00Z",
    "expiration_date": "2027-01-01T00:00:00Z",
    "validity_timeframe": {"interval": "P2D", "duration": "P1D"},
    "validity_day_of_week": [1, 2, 3],
    "metadata": {"season": "spring"},
}
BODIES: Final[list[tuple[str, str, dict[str, Any]]]] = [
    ("POST", "/v1/redemptions", DECISION),
    ("POST", "/v1/validations", DECISION),
    (
        "POST",
        "/v1/qualifications",
        {"scenario": "ALL", "order": ORDER, "customer": CUSTOMER, "options": {"limit": 5}},
    ),
    ("POST", "/v1/vouchers/MANY/redemption", {"order": ORDER, "customer": CUSTOMER}),
    ("POST", "/v1/customers", CUSTOMER),
    ("POST", "/v1/orders", ORDER),
    ("POST", "/v1/events", {"event": "seen", "customer": CUSTOMER, "metadata": {"page": "/"}}),
    (
        "POST",
        "/v1/campaigns",
        {
            "name": "Summer {number}",
            "campaign_type": "DISCOUNT_COUPONS",
            "type": "STATIC",
            "join_once": True,
            "vouchers_count": 3,
            **LIMITS,
            "voucher": {
                "type": "DISCOUNT_VOUCHER",
                "discount": DISCOUNT,
                "redemption": {"quantity": 2},
                "code_config": {"length": 8, "charset": "ABCDEFGH", "prefix": "S-", "pattern": "S-########"},
            },
        },
    ),
    ("PUT", "/v1/campaigns/Spring", {"description": "New", **LIMITS}),
    (
        "POST",
        "/v1/vouchers",
        {
            "type": "DISCOUNT_VOUCHER",
            "discount": DISCOUNT,
            "active": True,
            "additional_info": "For friends",
            "redemption": {"quantity": 5},
            "code_config": {"length": 8},
            **LIMITS,
        },
    ),
    ("PUT", "/v1/vouchers/MANY", {"active": True, "additional_info": "x", "discount": DISCOUNT}),
    (
        "POST",
        "/v1/promotions/Auto/tiers",
        {"name": "Tier", "banner": "Less", "action": {"discount": DISCOUNT}, "hierarchy": 2, **LIMITS},
    ),
    (
        "POST",
        "/v1/products",
        {"source_id": "cup", "name": "Cup", "price": 900, "attributes": ["size"], "metadata": {"a": 1}},
    ),
]
ODD: Final[list[Any]] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    1.5,
    -0.01,
    10**9,
    2**31,
    2**63,
    10**15,
    -(10**15),
    "",
    " ",
    "0",
    "12x",
    "true",
    "x" * 5_000,
    "\u0000",
    "\ud800",
    "\u202e",
    "\U0001f600",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31T23:59:59-14:00",
    "P99999999Y",
    "-P1D",
    "25:00",
    "{tier}",
    "MANY",
    [],
    [None],
    [[]],
    [{}] * 40,
    ["a", 1],
    {},
    {"a": {"b": [1]}},
    {"$is": 1},
    {"": ""},
    {"id": "x"},
    {"__class__": "x"},
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values inside, the outermost left out."""
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    found = []
    for key, below in inner:
        found += [(*path, key), *places(below, (*path, key))]
    return found


def damaged(body: Any, chance: random.Random) -> Any:
    """A copy with one to three wounds: a value replaced, removed, doubled, wrapped, renamed or added."""
    wounded = copy.deepcopy(body)
    for _ in range(chance.randint(1, 3)):
        spots = places(wounded)
        if not spots:
            break
        *above, key = chance.choice(spots)
        parent = wounded
        for step in above:
            parent = parent[step]
        match chance.randrange(8):
            case 0 | 1 | 2:
                parent[key] = copy.deepcopy(chance.choice(ODD))
            case 3:
                del parent[key]
            case 4:
                parent[key] = [parent[key]]
            case 5:
                parent[key] = {"value": parent[key]}
            case 6 if isinstance(parent, dict):
                name = chance.choice(["id", "object", "price", "amount", "x" * 300, "\u0000"])
                parent[name] = copy.deepcopy(chance.choice(ODD))
            case 6:
                parent.extend([copy.deepcopy(parent[key])] * chance.choice([1, 40]))
            case _:
                others = spots[: chance.randint(1, len(spots))]
                *other_above, other = others[-1]
                source = wounded
                for step in other_above:
                    source = source[step]
                parent[key] = copy.deepcopy(source[other])
    return wounded


def torn(text: str, chance: random.Random) -> bytes:
    """The text of a body with some bytes changed, now and then."""
    raw = bytearray(text.encode())
    if raw and chance.random() < 0.15:
        match chance.randrange(3):
            case 0:
                del raw[chance.randrange(len(raw)) :]
            case 1:
                raw[chance.randrange(len(raw))] = chance.randrange(256)
            case _:
                start = chance.randrange(len(raw))
                raw[start:start] = raw[start : start + chance.randint(1, 30)]
    return bytes(raw)


def test_damaged_bodies(api: APIClient) -> None:
    SkuFactory()
    CampaignFactory(name="Spring")
    VoucherFactory(code="MANY")
    tier = PromotionTierFactory(campaign=CampaignFactory(name="Auto", promotion=True))
    chance = random.Random(SEED)
    answers: Counter[tuple[str, int]] = Counter()
    for number, (method, address, body) in enumerate(BODIES):
        text = json.dumps(body).replace("{tier}", tier.public_id).replace("{number}", f"first-{number}")
        answer = api.generic(method, address, text, content_type="application/json")
        assert answer.status_code == 200, (address, answer.content)

    for number in range(ROUNDS):
        method, address, body = BODIES[number % len(BODIES)]
        text = (
            json.dumps(damaged(body, chance))
            .replace("{tier}", tier.public_id)
            .replace("{number}", f"{number}")
        )
        raw = torn(text, chance)

        answer = api.generic(method, address, raw, content_type="application/json")

        assert_sound(answer, (number, method, address, raw[:3_000]))
        answers[address, answer.status_code // 100] += 1

    # Otherwise the wounds would be too deep, or no wounds at all.
    for _, address, _ in BODIES:
        assert answers[address, 4] > ROUNDS // 100, (address, answers)
        assert answers[address, 2] > ROUNDS // 400, (address, answers)
    assert list(reconcile.differences(now=NOW, only=reconcile.CHECKS_BY_NAME)) == []
    assert not Order.objects.exclude(total_amount=F("amount") - F("total_discount_amount")).exists()
    assert not Order.objects.filter(total_amount__lt=0).exists()
    assert not Voucher.objects.filter(redeemed_quantity__gt=F("redemption_quantity")).exists()
