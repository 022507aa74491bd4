"""The page of a campaign's performance: what it says, and what it costs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.actors import Actor
from core.models import ProjectSettings
from insights.services import metrics
from promotions.models import Campaign, Redemption
from promotions.services import rollbacks
from promotions.services.rollbacks import RollbackSpec
from tests.factories.promotions import CampaignFactory, VoucherFactory, amount
from tests.promotions.admin.conftest import admin_page, page_as, redeem

__all__ = ["admin_page", "page_as", "redeem"]

pytestmark = pytest.mark.django_db

Redeem = Callable[..., Redemption]


@pytest.fixture
def campaign(db: None) -> Campaign:
    ProjectSettings.objects.update(time_zone="Europe/Warsaw", currency="EUR")
    made = CampaignFactory(name="Spring =sale", discount=amount(150))
    VoucherFactory(code="SPRING", campaign=made, discount=None, redemption_quantity=None)
    return made


def address(campaign: Campaign, **question: str) -> str:
    return reverse("admin:insights_performance", args=[campaign.pk], query=question)


def tiles(answer: Any) -> dict[str, tuple[str, str]]:
    return {
        fact.title: (fact.value.replace("\xa0", " "), fact.note.replace("\xa0", " "))
        for fact in answer.context["tiles"]
    }


def code(campaign: Campaign) -> Any:
    return campaign.vouchers.get()


def count() -> None:
    metrics.follow(now=timezone.now())


def test_says_what_came_of_a_campaign_within_the_pass_after_it(
    admin_page: Client, campaign: Campaign, redeem: Redeem, actor: Actor
) -> None:
    count()
    redeem(code(campaign), amount=10_000)
    taken_back = redeem(code(campaign), amount=20_000)
    rollbacks.roll_back(
        redemption_id=taken_back.public_id, spec=RollbackSpec(), actor=actor, now=timezone.now()
    )
    redeem(code(campaign), amount=4_000)
    campaign.vouchers.update(is_active=False)
    redeem(code(campaign))
    count()

    answer = admin_page.get(address(campaign))

    assert tiles(answer) == {
        "Redemptions": ("2", "0 in the days before · 1 taken back"),
        "Discount given": ("3.00 EUR", "0.00 EUR in the days before"),
        "Revenue of its orders": ("137.00 EUR", "0.00 EUR in the days before · 2 orders · 68.50 EUR each"),
        "Customers": ("1", "0 in the days before · 1 new, 0 had bought before"),
        "Refused": ("1", "0 in the days before · 25 % of all attempts"),
        "Validations": ("0", "0 in the days before"),
    }
    text = answer.content.decode()
    assert "The code is disabled" in text
    assert "tests" not in [row.name for row in answer.context["channels"]]
    assert [row.values[0] for row in answer.context["channels"]] == ["2"]
    assert [row.name for row in answer.context["stores"]] == ["No store was named"]


def test_the_part_that_follows_is_no_whole_page(
    admin_page: Client, campaign: Campaign, redeem: Redeem
) -> None:
    count()
    redeem(code(campaign))
    count()

    answer = admin_page.get(address(campaign, period="today", live="1"))

    text = answer.content.decode()
    assert "<html" not in text
    assert 'hx-trigger="every 10s [!document.hidden' in text
    assert 'id="performance-shares" class="fanfare-overview" hx-swap-oob="true"' in text
    assert tiles(answer)["Redemptions"][0] == "1"


def test_is_compared_with_another_campaign_in_the_same_days(
    admin_page: Client, campaign: Campaign, redeem: Redeem
) -> None:
    other = CampaignFactory(name="Autumn", discount=amount(50))
    VoucherFactory(code="AUTUMN", campaign=other, discount=None, redemption_quantity=None)
    count()
    for voucher in (code(campaign), code(campaign), code(campaign), code(other), code(other)):
        redeem(voucher)
    count()

    answer = admin_page.get(
        address(campaign, period="30d", against="campaign", other=f"campaign:{other.public_id}")
    )

    assert tiles(answer)["Redemptions"] == ("3", "+50 % against 2 in “Autumn”")
    assert tiles(answer)["Discount given"] == ("4.50 EUR", "+350 % against 1.00 EUR in “Autumn”")


def test_wrong_days_are_said_and_the_usual_ones_are_shown(admin_page: Client, campaign: Campaign) -> None:
    answer = admin_page.get(address(campaign, period="own", first="2026-03-10", last="2026-03-01"))

    assert answer.status_code == 200
    assert "The last day lies before the first." in answer.content.decode()
    assert admin_page.get(address(campaign, period="nonsense")).status_code == 200
    assert admin_page.get(address(campaign, period="own", first="1000000-01-01")).status_code == 200
    assert admin_page.get(address(campaign, against="campaign", period="7d")).status_code == 200


def test_teaches_where_nothing_happened_yet(admin_page: Client, campaign: Campaign) -> None:
    text = admin_page.get(address(campaign)).content.decode()

    assert "Nobody has tried to use it yet. Give its codes to customers" in text
    assert reverse("admin:promotions_why") in text


def test_the_file_holds_no_formulas(
    admin_page: Client, campaign: Campaign, redeem: Redeem, actor: Actor
) -> None:
    count()
    redeem(code(campaign), metadata={"store": "=1+1"})
    redeem(code(campaign), metadata={"store": "oslo"})
    count()

    answer = admin_page.get(
        reverse("admin:insights_performance_csv", args=[campaign.pk], query={"period": "7d"})
    )

    assert answer["Content-Disposition"].startswith('attachment; filename="spring-sale-')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["store"], row["redemptions"], row["discount_amount"]) for row in rows] == [
        ("'=1+1", "1", "150"),
        ("oslo", "1", "150"),
    ]


def test_its_button_stands_on_the_campaign(admin_page: Client, campaign: Campaign) -> None:
    button = reverse("admin:promotions_campaign_performance", args=[campaign.pk])

    assert (
        button
        in admin_page.get(reverse("admin:promotions_campaign_change", args=[campaign.pk])).content.decode()
    )
    assert admin_page.get(button)["Location"] == address(campaign)


def test_cost_does_not_grow(
    admin_page: Client, campaign: Campaign, redeem: Redeem, count_queries: Callable[[Any], int]
) -> None:
    count()
    redeem(code(campaign))
    count()
    whole, live = address(campaign, period="90d"), address(campaign, period="90d", live="1")
    admin_page.get(whole)
    few = count_queries(lambda: admin_page.get(whole)), count_queries(lambda: admin_page.get(live))

    for number in range(12):
        other = CampaignFactory(name=f"Other {number}", discount=amount(50))
        VoucherFactory(code=f"OTHER{number}", campaign=other, discount=None, redemption_quantity=None)
        redeem(code(other))
        redeem(code(campaign), metadata={"store": f"store-{number}"})
    count()

    assert (
        count_queries(lambda: admin_page.get(whole)),
        count_queries(lambda: admin_page.get(live)),
    ) == few


def test_nobody_limited_to_places_sees_others_campaigns(
    page_as: Callable[..., Client], campaign: Campaign
) -> None:
    """A page that is out of reach is not there (K2)."""
    campaign.deleted_at = timezone.now() - timedelta(days=1)
    campaign.save(update_fields=["deleted_at"])

    assert page_as("Viewer").get(address(campaign)).status_code == 404
