"""`/v1/loyalties/…/earning-rules` and `/qualifications`. Contract: loyalty 5 and 12, openapi/loyalties."""

from __future__ import annotations

from typing import Any

import pytest

from core.models import AuditEntry, CustomEventSchema, OutboxEvent
from loyalty.models import EarningRule, TierMapping
from loyalty.services import earning_rules
from promotions.models import Campaign, ValidationRule, Voucher
from tests.factories.commerce import CustomerFactory, SegmentFactory
from tests.factories.promotions import CREATED_AT, CampaignFactory
from tests.loyalty.members import holds, member, programme, tier

pytestmark = pytest.mark.django_db
TOTAL: dict[str, Any] = {
    "type": "PROPORTIONAL",
    "calculation_type": "ORDER_TOTAL_AMOUNT",
    "order": {"total_amount": {"every": 1000, "points": 5}},
}
FIXED: dict[str, Any] = {"type": "FIXED", "points": 35}
PAID: dict[str, Any] = {"event": "order.paid", "loyalty": TOTAL}


@pytest.fixture
def club() -> Campaign:
    return programme()


@pytest.fixture
def path(club: Campaign) -> str:
    return f"/v1/loyalties/{club.public_id}/earning-rules"


def test_makes_rules_and_shows_them(api, club, path):
    conditions = ValidationRule.objects.create(name="Any", created_at=CREATED_AT)
    body = [
        {
            **PAID,
            "source": {"banner": "5 points for every 10.00"},
            "validation_rule_id": conditions.public_id,
            "pending_points": {"period_type": "DAY", "period_value": 14},
            "expiration_rules": {"period_type": "MONTH", "period_value": 12},
            "start_date": "2026-03-01T00:00:00Z",
            "expiration_date": "2027-03-01T00:00:00Z",
            "validity_day_of_week": [1, 2],
            "caps": [{"per": "CARD", "period": "DAY", "points": 500}],
            "metadata": {"a": 1},
        },
        {"event": "order.paid", "loyalty": FIXED, "active": False},
    ]

    answer = api.post(path, body)

    assert answer.status_code == 200, answer.json()
    first, second = answer.json()
    row = EarningRule.objects.order_by("pk")[0]
    assert first == {
        "id": row.public_id,
        "created_at": first["created_at"],
        "updated_at": None,
        "validation_rule_id": conditions.public_id,
        "loyalty": TOTAL,
        "event": "order.paid",
        "source": {
            "banner": "5 points for every 10.00",
            "object_id": club.public_id,
            "object_type": "campaign",
        },
        "active": True,
        "object": "earning_rule",
        "automation_id": first["automation_id"],
        "metadata": {"a": 1},
        "pending_points": {"period_type": "DAY", "period_value": 14},
        "expiration_rules": {"period_type": "MONTH", "period_value": 12},
        "caps": [{"per": "CARD", "period": "DAY", "points": 500}],
        "start_date": "2026-03-01T00:00:00.000Z",
        "expiration_date": "2027-03-01T00:00:00.000Z",
        "validity_day_of_week": [1, 2],
    }
    assert (second["active"], second["validation_rule_id"], second["metadata"]) == (False, None, {})
    assert api.get(f"{path}/{row.public_id}").json() == first
    listed = api.get(f"{path}?order=created_at").json()
    assert (listed["object"], listed["data_ref"], listed["total"]) == ("list", "data", 2)
    assert listed["data"] == [first, second]
    assert AuditEntry.objects.filter(action="earning_rule.created").count() == 2
    assert OutboxEvent.objects.filter(name="campaign.earning_rule.assigned").count() == 2


def test_the_first_of_several_items_stands_beside_them(api, path):
    items = [{"object": "product", "id": "prod_1"}, {"object": "sku", "id": "sku_1"}]
    loyalty = {
        "type": "PROPORTIONAL",
        "calculation_type": "ORDER_ITEMS_AMOUNT",
        "order_items": {"amount": {"every": 1, "points": 1, "applicable_to": items}},
    }

    (made,) = api.post(path, [{"event": "order.paid", "loyalty": loyalty}]).json()

    assert made["loyalty"]["order_items"]["amount"] == {
        "every": 1,
        "points": 1,
        "applicable_to": items,
        "object": "product",
        "id": "prod_1",
    }
    assert EarningRule.objects.get().loyalty == loyalty


