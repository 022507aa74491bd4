"""Which versions a decision names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from core import project
from core.actors import Actor
from promotions.models import Version
from promotions.redeemables import Requested
from promotions.selectors import snapshots, versions
from promotions.selectors.snapshots import Asking, Loaded
from tests.factories.promotions import (
    CREATED_AT,
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)


def version_of(subject: Version.Subject, number: int = 1) -> Version:
    return Version.objects.create(
        subject_type=subject,
        subject_id=number,
        number=1,
        content={},
        sha256="",
        created_at=CREATED_AT,
        actor_kind="system",
        actor_id="tests",
        channel="COMMAND",
    )


def load(actor: Actor, now: datetime, *requested: tuple[str, str]) -> Loaded:
    asking = Asking(order=None, customer=None, settings=project.current(), actor=actor, now=now)
    return snapshots.load(requested=tuple(Requested(object=o, id=i) for o, i in requested), asking=asking)


def test_versions_of_code_campaign_tier_and_all_their_rules_without_a_query(
    settings_row: Any, actor: Actor, now: datetime, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    kinds = Version.Subject
    made = [version_of(kind, n) for n, kind in enumerate((kinds.CAMPAIGN, kinds.VOUCHER, kinds.TIER))]
    rules = [ValidationRuleFactory(version=version_of(kinds.RULE, n)) for n in range(2)]
    campaign = CampaignFactory(version=made[0])
    voucher = VoucherFactory(campaign=campaign, version=made[1])
    tier = PromotionTierFactory(version=made[2])
    RuleAssignmentFactory(campaign=campaign, rule=rules[0])
    RuleAssignmentFactory(promotion_tier=tier, rule=rules[1])
    loaded = load(actor, now, ("voucher", voucher.code), ("promotion_tier", tier.public_id))

    ids = versions.ids_of(loaded.found)

    assert ids == sorted(row.pk for row in [*made, *[rule.version for rule in rules]])
    assert count_queries(lambda: versions.ids_of(loaded.found)) == 0


def test_what_has_no_version_is_left_out(settings_row: Any, actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory(version=version_of(Version.Subject.CAMPAIGN))
    voucher = VoucherFactory(campaign=campaign)
    RuleAssignmentFactory(voucher=voucher)

    loaded = load(actor, now, ("voucher", voucher.code), ("voucher", "NOBODY"))

    assert versions.ids_of(loaded.found) == [campaign.version_id]
