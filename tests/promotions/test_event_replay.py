"""A recorded day of events, delivered once in order, and three times over in any order: the same database."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction

from commerce.jobs import Job
from commerce.models import Customer
from commerce.selectors.orders import OrderSpec
from commerce.services import orders
from core import dispatch, events
from core.actors import Actor
from core.models import EventDelivery, OutboxEvent
from integrations import rows
from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.models import Campaign, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors import reconcile
from promotions.services import campaigns, redemptions, rollbacks
from promotions.services.rollbacks import RollbackSpec
from promotions.services.validations import DecisionSpec
from promotions.services.vouchers import VoucherSpec
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CODES = 600
# Drawn or measured anew in each run: not part of what must be equal.
# What is drawn by chance, or by the database: primary keys (those of customers to look at again are not
# foreign keys) and transactions of the change feed.
DRAWN = {
    "processing_time", "public_id", "code", "code_key", "entity_id", "due_at", "event", "digest", "object_id",
    "xid", "noted_at", "customer_id",
}  # fmt: skip
ID = re.compile(r"\b(?:[a-z]+_[0-9A-Za-z]{8,}|v-[0-9a-f]{8,})\b")
# How long rows took, at the end of a line of a job's log.
TOOK = re.compile(r"(?<=, in )[\d,]+\.\d(?= s\b)")


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subscriber of this test beside those of the house: it counts events on the customer's row."""
    monkeypatch.setattr(events, "_subscribers", dict(events._subscribers))

    @events.subscribe("redemption.succeeded", "redemption.rollback.succeeded", name="tests.tally")
    def count(event: OutboxEvent, now: datetime) -> None:
        customer = Customer.objects.select_for_update().get(source_id="anna")
        customer.metadata = {**customer.metadata, event.name: customer.metadata.get(event.name, 0) + 1}
        customer.save(update_fields=["metadata"])


@pytest.fixture
def day(tally: None, actor: Actor, now: datetime) -> None:
    """Redemptions, refusals, rollbacks, orders, and jobs: codes, customers, products, orders, metadata."""
    VoucherFactory(code="MANY")

    def redeem(code: str, number: int) -> str | None:
        spec = DecisionSpec(
            redeemables=(Requested(object="voucher", id=code),),
            order=OrderSpec(source_id=f"web-{number}", amount=1_000 * number),
            customer={"source_id": "anna"},
        )
        try:
            return redemptions.redeem(spec=spec, actor=actor, now=now).redemptions[0].public_id
        except NotRedeemable:
            return None

    done = [redeem("MANY", number) for number in range(1, 13)]
    assert redeem("NONE", 13) is None
    for redemption_id in done[:5]:
        assert redemption_id is not None
        rollbacks.roll_back(redemption_id=redemption_id, spec=RollbackSpec(), actor=actor, now=now)
    orders.upsert(spec=OrderSpec(source_id="own", amount=5, status="PAID"), actor=actor, now=now)
    for name in ("Spring", "Summer"):
        campaign = CampaignFactory(name=name)
        campaigns.add_codes(campaign=campaign, count=CODES, spec=VoucherSpec(), actor=actor, now=now)
    jobs: list[tuple[str, list[Any], dict[str, Any]]] = [
        (Job.CUSTOMERS_BULK_UPDATE, [{"source_id": f"c-{n}", "name": f"N{n}"} for n in range(40)], {}),
        (Job.CUSTOMERS_METADATA_UPDATE, ["c-1", "c-2", "late"], {"metadata": {"vip": True}}),
        (Job.PRODUCTS_BULK_UPDATE, [{"source_id": f"p-{n}", "price": n} for n in range(40)], {}),
        (Job.ORDERS_IMPORT, [{"source_id": f"o-{n}", "amount": n, "status": "PAID"} for n in range(30)], {}),
        ("VOUCHERS.BULK_UPDATE", [{"code": "MANY", "metadata": {"a": n}} for n in range(5)], {}),
        (
            "VOUCHERS.BULK_UPDATE",
            [{"code": "MANY", "metadata": {"a": "last"}}, {"code": "?", "metadata": {}}],
            {},
        ),
    ]
    for kind, entries, params in jobs:
        body, count = rows.json_lines(entries)
        async_actions.create(type=kind, body=body, rows_count=count, params=params, actor=actor, now=now)


def deliver_in_order(now: datetime) -> int:
    acted = 0
    while ids := dispatch.plan(now=now):
        acted += sum(dispatch.deliver(delivery_id=pk, now=now) for pk in ids)
    return acted


def deliver_three_times_in_any_order(now: datetime, chance: random.Random) -> int:
    """New messages, and once more any of the old ones, as a broker that lost its memory would send them."""
    acted = 0
    old: list[int] = []
    while ids := dispatch.plan(now=now):
        messages = [*ids * 3, *chance.sample(old, min(len(old), 20))]
        chance.shuffle(messages)
        acted += sum(dispatch.deliver(delivery_id=pk, now=now) for pk in messages)
        old += ids
    chance.shuffle(old)
    return acted + sum(dispatch.deliver(delivery_id=pk, now=now) for pk in old)


def digests() -> dict[str, str]:
    """One digest for each table: its rows in any order, without keys and whatever is drawn by chance."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in {"core", "commerce", "promotions", "integrations"}:
            continue
        fields = [
            field
            for field in model._meta.concrete_fields
            if not field.primary_key and field.name not in DRAWN and not isinstance(field, models.ForeignKey)
        ]
        lines = sorted(
            TOOK.sub("#", ID.sub("#", json.dumps([str(getattr(row, field.name)) for field in fields])))
            for row in model._default_manager.all()
        )
        text = "\n".join(lines)
        found[model._meta.label] = f"{len(lines)} {hashlib.sha256(text.encode()).hexdigest()}"
    return found


def run(deliver: Callable[[], int]) -> tuple[int, dict[str, str]]:
    """Deliver, take the digests, and undo it."""
    with transaction.atomic():
        acted = deliver()
        assert list(reconcile.differences(now=NOW, only=reconcile.CHECKS_BY_NAME)) == []
        found = digests()
        transaction.set_rollback(True)
    return acted, found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_database(day: None, now: datetime, seed: int) -> None:
    later = now + timedelta(minutes=1)
    chance = random.Random(seed)

    once, expected = run(lambda: deliver_in_order(later))
    thrice, found = run(lambda: deliver_three_times_in_any_order(later, chance))

    assert found == expected
    assert once == thrice > 30


def test_what_the_day_comes_to(day: None, now: datetime) -> None:
    """Otherwise two equal digests could both be wrong."""
    deliver_three_times_in_any_order(now, random.Random(4))

    assert Customer.objects.get(source_id="anna").metadata == {
        "redemption.succeeded": 12,
        "redemption.rollback.succeeded": 5,
    }
    pools = Campaign.objects.values_list("name", "vouchers_count", "generation_status")
    assert sorted(pools) == [("Spring", CODES, "DONE"), ("Summer", CODES, "DONE")]
    assert Counter(Voucher.objects.values_list("campaign__name", flat=True)) == {
        "Spring": CODES,
        "Summer": CODES,
        None: 1,
    }
    assert Voucher.objects.get(code="MANY").metadata == {"a": "last"}
    assert set(AsyncAction.objects.values_list("status", flat=True)) == {"DONE"}
    assert set(EventDelivery.objects.values_list("status", "attempts")) == {("DONE", 1)}
    assert Customer.objects.filter(source_id__startswith="c-").count() == 40
    assert Customer.objects.filter(metadata={"vip": True}).count() == 3