def test_knows_segments_tiers_and_events(api, club, path):
    segment = SegmentFactory()
    gold = tier(club, "Gold", 1)
    schema = CustomEventSchema.objects.create(name="walked", created_at=CREATED_AT)
    body = [
        {"event": "customer.segment.entered", "loyalty": FIXED, "segment": {"id": segment.public_id}},
        {
            "event": "customer.loyalty.tier.joined",
            "loyalty": FIXED,
            "loyalty_tier": {"id": gold.public_id},
        },
        {"event": "customer.loyalty.tier.left", "loyalty": FIXED, "loyalty_tier": {"id": "__ANY__"}},
        {"event": "walked", "loyalty": FIXED, "custom_event": {"schema_id": schema.public_id}},
    ]

    made = api.post(path, body).json()

    assert made[0]["segment"] == {"id": segment.public_id}
    assert [one["loyalty_tier"]["id"] for one in made[1:3]] == [gold.public_id, "__ANY__"]
    assert made[3]["custom_event"] == {"schema_id": schema.public_id}


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 400, "The body must be an array"),
        ([], 400, "The body must be an array"),
        ([{"loyalty": FIXED}], 400, "event"),
        ([{"event": "order.paid"}], 400, "loyalty"),
        ([{"event": "order.paid", "loyalty": 5}], 400, "loyalty"),
        ([{"event": "order.paid", "loyalty": {"type": "FIXED"}}], 400, "points"),
        (
            [{"event": "order.paid", "loyalty": {**TOTAL, "order": {}}}],
            400,
            "Loyalty order rules must contain one of the following properties - 'total_amount'",
        ),
        ([{**PAID, "validation_rule_id": "val_none"}], 404, "validation_rule"),
        ([{**PAID, "pending_points": {"period_type": "DAY", "period_value": 91}}], 400, "pending_points"),
        (
            [{**PAID, "expiration_rules": {"period_type": "INACTIVITY", "period_value": 3}}],
            400,
            "period_type",
        ),
        ([{**PAID, "caps": [{"per": "SHOP", "period": "DAY", "points": 1}]}], 400, "caps"),
        (
            [{**PAID, "start_date": "2027-01-01T00:00:00Z", "expiration_date": "2026-01-01T00:00:00Z"}],
            400,
            "",
        ),
        ([{"event": "customer.segment.entered", "loyalty": FIXED}], 400, "segment.id"),
        ([{"event": "customer.segment.entered", "loyalty": FIXED, "segment": {"id": "x"}}], 404, "segment"),
        ([{"event": "customer.loyalty.tier.left", "loyalty": FIXED}], 400, "loyalty_tier.id"),
        (
            [{"event": "customer.loyalty.tier.left", "loyalty": FIXED, "loyalty_tier": {"id": "x"}}],
            404,
            "loyalty_tier",
        ),
        ([{"event": "walked", "loyalty": FIXED}], 400, "Nobody knows the event walked"),
        ([{"event": "walked", "loyalty": FIXED, "custom_event": {"schema_id": "x"}}], 404, "custom_event"),
        ([PAID, {"event": "order.paid", "loyalty": {}}], 400, "loyalty.type"),
        (
            [{"event": "order.paid", "loyalty": {**FIXED, "points_formula": "ORDER_AMOUNT +"}}],
            400,
            "points_formula",
        ),
    ],
)
def test_refuses_what_means_nothing_and_writes_none_of_it(api, path, body, status, says):
    answer = api.post(path, body)

    assert answer.status_code == status, answer.json()
    assert says in str(answer.json())
    assert not EarningRule.objects.exists()


def test_changes_what_is_sent(api, club, path):
    (made,) = api.post(path, [{**PAID, "pending_points": {"period_type": "DAY", "period_value": 3}}]).json()

    changed = api.put(
        f"{path}/{made['id']}",
        {
            "loyalty": FIXED,
            "pending_points": None,
            "metadata": {"b": 2},
            "source": {"banner": "New"},
            "event": "walked",
        },
    )

    assert changed.status_code == 200, changed.json()
    said = changed.json()
    assert (said["loyalty"], said["event"], said["metadata"]) == (FIXED, "order.paid", {"b": 2})
    assert said["source"]["banner"] == "New"
    assert "pending_points" not in said
    assert said["updated_at"] is not None
    assert api.put(f"{path}/{made['id']}", {"loyalty": {}}).status_code == 400
    assert EarningRule.objects.get().loyalty == FIXED


def test_is_switched_and_removed(api, club, path):
    (made,) = api.post(path, [PAID]).json()
    gold = tier(club, "Gold", 1)
    row = EarningRule.objects.get()
    TierMapping.objects.create(tier=gold, earning_rule=row, type="MULTIPLY", multiplier=2)
    one = f"{path}/{made['id']}"

    assert api.post(f"{one}/disable").json()["active"] is False
    assert api.post(f"{one}/disable").json()["active"] is False
    assert api.post(f"{one}/enable").json()["active"] is True
    assert OutboxEvent.objects.filter(name="campaign.earning_rule.disabled").count() == 1
    assert api.delete(one).status_code == 204
    assert api.delete(one).status_code == 404
    assert api.get(one).json()["resource_type"] == "earning_rule"
    assert api.get(path).json()["total"] == 0
    assert not TierMapping.objects.exists()


def test_a_project_has_so_many_rules_at_most(api, path, monkeypatch):
    monkeypatch.setattr(earning_rules, "MOST_RULES", 2)

    assert api.post(path, [PAID, PAID, PAID]).status_code == 400
    assert api.post(path, [PAID, PAID]).status_code == 200
    assert "at most 2 earning rules" in str(api.post(path, [PAID]).json())


