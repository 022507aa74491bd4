"""A clone has everything of its original but what must be unique or is history: every column is asked.

A column that is new has to get its place in `promotions/clone_plan.py`, and a value other than its default
in one of the originals below.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import Model

from core.actors import Actor
from core.models import Area, Store
from promotions import clone_plan
from promotions.clone_plan import Fate
from promotions.models import (
    Campaign,
    CampaignAssignment,
    PromotionStack,
    PromotionTier,
    StackedTier,
    ValidationRule,
    ValidationRuleAssignment,
)
from promotions.services import campaigns, cloning, stacks, tiers
from promotions.services.campaigns import CampaignSpec
from promotions.services.cloning import CloneSpec
from promotions.services.stacks import StackSpec
from promotions.services.tiers import TierSpec
from tests.conftest import NOW
from tests.factories.promotions import CategoryFactory, at_least, percent

BY: Any = {"actor": Actor.system("tests"), "now": NOW}
STARTS, ENDS = datetime(2026, 3, 20, 8, tzinfo=UTC), datetime(2026, 4, 20, 20, tzinfo=UTC)
HOURS = {"daily": [{"days_of_week": [1, 2], "start_time": "09:00", "expiration_time": "11:00"}]}
RULE = {
    "name": "From 100 on",
    "type": "basic",
    "context_type": "campaign.discount_coupons",
    "rules": {**at_least(10_000), "logic": "1"},
    "applicable_to": {
        "included": [{"object": "product", "id": "prod_any"}],
        "excluded": [],
        "included_all": False,
    },
    "bundle_rules": {
        "1": {
            "name": "order.items.any",
            "conditions": {"$is": [{"id": "prod_any", "object": "product"}]},
            "rules": {"1": {"name": "order.items.aggregated_quantity", "conditions": {"$is": [2]}}},
        }
    },
    "error": {"message": "Too little."},
}


def test_every_column_has_a_decision() -> None:
    undecided = {
        model.__name__: {field.name for field in model._meta.concrete_fields} ^ set(columns)
        for model, columns in clone_plan.COLUMNS.items()
    }

    assert undecided == dict.fromkeys(undecided, set())


def test_everything_that_belongs_to_it_has_a_decision() -> None:
    undecided = {
        model.__name__: {one.get_accessor_name() for one in model._meta.related_objects} ^ set(named)
        for model, named in clone_plan.BELONGINGS.items()
    }

    assert undecided == {"Campaign": set(), "PromotionTier": set()}


@pytest.fixture
def originals(settings_row: Any) -> list[Campaign]:
    """Between them every column has a value other than its default."""
    category = CategoryFactory()
    coupons = campaigns.create(
        spec=CampaignSpec(
            kind=Campaign.CampaignType.DISCOUNT_COUPONS,
            vouchers_count=3,
            values={
                "name": "Spring",
                "description": "All about spring.",
                "type": Campaign.Type.AUTO_UPDATE,
                "category": category.public_id,
                "protected": True,
                "join_once": True,
                "use_voucher_metadata_schema": True,
                "activity_duration_after_publishing": "P24D",
                "discount": percent(12),
                "return_policy": Campaign.ReturnPolicy.CHARGE_BACK,
                "code_config": {"pattern": "SPRING-######", "charset": "0123456789"},
                "voucher_redemption_quantity": 7,
                "starts_at": STARTS,
                "ends_at": ENDS,
                "timeframe_interval": "P7D",
                "timeframe_duration": "P1D",
                "days_of_week": [1, 3],
            },
            metadata={"season": "spring"},
            new_conditions={key: value for key, value in RULE.items() if key != "bundle_rules"},
        ),
        **BY,
    )
    cards = campaigns.create(
        spec=CampaignSpec(
            kind=Campaign.CampaignType.GIFT_VOUCHERS,
            vouchers_count=5,
            values={
                "name": "Cards",
                "gift": {"amount": 2500, "effect": "APPLY_TO_ORDER"},
                "validity_hours": HOURS,
            },
        ),
        **BY,
    )
    club = campaigns.create(
        spec=CampaignSpec(
            kind=Campaign.CampaignType.LOYALTY_PROGRAM,
            vouchers_count=5,
            values={"name": "Club", "loyalty": {"points": 10, "auto_join": True}},
        ),
        **BY,
    )
    friends = campaigns.create(
        spec=CampaignSpec(
            kind=Campaign.CampaignType.REFERRAL_PROGRAM,
            vouchers_count=5,
            values={"name": "Friends", "referral": {"delay_days": 14}, "discount": percent(5)},
        ),
        **BY,
    )
    return [coupons, cards, _promotion(category.public_id), club, friends]


def _promotion(category: str) -> Campaign:
    spec = CampaignSpec(kind=Campaign.CampaignType.PROMOTION, tiers=(), values={"name": "Promotion"})
    promotion = campaigns.create(spec=spec, **BY)
    made = [
        tiers.create(
            campaign_id=promotion.pk,
            spec=TierSpec(
                values={
                    "name": f"Tier {place}",
                    "banner": f"{place} percent",
                    "discount": percent(place),
                    "hierarchy": place * 2,
                    "is_active": False,
                    "category": category,
                    "starts_at": STARTS,
                    "ends_at": ENDS,
                    **limits,
                },
                metadata={"place": place},
                new_conditions={**RULE, "name": f"Rule {place}"},
            ),
            **BY,
        )
        for place, limits in enumerate(
            (
                {"timeframe_interval": "P7D", "timeframe_duration": "P1D", "days_of_week": [5]},
                {"validity_hours": HOURS},
            ),
            start=1,
        )
    ]
    stacks.create(
        campaign_id=promotion.pk,
        spec=StackSpec(
            values={"name": "Both", "category": category},
            tier_ids=[made[1].public_id, made[0].public_id],
        ),
        **BY,
    )
    area = Area.objects.create(name="North", time_zone="Europe/Warsaw", currency="PLN", created_at=NOW)
    store = Store.objects.create(area=area, name="Gdańsk", code="gda", created_at=NOW)
    for place in ({"area": area}, {"all_stores_of": area}, {"store": store}):
        CampaignAssignment.objects.create(campaign=promotion, **place)
    return promotion


def of(model: type[Model], campaign: Campaign) -> list[Any]:
    """All rows of a model that belong to a campaign, in an order that clones keep."""
    match model.__name__:
        case "Campaign":
            return [Campaign.objects.get(pk=campaign.pk)]
        case "StackedTier":
            return list(StackedTier.objects.filter(stack__campaign=campaign).order_by("position"))
        case "ValidationRuleAssignment" | "ValidationRule":
            rows = [*of(Campaign, campaign), *of(PromotionTier, campaign)]
            found = [row.rule_assignment for row in rows if hasattr(row, "rule_assignment")]
            return found if model is ValidationRuleAssignment else [one.rule for one in found]
    order = ["store", "all_stores_of", "area"] if model is CampaignAssignment else ["pk"]
    return list(model._default_manager.filter(campaign=campaign).order_by(*order))


def value(row: Any, name: str) -> Any:
    found = getattr(row, name)
    return found.pk if isinstance(found, Model) else found


@pytest.mark.django_db
def test_a_clone_has_everything_of_its_original(originals: list[Campaign]) -> None:
    clones = [
        cloning.campaign(campaign_id=one.pk, spec=CloneSpec(name=f"{one.name} again", codes=9), **BY)
        for one in originals
    ]

    told = dict.fromkeys(clone_plan.COLUMNS, frozenset[str]())
    for original, clone in zip(originals, clones, strict=True):
        for model in clone_plan.COLUMNS:
            pairs = list(zip(of(model, original), of(model, clone), strict=True))
            for was, is_now in pairs:
                for name in clone_plan.columns(model, Fate.SAME, Fate.MOVED):
                    assert value(is_now, name) == value(was, name), (model.__name__, name)
                    field = model._meta.get_field(name)
                    default = None if field.many_to_one else field.get_default()
                    if value(was, name) != default:
                        told[model] |= {name}
                for name in clone_plan.columns(model, Fate.CLONE):
                    is_told = value(was, name) not in (None, [])
                    is_same = model is Campaign and name == "places"
                    assert (value(is_now, name) == value(was, name)) is (is_same or not is_told), name
                assert is_now.pk != was.pk

    silent = {
        model.__name__: set(clone_plan.columns(model, Fate.SAME, Fate.MOVED)) - names
        for model, names in told.items()
    }
    assert silent == dict.fromkeys(silent, set())
    assert [of(Campaign, one)[0].places for one in clones] == [
        [],
        [],
        originals[2].places or _places(originals[2]),
        [],
        [],
    ]


def _places(campaign: Campaign) -> list[str]:
    return list(Campaign.objects.values_list("places", flat=True).get(pk=campaign.pk))


@pytest.mark.django_db
def test_what_is_new_begins_from_nothing(originals: list[Campaign]) -> None:
    Campaign.objects.filter(pk=originals[0].pk).update(vouchers_count=100)
    PromotionTier.objects.filter(campaign=originals[2]).update(
        redeemed_quantity=5, orders_total_amount=500, orders_total_discount_amount=50
    )

    clones = [
        cloning.campaign(campaign_id=one.pk, spec=CloneSpec(name=f"{one.name} again"), **BY)
        for one in originals
    ]

    for clone in clones:
        assert (clone.lifecycle, clone.is_active, clone.vouchers_count) == ("DRAFT", False, 0)
        assert (clone.deleted_at, clone.released_at, clone.updated_at) == (None, None, None)
        assert clone.version.subject_id == clone.pk
        assert clone.vouchers.count() == 0
    counted = PromotionTier.objects.filter(campaign=clones[2])
    assert {one.redeemed_quantity + one.orders_total_amount for one in counted} == {0}


@pytest.mark.django_db
def test_stacks_hold_the_clones_of_their_tiers(originals: list[Campaign]) -> None:
    clone = cloning.campaign(campaign_id=originals[2].pk, spec=CloneSpec(name="Again"), **BY)

    stack = PromotionStack.objects.get(campaign=clone)
    placed = stack.stacked_tiers.order_by("position").values_list("tier__name", "tier__campaign")
    assert list(placed) == [("Tier 2", clone.pk), ("Tier 1", clone.pk)]
    assert ValidationRule.objects.filter(name="Rule 1").count() == 2
