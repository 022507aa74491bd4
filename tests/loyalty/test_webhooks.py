"""What webhooks are told about points, tiers and rewards. Contract: data file 13."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

import pytest

from core import event_bodies
from integrations import webhook_names
from integrations.models import WebhookMessage
from integrations.services import webhooks
from integrations.services.webhooks import WebhookSpec
from tests.conftest import NOW
from tests.loyalty.clubs import ACTOR, Club, per

pytestmark = pytest.mark.django_db

_CARD: Final = {"voucher", "campaign", "customer"}
_LINE: Final = {
    *_CARD,
    *("transaction", "holder", "holder_loyalty_tier", "balance", "order", "event", "earning_rule"),
    *("segment", "loyalty_tier", "redemption", "rollback", "reward", "custom_event"),
    *("source_voucher", "destination_voucher"),
}
_PENDING: Final = {*_CARD, "voucher_pending_points_balance", "order", "pending_points"}
KEYS: Final = {
    "customer.rewarded": {
        *_CARD,
        *("holder", "redemption", "reward", "referral_tier", "balance", "custom_event", "customer_event"),
    },
    "customer.rewarded.loyalty_points": {
        *_CARD,
        *("holder", "loyalty_tier", "earning_rule", "balance", "order", "event"),
    },
    "voucher.loyalty_card.points_added": {*_CARD, "balance", "transaction"},
    "voucher.loyalty_card.points_expired": {*_CARD, "points", "buckets", "transaction"},
    "voucher.loyalty_card.transaction.created": _LINE,
    "voucher.loyalty_card.pending_points.added": _PENDING,
    "voucher.loyalty_card.pending_points.updated": _PENDING,
    "voucher.loyalty_card.pending_points.activated": _PENDING,
    "voucher.loyalty_card.pending_points.canceled": _PENDING,
    "campaign.loyalty_tier.created": {"campaign", "loyalty_tier"},
    "campaign.earning_rule.assigned": {"campaign", "earning_rule"},
    "campaign.earning_rule.updated": {"campaign", "earning_rule"},
    "campaign.earning_rule.disabled": {"campaign", "earning_rule"},
    "campaign.earning_rule.enabled": {"campaign", "earning_rule"},
    "campaign.earning_rule.deleted": {"campaign", "earning_rule"},
    "campaign.reward.assignment.created": {"campaign", "reward", "assignment"},
    "campaign.reward.assignment.updated": {"campaign", "reward", "assignment"},
    "campaign.reward.assignment.deleted": {"campaign", "reward", "assignment"},
}
# Ours, or of the contract's list of customers' events.
MORE: Final = {
    "customer.loyalty.tier.joined",
    "customer.loyalty.tier.upgraded",
    "customer.reward_redemptions.created",
    "customer.reward_redemptions.pending",
    "customer.voucher.loyalty_card.points_added",
    "customer.voucher.loyalty_card.points_expired",
    "customer.voucher.loyalty_card.points_transferred",
}


def test_every_event_of_loyalty_in_the_contract_can_be_chosen() -> None:
    of_loyalty = {
        name
        for name in webhook_names.CONTRACT
        if any(part in name for part in ("loyalty", "earning_rule", "reward"))
    }

    assert {name for name in of_loyalty if event_bodies.offered(name) is None} == set()


@pytest.fixture
def messages(db: None) -> dict[str, list[dict[str, Any]]]:
    """The year of a club that a webhook listens to, by the type of the message."""
    spec = WebhookSpec(target_url="https://hooks.example/club", events=["all"])
    webhooks.create(spec=spec, actor=ACTOR, now=NOW)
    waits = {"pending_points": {"period_type": "DAY", "period_value": 5}}
    club = Club(per(100, 1), per(100, 2, **waits), first=date(2026, 1, 1), months=1)
    club.tiers(
        {"name": "Silver", "points": {"from": 50, "to": 199}}, {"name": "Gold", "points": {"from": 200}}
    )
    mug = club.ask("/v1/products", {"source_id": "mug", "name": "Mug"})["id"]
    reward = club.reward({"product": {"id": mug}}, 20)
    assignment = club.ask(f"{club.path}/reward-assignments")["data"][0]["id"]
    anna, bert = club.join("anna"), club.join("bert")
    for number, day in enumerate((2, 3, 4)):
        club.pay(f"o-{number}", 6_000, on=date(2026, 1, day))
    pending = f"/v1/loyalties/members/{anna}/pending-points"
    first, second, _ = (row["id"] for row in club.ask(pending)["data"])
    club.ask(f"{pending}/{first}/balance", {"points": 5})
    club.ask(f"{pending}/{first}/activate", {})
    club.ask(f"{pending}/{second}/cancel", {})
    used = club.spend(anna, reward)["id"]
    club.ask(f"/v1/redemptions/{used}/rollback", {})
    club.ask(f"{club.path}/members/{bert}/transfers", [{"code": anna, "points": 7, "source_id": "t"}])
    rule = f"{club.path}/earning-rules/{club.rules[0]['id']}"
    club.ask(rule, {"source": {"banner": "More points"}}, method="PUT")
    club.ask(f"{rule}/disable", {})
    club.ask(f"{rule}/enable", {})
    club.ask(rule, method="DELETE")
    price = {"parameters": {"loyalty": {"points": 25}}}
    club.ask(f"{club.path}/rewards/{assignment}", price, method="PUT")
    club.ask(f"{club.path}/rewards/{assignment}", method="DELETE")
    club.night(date(2026, 3, 1))
    found: dict[str, list[dict[str, Any]]] = {}
    for message in WebhookMessage.objects.order_by("pk"):
        found.setdefault(message.type, []).append(json.loads(message.data))
    return found


def test_each_says_what_the_contract_wants(messages: dict[str, list[dict[str, Any]]]) -> None:
    missing = {
        name: sorted(keys - set(body))
        for name, keys in KEYS.items()
        for body in messages.get(name, [{}])
        if keys - set(body)
    }

    assert missing == {}
    assert set(messages) >= MORE


def test_lines_name_what_moved_them(messages: dict[str, list[dict[str, Any]]]) -> None:
    lines = messages["voucher.loyalty_card.transaction.created"]
    by_type: dict[str, dict[str, Any]] = {}
    for line in lines:
        by_type.setdefault(line["transaction"]["type"], line)

    earned = by_type["POINTS_ACCRUAL"]
    assert earned["balance"]["points"] == earned["transaction"]["details"]["balance"]["points"] == 60
    assert earned["order"]["source_id"] == "o-0"
    assert earned["earning_rule"]["source"]["banner"] == "Points"
    assert by_type["POINTS_REDEMPTION"]["redemption"]["id"] == by_type["POINTS_REFUND"]["redemption"]["id"]
    assert by_type["POINTS_TRANSFER_IN"]["source_voucher"] is not None
    assert by_type["POINTS_TRANSFER_OUT"]["destination_voucher"] is not None
    (expired, *_) = messages["voucher.loyalty_card.points_expired"]
    assert expired["points"] == sum(bucket["points"] for bucket in expired["buckets"]) > 0
    assert expired["buckets"][0]["expires_at"].startswith("2026-02-")
    risen = messages["customer.loyalty.tier.upgraded"][0]
    assert (risen["loyalty_tier_from"]["name"], risen["loyalty_tier_to"]["name"]) == ("Silver", "Gold")
