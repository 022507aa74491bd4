"""A version for each change of terms, none for anything else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core.actors import Actor, ActorKind
from promotions.models import (
    Budget,
    BudgetCampaign,
    Campaign,
    PromotionTier,
    ValidationRule,
    Version,
    Voucher,
)
from promotions.selectors import versions as known
from promotions.services import (
    campaigns,
    categories,
    rule_assignments,
    tiers,
    validation_rules,
    versions,
    vouchers,
)
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec
from tests.factories.promotions import (
    CREATED_AT,
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
    at_least,
    percent,
)

pytestmark = pytest.mark.django_db


def contents(entity: Any) -> list[dict[str, Any]]:
    """Oldest first."""
    return [version.content for version in reversed(known.of(entity))]


def make_campaign(actor: Actor, now: datetime, **values: Any) -> Campaign:
    spec = CampaignSpec(values={"name": "Spring", "discount": percent(10), **values})
    return campaigns.create(spec=spec, actor=actor, now=now)


def test_a_new_campaign_has_version_1_with_everything_that_its_codes_inherit(now: datetime) -> None:
    anna = Actor(kind=ActorKind.USER, id="7", label="anna@shop.example", role="ADMIN", channel="ADMIN")
    category, rule = CategoryFactory(), ValidationRuleFactory()
    spec = CampaignSpec(
        values={
            "name": "Spring",
            "description": "No term",
            "discount": {"type": "PERCENT", "percent_off": Decimal("12.5")},
            "category": category.public_id,
            "starts_at": now + timedelta(days=1),
            "days_of_week": [1, 2],
            "voucher_redemption_quantity": 3,
        },
        metadata={"season": "spring", "weight": 1.0},
        rules=(rule.public_id,),
    )

    campaign = campaigns.create(spec=spec, actor=anna, now=now)

    version = campaign.version
    assert version is not None
    assert list(known.of(campaign)) == [version]
    assert version.content == {
        "campaign_type": "DISCOUNT_COUPONS",
        "type": "STATIC",
        "active": True,
        "discount": {"type": "PERCENT", "percent_off": 12.5, "effect": "APPLY_TO_ORDER"},
        "category_id": category.public_id,
        "start_date": "2026-03-11T12:00:00Z",
        "validity_day_of_week": [1, 2],
        "redemption_quantity": 3,
        "return_policy": "KEEP",
        "metadata": {"season": "spring", "weight": 1},
        "validation_rule_id": rule.public_id,
        "validation_rule_version": 1,
    }
    assert (version.subject_type, version.subject_id, version.number) == ("campaign", campaign.pk, 1)
    assert (version.actor_kind, version.actor_id, version.channel) == ("user", "7", "ADMIN")
    assert (version.actor_label, version.created_at) == ("anna@shop.example", now)


def test_the_digest_is_that_of_the_sorted_text_that_anybody_can_write(actor: Actor, now: datetime) -> None:
    version = make_campaign(actor, now, discount={"type": "PERCENT", "percent_off": Decimal("12.5")}).version

    assert version is not None
    text = json.dumps(version.content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert version.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_what_is_no_term_makes_no_version(actor: Actor, now: datetime) -> None:
    campaign = make_campaign(actor, now)
    values = {"name": "Summer", "description": "Other", "protected": True, "join_once": True}

    campaigns.update(campaign_id=campaign.pk, spec=CampaignSpec(values=values), actor=actor, now=now)
    campaigns.add_codes(campaign=campaign, count=2, spec=VoucherSpec(), actor=actor, now=now)

    assert known.of(campaign).count() == 1


def test_terms_sent_again_make_no_version(actor: Actor, now: datetime) -> None:
    campaign = make_campaign(actor, now, discount=percent(10))

    same = CampaignSpec(values={"discount": {**percent(10), "percent_off": Decimal("10.0")}})
    campaigns.update(campaign_id=campaign.pk, spec=same, actor=actor, now=now)

    assert known.of(campaign).count() == 1


def test_changes_switches_and_the_bin_make_versions_in_turn(actor: Actor, now: datetime) -> None:
    campaign = make_campaign(actor, now)
    pk = campaign.pk

    campaigns.update(campaign_id=pk, spec=CampaignSpec(metadata={"a": 1}), actor=actor, now=now)
    campaigns.set_active(campaign_id=pk, is_active=False, actor=actor, now=now)
    campaigns.set_active(campaign_id=pk, is_active=False, actor=actor, now=now)
    campaigns.delete(campaign_id=pk, force=False, actor=actor, now=now)
    campaigns.delete(campaign_id=pk, force=True, actor=actor, now=now)

    found = contents(campaign)
    assert [one.get("metadata") for one in found] == [None, {"a": 1}, {"a": 1}, {"a": 1}]
    assert [one["active"] for one in found] == [True, True, False, False]
    assert [one.get("deleted_at") for one in found] == [None, None, None, "2026-03-10T12:00:00Z"]
    assert [version.number for version in known.of(campaign)] == [4, 3, 2, 1]


def test_a_refused_change_leaves_no_version(actor: Actor, now: datetime) -> None:
    campaign = make_campaign(actor, now)

    with transaction.atomic():
        campaigns.set_active(campaign_id=campaign.pk, is_active=False, actor=actor, now=now)
        transaction.set_rollback(True)

    campaign.refresh_from_db()
    assert known.of(campaign).count() == 1
    assert campaign.version == known.of(campaign).get()


def test_versions_are_final(actor: Actor, now: datetime) -> None:
    version = make_campaign(actor, now).version

    assert version is not None
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(number=2)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        version.delete()


def test_codes_made_in_bulk_share_their_campaigns_version(actor: Actor, now: datetime) -> None:
    spec = CampaignSpec(values={"name": "Spring", "discount": percent(10)}, vouchers_count=3)
    campaign = campaigns.create(spec=spec, actor=actor, now=now)
    code = vouchers.create(spec=VoucherSpec(code="ONE"), campaign=campaign, actor=actor, now=now)

    assert Version.objects.filter(subject_type="voucher").count() == 0
    assert (code.version, list(known.drift())) == (None, [])


def test_codes_made_in_bulk_with_terms_of_their_own_have_versions(actor: Actor, now: datetime) -> None:
    campaign = make_campaign(actor, now)
    spec = VoucherSpec(values={"ends_at": now + timedelta(days=3)})

    campaigns.add_codes(campaign=campaign, count=3, spec=spec, actor=actor, now=now)

    made = Voucher.objects.filter(campaign=campaign).select_related("version")
    ends = [code.version.content["expiration_date"] for code in made if code.version]
    assert ends == ["2026-03-13T12:00:00Z"] * 3
    assert list(known.drift()) == []


@pytest.mark.parametrize(
    "change",
    [
        VoucherSpec(values={"discount": percent(15)}),
        VoucherSpec(values={"redemption_quantity": 5}),
        VoucherSpec(values={"starts_at": CREATED_AT}),
        VoucherSpec(metadata={"tier": "gold"}),
    ],
)
def test_a_code_of_a_campaign_has_versions_from_its_first_own_terms_on(
    change: VoucherSpec, actor: Actor, now: datetime
) -> None:
    spec = CampaignSpec(values={"name": "Spring", "discount": percent(10)}, vouchers_count=2)
    campaign = campaigns.create(spec=spec, actor=actor, now=now)
    first, second = Voucher.objects.filter(campaign=campaign)

    vouchers.update(voucher_id=first.pk, spec=change, actor=actor, now=now)
    vouchers.update(
        voucher_id=second.pk, spec=VoucherSpec(values={"additional_info": "x"}), actor=actor, now=now
    )

    assert known.of(first).count() == 1
    assert known.of(second).count() == 0
    assert list(known.drift()) == []


def test_used_codes_get_versions_when_they_keep_what_their_campaign_gives_up(
    actor: Actor, now: datetime
) -> None:
    spec = CampaignSpec(
        values={"name": "Spring", "discount": percent(10), "ends_at": now + timedelta(days=5)},
        vouchers_count=2,
    )
    campaign = campaigns.create(spec=spec, actor=actor, now=now)
    used, unused = Voucher.objects.filter(campaign=campaign).order_by("pk")
    Voucher.objects.filter(pk=used.pk).update(published_at=now)

    later = CampaignSpec(values={"ends_at": now + timedelta(days=50)})
    campaigns.update(campaign_id=campaign.pk, spec=later, actor=actor, now=now)

    assert [one["expiration_date"] for one in contents(used)] == ["2026-03-15T12:00:00Z"]
    assert contents(unused) == []
    assert [one["expiration_date"] for one in contents(campaign)] == [
        "2026-03-15T12:00:00Z",
        "2026-04-29T12:00:00Z",
    ]


def test_a_standalone_code_has_version_1_from_its_creation(actor: Actor, now: datetime) -> None:
    spec = VoucherSpec(code="TEN", values={"discount": percent(10), "redemption_quantity": 1})
    voucher = vouchers.create(spec=spec, actor=actor, now=now)

    vouchers.set_active(voucher_id=voucher.pk, is_active=False, actor=actor, now=now)
    vouchers.delete(voucher_id=voucher.pk, force=False, actor=actor, now=now)

    assert [(one["active"], "deleted_at" in one) for one in contents(voucher)] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_a_tiers_place_and_names_are_no_terms_its_discount_is(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory(promotion=True)
    spec = TierSpec(values={"name": "A", "discount": percent(10)})
    first = tiers.create(campaign_id=campaign.pk, spec=spec, actor=actor, now=now)
    second = tiers.create(campaign_id=campaign.pk, spec=spec, actor=actor, now=now)

    for values in ({"hierarchy": 1, "name": "B", "banner": "C"}, {"discount": amount(500)}):
        tiers.update(tier_id=second.pk, spec=TierSpec(values=values), actor=actor, now=now)
    tiers.delete(tier_id=first.pk, actor=actor, now=now)

    assert [one["discount"] for one in contents(second)] == [percent(10), amount(500)]
    assert len(contents(first)) == 2


def test_a_changed_rule_makes_versions_of_everything_that_has_it(actor: Actor, now: datetime) -> None:
    rule = validation_rules.create(values={"name": "R", "rules": at_least(100)}, actor=actor, now=now)
    having: list[tuple[type[Any], Any]] = [
        (Campaign, CampaignFactory()),
        (PromotionTier, PromotionTierFactory()),
        (Voucher, VoucherFactory()),
    ]
    for _, row in having:
        rule_assignments.create(rule=rule, related=row, force=False, actor=actor, now=now)

    validation_rules.update(rule_id=rule.pk, values={"name": "No term"}, actor=actor, now=now)
    validation_rules.update(rule_id=rule.pk, values={"rules": at_least(200)}, actor=actor, now=now)
    validation_rules.delete(rule_id=rule.pk, actor=actor, now=now)

    of_rule = Version.objects.filter(subject_type="validation_rule", subject_id=rule.pk)
    assert [one.content for one in of_rule.order_by("number")] == [
        {"rules": at_least(100)},
        {"rules": at_least(200)},
    ]
    for _, row in having:
        assert [one.get("validation_rule_version") for one in contents(row)] == [1, 2, None]
    assert [one.number for one in known.drift()] == [None]  # the campaign of the tier, from a factory


def test_a_rule_that_is_replaced_or_taken_away_makes_versions(actor: Actor, now: datetime) -> None:
    voucher, first, second = VoucherFactory(), ValidationRuleFactory(), ValidationRuleFactory()
    made = rule_assignments.create(rule=first, related=voucher, force=False, actor=actor, now=now)
    made = rule_assignments.create(rule=second, related=voucher, force=True, actor=actor, now=now)
    rule_assignments.delete(assignment_id=made.pk, actor=actor, now=now)

    ids = [one.get("validation_rule_id") for one in contents(voucher)]
    assert ids == [first.public_id, None, second.public_id, None]


def test_a_category_that_goes_leaves_versions_behind(actor: Actor, now: datetime) -> None:
    category = CategoryFactory()
    rows = [
        CampaignFactory(category=category),
        PromotionTierFactory(category=category),
        VoucherFactory(category=category),
    ]
    for row in rows:
        versions.note(row, actor=actor, now=now)

    categories.delete(category_id=category.pk, with_stacking_rules=True, actor=actor, now=now)

    for row in rows:
        assert [one.get("category_id") for one in contents(row)] == [category.public_id, None]


def test_a_budget_has_versions_with_its_campaigns(actor: Actor, now: datetime) -> None:
    budget = Budget.objects.create(name="Year", limit=10_000, created_at=now)
    versions.note(budget, actor=actor, now=now)
    campaign = CampaignFactory()
    BudgetCampaign.objects.create(budget=budget, campaign=campaign)

    versions.note(budget, actor=actor, now=now)

    first, second = contents(budget)
    assert (first["limit"], first["measure"], first["policy"]) == (10_000, "DISCOUNT", "REFUSE")
    assert ("campaigns" in first, second["campaigns"]) == (False, [campaign.public_id])


def test_older_rows_are_brought_in_once_rules_first(actor: Actor, now: datetime) -> None:
    rule = ValidationRuleFactory()
    RuleAssignmentFactory(rule=rule, campaign=CampaignFactory())
    PromotionTierFactory()
    campaign = CampaignFactory()
    VoucherFactory.create_batch(3)
    VoucherFactory.create_batch(2, campaign=campaign)
    VoucherFactory(campaign=campaign, is_active=False)
    missing = [(one.subject, one.number) for one in known.drift()]

    made = list(versions.note_missing(actor=actor, now=now, batch_size=2))

    assert len(missing) == 9
    assert {number for _, number in missing} == {None}
    # The campaign that has the rule comes with it.
    assert made == [2, 2, 1, 2, 2]
    assert list(known.drift()) == []
    assert list(versions.note_missing(actor=actor, now=now)) == []
    assert Version.objects.count() == 9


def test_drift_names_what_was_changed_past_the_services(actor: Actor, now: datetime) -> None:
    campaign = make_campaign(actor, now)
    Campaign.objects.filter(pk=campaign.pk).update(discount=percent(90))

    assert [(one.subject, one.public_id, one.number) for one in known.drift()] == [
        (Version.Subject.CAMPAIGN, campaign.public_id, 1)
    ]


def test_many_rows_take_as_many_statements_as_a_few(
    actor: Actor, now: datetime, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    few = [row.pk for row in VoucherFactory.create_batch(2)]
    many = [row.pk for row in VoucherFactory.create_batch(60)]

    def noting(pks: list[int]) -> int:
        return count_queries(lambda: versions.note_all(Voucher, pks, actor=actor, now=now))

    assert (noting(few), noting(many)) == (3, 3)
    assert Voucher.objects.filter(version=None).count() == 0


def test_every_kind_reads_its_terms(actor: Actor, now: datetime) -> None:
    for row in (ValidationRuleFactory(), CampaignFactory(), PromotionTierFactory(), VoucherFactory()):
        versions.note(row, actor=actor, now=now)

    assert set(Version.objects.values_list("subject_type", flat=True)) == {
        "validation_rule",
        "campaign",
        "promotion_tier",
        "voucher",
    }
    assert ValidationRule.objects.get().version_id is not None
