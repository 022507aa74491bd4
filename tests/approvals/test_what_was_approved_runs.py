"""INVARIANT: an approved campaign replayed from its version equals what the engine serves, byte for byte."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.services import decisions
from core.instants import parse_instant
from core.models import ExactJSONDecoder, ProjectSettings
from engine import Candidate, rules
from promotions import terms
from promotions.models import Campaign, Category, PromotionTier, ValidationRule, Version, Voucher
from promotions.redeemables import Requested, kind_of
from promotions.selectors import versions as known
from promotions.selectors.candidates import with_rules
from promotions.selectors.validation_rules import PARTS
from promotions.selectors.whereabouts import Called
from promotions.services import campaigns, rule_assignments, tiers, validation_rules
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec
from tests.approvals.world import acting, person, policy
from tests.conftest import NOW
from tests.factories.promotions import CategoryFactory, amount, at_least, percent
from tests.promotions.versioned_shop import BY, Shop, opened

pytestmark = pytest.mark.django_db


def stored(version: Version) -> dict[str, Any]:
    """The content, with the exact numbers of its text."""
    found: dict[str, Any] = json.loads(terms.canonical(version.content), cls=ExactJSONDecoder)
    return found


def row_of(model: type[Any], content: dict[str, Any], **more: Any) -> Any:
    """A row as the version says it, and nothing else of what the tables say now."""
    columns = {}
    for name, path in terms.kind_of(model).paths.items():
        if "__" in path or name not in content or path == "campaign_ids":
            continue
        is_instant = name in ("start_date", "expiration_date")
        columns[path] = parse_instant(content[name]) if is_instant else content[name]
    columns["is_active"] = content["active"]
    category = content.get("category_id")
    columns["category"] = Category.objects.get(public_id=category) if category else None
    return model(**columns, **more)


def version_of(row: Any) -> Version:
    return known.of(row)[0]


def rule_in(content: dict[str, Any]) -> tuple[rules.RuleSet, ...]:
    """The rule that a version names, in the version that it names."""
    public_id = content.get("validation_rule_id")
    if public_id is None:
        return ()
    rule = ValidationRule.objects.get(public_id=public_id)
    number = content["validation_rule_version"]
    version = Version.objects.get(subject_type="validation_rule", subject_id=rule.pk, number=number)
    kept = ValidationRule(**stored(version))
    parts = {part: value for part in PARTS if (value := getattr(kept, part)) is not None}
    return (rules.parse({"id": rule.public_id, "name": rule.name, **parts}),)


def replayed(row: Any) -> Candidate:
    """What the engine is given, from versions alone; what is no term (names, uses) as it is."""
    campaign = row.campaign
    of_campaign = stored(version_of(campaign))
    old_campaign = row_of(Campaign, of_campaign, public_id=campaign.public_id)
    own: dict[str, Any] = stored(version_of(row)) if row.version_id else {}
    names = {"campaign": old_campaign, "public_id": row.public_id}
    if isinstance(row, PromotionTier):
        old = row_of(PromotionTier, own, name=row.name, **names)
        requested = Requested(object="promotion_tier", id=row.public_id)
    else:
        of_all = {"active": True, "redemption_quantity": row.redemption_quantity, **own}
        names |= {name: getattr(row, name) for name in ("published_at", "publish_count")}
        old = row_of(Voucher, {k: v for k, v in of_all.items() if v is not None}, code=row.code, **names)
        requested = Requested(object="voucher", id=row.code)
    candidate = kind_of(requested.object).describe(requested, old).candidate
    return replace(candidate, rules=rule_in(own) + rule_in(of_campaign))


def served(row: Any) -> Candidate:
    """What the engine is given when somebody asks for it now."""
    is_tier = isinstance(row, PromotionTier)
    requested = Requested(
        object="promotion_tier" if is_tier else "voucher", id=row.public_id if is_tier else row.code
    )
    kind = kind_of(requested.object)
    found = kind.find([requested.id], ProjectSettings.objects.get())[requested.id]
    (ruled,), *_ = with_rules([kind.describe(requested, found)], Called())
    return ruled.candidate


def assert_what_runs_is_what_was_kept(*rows: Any) -> None:
    for row in rows:
        row.refresh_from_db()
        assert terms.canonical(replayed(row).to_json()) == terms.canonical(served(row).to_json())


def approved(service: Any, **arguments: Any) -> ApprovalRequest:
    """Asked for by a marketer and approved by somebody of finance."""
    with pytest.raises(ApprovalRequired) as refused:
        service(actor=acting(person("mia", "User")), now=NOW, **arguments)
    refused.value.settle()
    request = ApprovalRequest.objects.get(pk=refused.value.request.pk)
    return decisions.decide(
        request_id=request.pk,
        verdict=Decision.Verdict.APPROVE,
        revision=request.revision,
        comment="",
        actor=acting(person("fi", "Finance")),
        now=NOW,
    )


@pytest.fixture
def shop() -> Shop:
    return opened()


def test_an_approved_change_of_a_campaign(shop: Shop) -> None:
    policy("Finance")
    values = {
        "discount": {**percent(12), "percent_off": Decimal("12.5"), "amount_limit": 777},
        "starts_at": NOW - timedelta(days=1),
        "ends_at": NOW + timedelta(days=20),
        "validity_hours": {
            "daily": [{"days_of_week": [1, 2], "start_time": "09:00", "expiration_time": "11:30"}]
        },
        "category": CategoryFactory(name="Deep", hierarchy=3).public_id,
        "activity_duration_after_publishing": "P3D",
    }
    spec = CampaignSpec(values=values, metadata={"size": 15}, conditions=shop.other.public_id)

    request = approved(campaigns.update, campaign_id=shop.campaign.pk, spec=spec)

    assert request.state == ApprovalRequest.State.APPLIED
    assert Campaign.objects.get(pk=shop.campaign.pk).discount["percent_off"] == Decimal("12.5")
    assert_what_runs_is_what_was_kept(*Voucher.objects.filter(campaign=shop.campaign))
    content = version_of(shop.campaign).content
    assert request.proposal["discount"] == content["discount"]
    assert request.proposal["expiration_date"] == content["expiration_date"]


def test_an_approved_change_of_a_tier_and_of_its_conditions(shop: Shop) -> None:
    policy("Finance")
    spec = TierSpec(values={"discount": amount(999), "days_of_week": [0, 6]})
    approved(tiers.update, tier_id=shop.tier.pk, spec=spec)
    assert_what_runs_is_what_was_kept(shop.tier)


def test_an_approved_change_of_conditions_reaches_all_that_have_them(shop: Shop) -> None:
    policy("Finance")
    wire = {"rules": at_least(4321), "error": {"message": "Too small"}}
    request = approved(validation_rules.update, rule_id=shop.rule.pk, values=wire)

    assert request.state == ApprovalRequest.State.APPLIED
    assert served(shop.tier).rules[0].wire["rules"] == at_least(4321)
    assert_what_runs_is_what_was_kept(shop.tier, *Voucher.objects.filter(campaign=shop.campaign))


def test_an_approved_assignment_of_other_conditions(shop: Shop) -> None:
    policy("Finance")
    approved(rule_assignments.create, rule=shop.other, related=shop.tier, force=True)
    assert_what_runs_is_what_was_kept(shop.tier)


def test_any_change_of_a_campaign(shop: Shop) -> None:
    """The same for changes of all sorts, one after the other."""
    instants = st.none() | st.integers(-5, 8).map(lambda days: NOW + timedelta(days=days))
    discounts = st.builds(
        lambda share, most: {**percent(1), "percent_off": Decimal(share), "amount_limit": most},
        st.sampled_from(["1", "7.5", "33.333333", "100"]),
        st.none() | st.integers(1, 9999),
    )
    fields = {
        "discount": discounts,
        "starts_at": instants,
        "days_of_week": st.none() | st.lists(st.integers(0, 6), min_size=1, unique=True).map(sorted),
        "activity_duration_after_publishing": st.sampled_from(["", "P1D", "PT4H"]),
        "voucher_redemption_quantity": st.none() | st.integers(1, 9),
    }
    codes = list(Voucher.objects.filter(campaign=shop.campaign))

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(values=st.fixed_dictionaries({}, optional=fields), with_rule=st.sampled_from([None, "", "A", "B"]))
    def check(values: dict[str, Any], with_rule: str | None) -> None:
        rule_id = {"A": shop.rule.public_id, "B": shop.other.public_id}.get(with_rule or "", with_rule)
        spec = CampaignSpec(values=values, conditions=rule_id)
        campaigns.update(campaign_id=shop.campaign.pk, spec=spec, **BY)
        assert_what_runs_is_what_was_kept(*codes)

    check()
