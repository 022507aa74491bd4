from __future__ import annotations

import io
from datetime import datetime
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from commerce.models import Order
from engine.index import Index
from promotions.models import Campaign, PromotionTier, ValidationRule, Voucher
from promotions.selectors import reconcile
from tests.demo_store.qualifying.shop import open_shop
from tests.factories.promotions import CampaignFactory, PromotionTierFactory

pytestmark = pytest.mark.django_db


def command(**options: Any) -> str:
    out = io.StringIO()
    call_command("check_qualifications", stdout=out, stderr=out, **options)
    return out.getvalue()


def rows() -> list[int]:
    models = (Campaign, PromotionTier, Voucher, ValidationRule, Order)
    return [model.objects.count() for model in models]  # type: ignore[attr-defined]


@pytest.fixture
def _shop(now: datetime) -> None:
    open_shop(Random(1), now)


@pytest.mark.usefixtures("_shop")
def test_leaves_nothing_behind() -> None:
    before = rows()

    printed = command(baskets=2, promotions=12)

    assert "2 baskets" in printed
    assert "20 questions" in printed
    assert printed.endswith("All answers are equal.\n")
    assert rows() == before


@pytest.mark.usefixtures("_shop")
def test_keeps_what_it_made_when_told_to() -> None:
    before = PromotionTier.objects.count() + Voucher.objects.count()

    command(baskets=1, promotions=12, keep=True, quick=True)

    assert PromotionTier.objects.count() + Voucher.objects.count() >= before + 11


@pytest.mark.usefixtures("_shop")
def test_codes_in_wallets_were_published(now: datetime) -> None:
    command(baskets=1, promotions=20, keep=True, quick=True)

    held = Voucher.objects.filter(holder__isnull=False)
    assert held.count() > 2
    assert list(reconcile.differences(now=now, only={"published", "wallets"})) == []


@pytest.mark.usefixtures("_shop")
def test_the_same_seed_asks_the_same() -> None:
    PromotionTierFactory.create_batch(3)

    first, second = (command(baskets=3, seed=7).split("Seconds")[0] for _ in range(2))

    assert first == second


@pytest.mark.usefixtures("_shop")
def test_names_what_the_index_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    tier = PromotionTierFactory()
    whole = Index.matching
    monkeypatch.setattr(Index, "matching", lambda self, query, *, omit: whole(self, query, omit=omit)[1:])
    out = io.StringIO()

    with pytest.raises(CommandError, match="differences"):
        call_command("check_qualifications", baskets=1, stdout=out, stderr=out)

    assert f"ALL DEFAULT: promotion_tier {tier.public_id} fits, but was not offered (worth" in out.getvalue()


@pytest.mark.usefixtures("_shop")
def test_campaigns_that_only_codes_give_a_discount_are_not_offered() -> None:
    """The journey's campaigns are such; they once made every scenario about rules fail."""
    CampaignFactory(discount=None)

    assert "All answers are equal." in command(baskets=2)


def test_needs_an_order() -> None:
    with pytest.raises(CommandError, match="No order is stored"):
        command(baskets=1)
    with pytest.raises(CommandError, match="no order with a product"):
        command(baskets=1, promotions=1)