def test_readers_do_not_write_and_other_programmes_are_not_found(api, api_as, club, path):
    (made,) = api.post(path, [PAID]).json()
    viewer = api_as("VIEWER")

    assert viewer.get(path).status_code == 200
    for call in (viewer.post(path, [PAID]), viewer.post(f"{path}/{made['id']}/disable")):
        assert call.status_code == 403
    other = programme("Other")
    assert api.get(f"/v1/loyalties/{other.public_id}/earning-rules/{made['id']}").status_code == 404
    assert api.get(f"/v1/loyalties/{CampaignFactory().public_id}/earning-rules").status_code == 404


def test_a_list_costs_the_same_however_long_it_is(api, club, path, count_queries):
    api.post(path, [PAID])
    few = count_queries(lambda: api.get(path))
    api.post(path, [PAID] * 8)

    assert count_queries(lambda: api.get(path)) == few


class TestEstimates:
    @pytest.fixture
    def url(self, club):
        return f"/v1/loyalties/{club.public_id}/qualifications"

    def test_say_what_an_order_would_earn_by_the_tier_that_is_held(self, api, club, path, url):
        api.post(path, [PAID, {"event": "order.paid", "loyalty": FIXED}])
        card = member(club, "A")
        customer = Voucher.objects.select_related("holder").get(pk=card.pk).holder
        order = {"amount": 10_999}

        answer = api.post(url, {"customer": {"id": customer.public_id}, "order": order})

        assert answer.status_code == 200, answer.json()
        assert answer.json() == {
            "campaign": {"id": club.public_id, "name": "Club", "object": "campaign"},
            "points_estimation": 85,
        }
        gold = tier(club, "Gold", 0)
        holds(card, gold)
        rule = EarningRule.objects.order_by("pk")[0]
        TierMapping.objects.create(tier=gold, earning_rule=rule, type="MULTIPLY", multiplier="1.5")
        again = api.post(url, {"customer": {"id": customer.public_id}, "order": order})
        assert again.json()["points_estimation"] == 110
        card.refresh_from_db()
        assert card.balance == 0

    def test_refuse_with_the_contract_s_keys(self, api, club, path, url):
        api.post(path, [PAID])
        stranger = {"customer": {"source_id": "nobody"}, "order": {"amount": 5000}}
        card = member(club, "A")
        customer = Voucher.objects.select_related("holder").get(pk=card.pk).holder
        mine = {"customer": {"id": customer.public_id}, "order": {"amount": 5000}}

        assert api.post(url, {"customer": "x", "order": {}}).json()["details"] == ".customer must be object"
        assert api.post(url, {"customer": {}, "order": 5}).json()["details"] == ".order must be object"
        assert api.post(url, {"customer": {}}).json()["details"] == ".order must be object"
        assert api.post(url, stranger).json()["key"] == "campaign_not_allow_auto_join"
        Voucher.objects.filter(pk=card.pk).update(is_active=False)
        assert api.post(url, mine).json()["key"] == "loyalty_card_not_active"
        club.loyalty = {**club.loyalty, "auto_join": True}
        club.save(update_fields=["loyalty"])
        assert api.post(url, stranger).json()["points_estimation"] == 25
        Campaign.objects.filter(pk=club.pk).update(ends_at=CREATED_AT)
        assert api.post(url, stranger).json()["key"] == "campaign_not_active"
        assert api.post("/v1/loyalties/nope/qualifications", stranger).status_code == 404

    def test_know_stored_orders(self, api, club, path, url):
        api.post(path, [PAID])
        club.loyalty = {**club.loyalty, "auto_join": True}
        club.save(update_fields=["loyalty"])
        order = api.post(
            "/v1/orders",
            {"amount": 3000, "status": "PAID", "customer": {"id": CustomerFactory().public_id}},
        ).json()

        assert api.post(url, {"order": {"id": order["id"]}}).json()["points_estimation"] == 15


def test_null_says_nothing_about_a_new_rule(api, path):
    """The reference's clients send it for whatever was left open, at any depth."""
    said = {**TOTAL["order"]["total_amount"], "points_formula": None}
    body = {
        "event": "order.paid",
        "loyalty": {**TOTAL, "points": None, "order": {"total_amount": said, "amount": None}},
        "active": None,
        "expiration_rules": {"period_type": "MONTH", "period_value": 12, "rounding_type": None},
        "pending_points": None,
        "segment": None,
        "metadata": None,
    }

    answer = api.post(path, [body])

    assert answer.status_code == 200, answer.json()
    (rule,) = answer.json()
    assert rule["loyalty"] == TOTAL
    assert rule["active"] is True
    assert rule["expiration_rules"] == {"period_type": "MONTH", "period_value": 12}


def test_null_leaves_a_rule_that_is_off_off(api, path):
    (rule,) = api.post(path, [{**PAID, "active": False}]).json()

    answer = api.put(f"{path}/{rule['id']}", {"active": None, "source": {"banner": "Soon"}})

    assert answer.status_code == 200, answer.json()
    assert (answer.json()["active"], answer.json()["source"]["banner"]) == (False, "Soon")
