"""Back to an earlier version, through the services that make every other change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from approvals.gate import ApprovalRequired
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.models import AuditEntry
from promotions.models import Budget, Campaign, Category, Version, Voucher
from promotions.selectors import versions as known
from promotions.services import (
    budgets,
    campaigns,
    reverting,
    tiers,
    validation_rules,
    vouchers,
)
from promotions.services.budget_terms import LimitTooLow
from promotions.services.budgets import BudgetSpec
from promotions.services.campaigns import CampaignSpec
from promotions.services.reverting import CannotRevert, NothingToRevert
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import InvalidVoucher, VoucherSpec
from tests.approvals.world import DEEP, acting, person, policy
from tests.conftest import NOW
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import amount, at_least, percent
from tests.promotions.versioned_shop import BY, Shop, opened

pytestmark = pytest.mark.django_db

LATER: dict[str, Any] = {"actor": Actor.system("later"), "now": NOW + timedelta(hours=1)}


@pytest.fixture
def shop() -> Shop:
    return opened()


def contents(row: Any) -> list[dict[str, Any]]:
    """Oldest first."""
    return [version.content for version in reversed(known.of(row))]


def back(row: Any, number: int, **by: Any) -> Any:
    subject = known.of(row)[0].subject_type
    return reverting.revert(
        subject=Version.Subject(subject), subject_id=row.pk, number=number, **{**LATER, **by}
    )


def test_a_campaign_has_its_terms_of_then_again(shop: Shop) -> None:
    campaign = shop.campaign
    first = contents(campaign)[0]
    spec = CampaignSpec(
        values={
            "discount": {**percent(50), "amount_limit": 500},
            "ends_at": None,
            "starts_at": NOW,
            "days_of_week": [1],
            "category": None,
            "voucher_redemption_quantity": 3,
            "return_policy": "REEVALUATE",
        },
        metadata={"season": "summer", "team": "A"},
        conditions=shop.other.public_id,
    )
    campaigns.update(campaign_id=campaign.pk, spec=spec, **BY)
    campaigns.set_active(campaign_id=campaign.pk, is_active=False, **BY)

    back(campaign, 1)

    campaign.refresh_from_db()
    assert contents(campaign)[-1] == first
    assert campaign.discount == percent(10)
    assert campaign.is_active
    assert campaign.metadata == {"season": "spring"}
    assert list(known.drift()) == []
    assert known.of(campaign)[0].actor_label == "later"


def test_codes_of_a_campaign_follow_and_used_ones_keep_what_they_had(shop: Shop) -> None:
    later = NOW + timedelta(days=30)
    campaigns.update(campaign_id=shop.campaign.pk, spec=CampaignSpec(values={"ends_at": later}), **BY)

    back(shop.campaign, 1)

    assert Voucher.objects.get(code="PLAIN").ends_at is None
    assert Voucher.objects.get(code="USED").ends_at == NOW + timedelta(days=9)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (amount(300), percent(20)),
        (percent(20), {**percent(30), "amount_limit": 900}),
        ({**percent(30), "amount_limit": 900}, percent(20)),
    ],
)
def test_a_tier_has_its_terms_of_then_again(shop: Shop, first: Any, second: Any) -> None:
    tier = shop.tier
    tiers.update(tier_id=tier.pk, spec=TierSpec(values={"discount": first}), **BY)
    wanted = known.of(tier)[0]
    changed = TierSpec(
        values={"discount": second, "ends_at": None, "name": "New name"},
        metadata={"team": "A"},
        conditions="",
    )
    tiers.update(tier_id=tier.pk, spec=changed, **BY)

    back(tier, wanted.number)

    tier.refresh_from_db()
    assert contents(tier)[-1] == wanted.content
    assert tier.name == "New name"
    assert tier.rule_assignment.rule == shop.rule


def test_a_code_has_its_terms_of_then_again(shop: Shop) -> None:
    spec = VoucherSpec(
        values={"discount": percent(90), "redemption_quantity": 1, "category": None},
        metadata={"team": "A"},
        conditions=shop.other.public_id,
    )
    first = contents(shop.alone)[0]
    vouchers.update(voucher_id=shop.alone.pk, spec=spec, **BY)
    vouchers.set_active(voucher_id=shop.alone.pk, is_active=False, **BY)

    back(shop.alone, 1)

    assert contents(shop.alone)[-1] == first


def test_a_code_takes_the_discount_of_its_campaign_again(shop: Shop) -> None:
    plain = Voucher.objects.get(code="PLAIN")
    for values in ({"redemption_quantity": 7}, {"discount": percent(50)}):
        vouchers.update(voucher_id=plain.pk, spec=VoucherSpec(values=values), **BY)

    back(plain, 1)

    plain.refresh_from_db()
    assert plain.discount is None
    assert plain.redemption_quantity == 7


def test_several_free_articles_become_what_they_were(shop: Shop) -> None:
    tea = ProductFactory().public_id
    unit = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": tea}
    code = vouchers.create(spec=VoucherSpec(code="FREE", values={"discount": unit}), **BY)
    first = contents(code)[0]
    many = {
        "type": "UNIT",
        "effect": "ADD_MANY_ITEMS",
        "units": [{"effect": "ADD_NEW_ITEMS", "unit_off": 2, "unit_type": tea}],
    }
    vouchers.update(voucher_id=code.pk, spec=VoucherSpec(values={"discount": many}), **BY)
    second = contents(code)[-1]

    back(code, 1)
    assert contents(code)[-1] == first
    back(code, 2)
    assert contents(code)[-1] == second


def test_conditions_and_everything_that_has_them(shop: Shop) -> None:
    wide = {"rules": at_least(9000), "error": {"message": "Too small"}}
    validation_rules.update(rule_id=shop.rule.pk, values=wide, **BY)

    back(shop.rule, 1)

    shop.rule.refresh_from_db()
    assert shop.rule.rules == at_least(1000)
    assert shop.rule.error is None
    assert contents(shop.campaign)[-1]["validation_rule_version"] == 3


def test_a_budget_has_its_terms_of_then_again(shop: Shop) -> None:
    first = contents(shop.budget)[0]
    spec = BudgetSpec(values={"limit": 5, "period": "MONTH", "channels": ["web"]}, campaign_ids=[])
    budgets.update(budget_id=shop.budget.pk, spec=spec, **BY)
    budgets.set_active(budget_id=shop.budget.pk, is_active=False, **BY)

    back(shop.budget, 1)

    assert contents(shop.budget)[-1] == first
    assert [one.name for one in Budget.objects.get().campaigns.all()] == ["Codes"]


def test_only_another_content_of_the_rule_is_nothing_to_revert_here(shop: Shop) -> None:
    validation_rules.update(rule_id=shop.rule.pk, values={"rules": at_least(9000)}, **BY)

    with pytest.raises(NothingToRevert, match="on the page of the conditions"):
        back(shop.campaign, 1)
    with pytest.raises(NothingToRevert, match="Everything is as in version 2"):
        back(shop.campaign, 2)


def test_what_is_gone_is_named_and_nothing_is_changed(shop: Shop) -> None:
    campaigns.update(
        campaign_id=shop.campaign.pk, spec=CampaignSpec(values={"category": None, "ends_at": None}), **BY
    )
    Category.objects.get().delete()
    before = Version.objects.count()

    with pytest.raises(CannotRevert, match="category of then was deleted"):
        back(shop.campaign, 1)

    assert Campaign.objects.get(pk=shop.campaign.pk).ends_at is None
    assert Version.objects.count() == before


def test_conditions_that_were_deleted_do_not_come_back(shop: Shop) -> None:
    validation_rules.delete(rule_id=shop.rule.pk, **BY)

    with pytest.raises(CannotRevert, match="conditions of then were deleted"):
        back(shop.tier, 1)


def test_what_is_deleted_does_not_come_back(shop: Shop) -> None:
    tiers.delete(tier_id=shop.tier.pk, **BY)
    budgets.delete(budget_id=shop.budget.pk, **BY)

    for row, number, words in (
        (shop.tier, 1, "It is deleted"),
        (shop.tier, 2, "is its deletion"),
        (shop.budget, 1, "It is deleted"),
    ):
        with pytest.raises(CannotRevert, match=words):
            back(row, number)


def test_limits_that_were_used_since_are_refused(shop: Shop) -> None:
    vouchers.update(voucher_id=shop.alone.pk, spec=VoucherSpec(values={"redemption_quantity": 1}), **BY)
    vouchers.update(voucher_id=shop.alone.pk, spec=VoucherSpec(values={"redemption_quantity": 5}), **BY)
    Voucher.objects.filter(pk=shop.alone.pk).update(redeemed_quantity=3)

    with pytest.raises(InvalidVoucher, match="used 3 times already"):
        back(shop.alone, 2)

    shop.alone.refresh_from_db()
    assert shop.alone.redemption_quantity == 5


def test_there_is_no_such_version(shop: Shop) -> None:
    with pytest.raises(NotFound):
        back(shop.campaign, 99)


def test_it_is_one_operation_that_policies_can_ask_about(shop: Shop, now: datetime) -> None:
    campaigns.update(campaign_id=shop.campaign.pk, spec=CampaignSpec(values={"discount": percent(20)}), **BY)
    campaigns.update(campaign_id=shop.campaign.pk, spec=CampaignSpec(values={"discount": percent(40)}), **BY)
    campaigns.update(campaign_id=shop.campaign.pk, spec=CampaignSpec(values={"discount": percent(20)}), **BY)
    deep = next(one.number for one in known.of(shop.campaign) if one.content["discount"]["percent_off"] == 40)
    policy("Finance", conditions=[DEEP])
    entries = AuditEntry.objects.count()

    with pytest.raises(ApprovalRequired) as refused:
        back(shop.campaign, deep, actor=acting(person("mia", "User")))

    assert refused.value.proposal.operation.name == "campaigns.revert"
    assert Campaign.objects.get(pk=shop.campaign.pk).discount == percent(20)
    assert AuditEntry.objects.count() == entries


def test_old_redemptions_stay_as_they_were_decided(shop: Shop) -> None:
    old = {version.pk: version.content for version in Version.objects.all()}
    campaigns.update(campaign_id=shop.campaign.pk, spec=CampaignSpec(values={"discount": percent(20)}), **BY)

    back(shop.campaign, 1)

    kept = {version.pk: version.content for version in Version.objects.filter(pk__in=old)}
    assert kept == old


def test_limits_of_a_budget_that_were_drawn_since(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    budgets.update(budget_id=shop.budget.pk, spec=BudgetSpec(values={"limit": 9000}), **BY)

    def full(*_: Any) -> None:
        raise LimitTooLow(2000)

    monkeypatch.setattr(budgets, "_move_limit", full)
    with pytest.raises(DomainError, match="so much is used"):
        back(shop.budget, 1)

    assert Budget.objects.get().limit == 9000


def test_every_kind_of_thing_with_versions_can_go_back() -> None:
    assert set(reverting.SUBJECTS) == set(Version.Subject)
