"""Points for what customers do, from the event to the ledger. Contract: loyalty 5."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from commerce.selectors.orders import ItemSpec, OrderSpec
from commerce.services import custom_events, orders
from core.models import CustomEventSchema, OutboxEvent
from loyalty.models import Earning, LoyaltyCard, PendingPoints, PointsLot, TierMapping
from promotions.models import Campaign, ValidationRule
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, ProductFactory
from tests.factories.promotions import CREATED_AT, VoucherFactory
from tests.loyalty.buying import ACTOR, balance, holder, pays, rule
from tests.loyalty.members import adds_up, lines, member, programme, standing, tier
from tests.telling import tell

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)


class TestOrders:
    def test_a_paid_order_gives_points_once(self):
        made = programme(expiration_rules={"period_type": "MONTH", "period_value": 1})
        card = member(made, "A")
        earns = rule(made, banner="1 point a euro")

        order = pays(holder(card), 12_345)

        assert lines(card) == [("POINTS_ACCRUAL", 123, 123, TODAY)]
        assert PointsLot.objects.get().expires_on == date(2026, 4, 10)
        row = Earning.objects.get()
        assert (row.rule, row.points, row.cause_id, row.order) == (earns, 123, order.public_id, order)
        assert row.basis["steps"] == 123
        line = card.transactions.get()
        assert line.source == "Automation"
        assert line.details["order"] == {"id": order.public_id, "source_id": None}
        assert line.details["earning_rule"]["id"] == earns.public_id
        event = OutboxEvent.objects.get(name="customer.rewarded.loyalty_points")
        assert event.entity_id == holder(card).public_id
        assert event.payload["transaction_id"] == line.public_id
        assert event.payload["order_id"] == order.public_id

        orders.update(order_id=order.pk, spec=OrderSpec(status="PAID", amount=99_999), actor=ACTOR, now=NOW)
        tell(NOW)
        assert balance(card) == 123
        adds_up([card])

    def test_an_event_that_comes_twice_gives_points_once(self):
        from loyalty import subscribers

        made = programme()
        card = member(made, "A")
        rule(made)
        pays(holder(card), 5000)
        event = OutboxEvent.objects.get(name="customer.order.paid")

        subscribers.order_paid(event, NOW)

        assert lines(card) == [("POINTS_ACCRUAL", 50, 50, TODAY)]

    def test_all_rules_of_all_programmes_add_up(self):
        first, second = programme(), programme("Second")
        rule(first)
        rule(first, loyalty={"type": "FIXED", "points": 7})
        rule(second)
        card = member(first, "A")
        other = member(second, "B", holder(card))

        pays(holder(card), 1000)

        assert balance(card) == 17
        assert balance(other) == 10

    def test_the_tier_held_before_says_how_many(self):
        made = programme()
        earns = rule(made)
        gold = tier(made, "Gold", 100)
        TierMapping.objects.create(tier=gold, earning_rule=earns, type="MULTIPLY", multiplier=2)
        card = member(made, "A")

        pays(holder(card), 10_000)
        assert standing(card)[0] == "Gold"
        pays(holder(card), 10_000)

        assert [line[1] for line in lines(card)] == [100, 200]
        assert card.transactions.order_by("pk").last().details["holder_loyalty_tier"]["name"] == "Gold"

    def test_points_wait_where_the_rule_says_so(self):
        made = programme()
        card = member(made, "A")
        rule(made, pending_days=14)

        pays(holder(card), 1000)

        assert lines(card) == []
        entry = PendingPoints.objects.get()
        assert (entry.points, entry.activates_on, entry.state) == (10, date(2026, 3, 24), "PENDING")
        card.refresh_from_db()
        assert card.pending_points == 10

    def test_nobody_joins_unless_the_programme_takes_in_whoever_earns(self):
        rule(programme())
        customer = CustomerFactory()

        pays(customer, 1000)

        assert not Earning.objects.exists()

    def test_whoever_earns_joins(self):
        made = programme(auto_join=True)
        rule(made)
        VoucherFactory(code="FREE", code_key="FREE", campaign=made, type="LOYALTY_CARD", discount=None)
        customer = CustomerFactory()

        pays(customer, 1000)
        pays(customer, 500)

        card = LoyaltyCard.objects.get()
        assert holder(card) == customer
        assert balance(card) == 15

    def test_conditions_decide(self):
        made = programme()
        card = member(made, "A")
        dear = ValidationRule.objects.create(
            name="From 100",
            rules={
                "1": {"name": "order.amount", "conditions": {"$more_than_or_equal": [10_000]}},
                "logic": "1",
            },
            created_at=CREATED_AT,
        )
        rule(made, validation_rule=dear)

        pays(holder(card), 9_999)
        assert lines(card) == []
        pays(holder(card), 10_000)

        assert balance(card) == 100

    @pytest.mark.parametrize(
        ("values", "counts"),
        [
            ({}, True),
            ({"is_active": False}, False),
            ({"deleted_at": NOW}, False),
            ({"starts_at": NOW + timedelta(seconds=1)}, False),
            ({"ends_at": NOW}, False),
            ({"days_of_week": [2]}, True),
            ({"days_of_week": [3]}, False),
        ],
    )
    def test_a_rule_counts_in_its_time_only(self, values, counts):
        made = programme()
        card = member(made, "A")
        rule(made, **values)

        pays(holder(card), 1000)

        assert bool(lines(card)) is counts

    @pytest.mark.parametrize(
        "values", [{"is_active": False}, {"ends_at": NOW}, {"lifecycle": "DRAFT", "is_active": False}]
    )
    def test_a_programme_that_does_not_run_gives_nothing(self, values):
        made = programme()
        card = member(made, "A")
        rule(made)
        Campaign.objects.filter(pk=made.pk).update(**values)

        pays(holder(card), 1000)

        assert lines(card) == []

    def test_a_formula_is_calculated_with_the_order(self):
        made = programme()
        card = member(made, "A")
        rule(made, loyalty={"type": "FIXED", "points": 1, "points_formula": "ORDER_AMOUNT * 2"})

        pays(holder(card), 1250)

        assert balance(card) == 25

    def test_points_for_some_products(self):
        made = programme()
        card = member(made, "A")
        apple, pear = ProductFactory(), ProductFactory()
        counted = {"every": 2, "points": 3, "applicable_to": [{"object": "product", "id": apple.public_id}]}
        rule(
            made,
            loyalty={
                "type": "PROPORTIONAL",
                "calculation_type": "ORDER_ITEMS_QUANTITY",
                "order_items": {"quantity": counted},
            },
        )

        pays(
            holder(card),
            items=(
                ItemSpec(product_id=apple.public_id, quantity=5, price=100),
                ItemSpec(product_id=pear.public_id, quantity=8, price=100),
            ),
        )

        assert balance(card) == 6


class TestCaps:
    @pytest.mark.parametrize(
        ("cap", "given_points"),
        [
            ({"per": "CARD", "period": "DAY", "points": 25}, [10, 10, 5, 10]),
            ({"per": "CARD", "period": "EVER", "points": 25}, [10, 10, 5]),
            ({"per": "CARD", "period": "WEEK", "points": 25}, [10, 10, 5]),
            ({"per": "CARD", "period": "MONTH", "points": 15}, [10, 5]),
            ({"per": "PROGRAMME", "period": "EVER", "points": 12}, [10, 2]),
        ],
    )
    def test_let_through_what_is_left(self, cap, given_points):
        made = programme()
        card = member(made, "A")
        rule(made, caps=[cap])

        for _ in range(3):
            pays(holder(card), 1000)
        pays(holder(card), 1000, at=NOW + timedelta(days=1))

        assert [line[1] for line in lines(card)] == given_points

    def test_of_the_programme_hold_for_all_cards_together(self):
        made = programme()
        one, other = member(made, "A"), member(made, "B")
        rule(made, caps=[{"per": "PROGRAMME", "period": "MONTH", "points": 15}])

        pays(holder(one), 1000)
        pays(holder(other), 1000)

        assert (balance(one), balance(other)) == (10, 5)


class TestOtherEvents:
    def test_a_custom_event_gives_points_for_its_metadata(self):
        made = programme()
        card = member(made, "A")
        schema = CustomEventSchema.objects.create(name="walked", created_at=CREATED_AT)
        rule(
            made,
            "walked",
            {
                "type": "PROPORTIONAL",
                "calculation_type": "CUSTOM_EVENT_METADATA",
                "custom_event": {"metadata": {"every": 1000, "points": 2, "property": "steps"}},
            },
            event_schema=schema,
        )

        for steps in (5400, "many"):
            custom_events.report(
                name="walked",
                customer={"id": holder(card).public_id},
                metadata={"steps": steps},
                actor=ACTOR,
                now=NOW,
            )
        tell(NOW)

        assert lines(card) == [("POINTS_ACCRUAL", 10, 10, TODAY)]

    def test_an_event_that_names_a_card_gives_points_to_it(self, api):
        made = programme()
        first = member(made, "A")
        second = member(made, "B", holder(first))
        schema = CustomEventSchema.objects.create(name="walked", created_at=CREATED_AT)
        rule(made, "walked", {"type": "FIXED", "points": 5}, event_schema=schema)
        said = {"event": "walked", "customer": {"id": holder(first).public_id}}

        unknown = api.post("/v1/events", {**said, "loyalty": {"code": "NONE"}})
        assert unknown.status_code == 404
        assert api.post("/v1/events", {**said, "loyalty": {"code": "B"}}).status_code == 200
        tell()

        assert (balance(first), balance(second)) == (0, 5)

    def test_points_for_a_tier_may_bring_the_next_one_but_no_circle(self):
        made = programme()
        card = member(made, "A")
        tier(made, "Silver", 10, 19)
        tier(made, "Gold", 20, 29)
        tier(made, "Top", 30)
        rule(made, loyalty={"type": "FIXED", "points": 10})
        for kind in ("joined", "upgraded"):
            rule(
                made,
                f"customer.loyalty.tier.{kind}",
                {"type": "FIXED", "points": 10},
                loyalty_tier_id="__ANY__",
            )

        pays(holder(card), 100)

        assert standing(card)[0] == "Top"
        assert balance(card) == 40
        assert Earning.objects.filter(cause_type="tier").count() == 3

    def test_a_rule_about_one_tier_knows_no_other(self):
        made, other = programme(), programme("Other")
        card = member(made, "A")
        tier(made, "Silver", 10)
        gold = tier(other, "Gold", 10)
        rule(made, loyalty={"type": "FIXED", "points": 10})
        rule(
            made,
            "customer.loyalty.tier.joined",
            {"type": "FIXED", "points": 10},
            loyalty_tier_id=gold.public_id,
        )

        pays(holder(card), 100)

        assert balance(card) == 10
