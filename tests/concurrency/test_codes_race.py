"""Many callers make codes and places at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from core import project
from core.actors import Actor
from core.models import AuditEntry, OutboxEvent
from core.services import project as project_service
from core.services.project import CodeCaseFixed
from promotions.code_config import InvalidCodeConfig
from promotions.models import Campaign, PromotionTier, Voucher
from promotions.services import campaign_pool, campaigns, tiers, vouchers
from promotions.services.campaigns import CampaignSpec
from promotions.services.definitions import InvalidCampaign
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec
from tests.factories.promotions import CampaignFactory, percent

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
Call = Callable[[str, str, Any], tuple[int, dict[str, Any]]]


def test_sixteen_callers_get_one_code_once(call: Call, at_once: AtOnce) -> None:
    body = {"discount": {"type": "AMOUNT", "amount_off": 1}}

    answers = at_once([lambda: call("POST", "/v1/vouchers/SUMMER", body)] * 16)

    statuses = sorted(status for status, _ in answers)
    assert statuses == [200] + [409] * 15
    assert {answer["key"] for status, answer in answers if status == 409} == {"duplicate_found"}
    assert Voucher.objects.filter(code="SUMMER").count() == 1
    assert OutboxEvent.objects.filter(name="voucher.created").count() == 1
    assert AuditEntry.objects.filter(action="voucher.created").count() == 1


def test_eight_batches_of_one_small_pattern_are_whole_and_distinct(
    at_once: AtOnce, actor: Actor, now: datetime
) -> None:
    """100 codes are possible, 8 x 6 wanted: batches meet often, of campaigns old and new."""
    config = {"pattern": "R##", "charset": "0123456789"}
    present = [CampaignFactory(code_config=config) for _ in range(4)]

    def create(number: int) -> Callable[[], Any]:
        values = {"name": f"Race {number}", "discount": percent(5), "code_config": config}
        spec = CampaignSpec(voucher_type="DISCOUNT_VOUCHER", vouchers_count=6, values=values)
        return lambda: campaigns.create(spec=spec, actor=actor, now=now)

    def add_to(campaign: Campaign) -> Callable[[], Any]:
        return lambda: campaigns.add_codes(
            campaign=campaign, count=6, spec=VoucherSpec(), actor=actor, now=now
        )

    at_once([*(create(number) for number in range(4)), *(add_to(campaign) for campaign in present)])

    made = list(Voucher.objects.values_list("code", flat=True))
    assert len(made) == len(set(made)) == 48
    assert set(Campaign.objects.values_list("vouchers_count", "generation_status")) == {(6, "DONE")}


def test_a_space_that_is_too_small_is_refused_at_once(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory(code_config={"pattern": "R##", "charset": "0123456789"})

    for count in (51, 90_000):
        with pytest.raises(InvalidCodeConfig, match="allows 100 codes"):
            campaigns.add_codes(campaign=campaign, count=count, spec=VoucherSpec(), actor=actor, now=now)

    assert not Voucher.objects.exists()
    campaign.refresh_from_db()
    assert campaign.generation_status == "DONE"


def test_single_codes_of_one_campaign_are_all_counted(at_once: AtOnce, actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory()

    at_once([lambda: vouchers.create(spec=VoucherSpec(), campaign=campaign, actor=actor, now=now)] * 16)

    campaign.refresh_from_db()
    assert campaign.vouchers_count == Voucher.objects.count() == 16


def test_the_last_place_in_a_pool_is_given_once(at_once: AtOnce, actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory(vouchers_count=campaign_pool.MOST_CODES - 1)

    def add() -> bool:
        try:
            vouchers.create(spec=VoucherSpec(), campaign=campaign, actor=actor, now=now)
        except InvalidCampaign:
            return False
        return True

    assert at_once([add] * 8).count(True) == 1
    assert Voucher.objects.count() == 1
    campaign.refresh_from_db()
    assert campaign.vouchers_count == campaign_pool.MOST_CODES


def test_places_of_tiers_are_given_once(at_once: AtOnce, actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory(promotion=True)
    spec = TierSpec(values={"name": "T", "discount": percent(5)})

    at_once([lambda: tiers.create(campaign_id=campaign.pk, spec=spec, actor=actor, now=now)] * 8)

    places = PromotionTier.objects.order_by("hierarchy").values_list("hierarchy", flat=True)
    assert list(places) == list(range(1, 9))


def test_codes_and_their_spelling_rule_never_cross(at_once: AtOnce, actor: Actor, now: datetime) -> None:
    """Either the rule changes before the first code, and the codes follow it, or it does not change."""

    def change() -> bool:
        try:
            project_service.update(changes={"case_insensitive_codes": True}, actor=actor, now=now)
        except CodeCaseFixed:
            return False
        return True

    def create(code: str) -> Callable[[], Any]:
        spec = VoucherSpec(code=code, values={"discount": percent(5)})
        return lambda: vouchers.create(spec=spec, actor=actor, now=now)

    for turn in range(5):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE promotions_voucher CASCADE")
        project_service.update(changes={"case_insensitive_codes": False}, actor=actor, now=now)

        at_once([*(create(f"Code-{turn}-{n}") for n in range(4)), change])

        settings = project.current()
        assert Voucher.objects.count() == 4
        for voucher in Voucher.objects.all():
            assert voucher.code_key == project.code_key(voucher.code, settings)
