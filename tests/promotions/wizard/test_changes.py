"""A change that something proposes is begun in the wizard, with its answer filled in."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from promotions.admin.wizard import changes, keys
from promotions.models import Campaign, CampaignSetup
from tests.factories.promotions import CampaignFactory, CategoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_root(rf: RequestFactory) -> Any:
    request = rf.post("/")
    request.user = User.objects.create_superuser("root", "root@shop.example", "not-a-real-secret")
    return request


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory(name="Spring")


def test_excluded_products_stand_in_the_step_of_products(request_of_root: Any, campaign: Campaign) -> None:
    url = changes.begin(request_of_root, campaign.pk, excluded=["products_collection:pc_shoes"])

    row = CampaignSetup.objects.get()
    assert url == f"/admin/promotions/campaign/wizard/{row.pk}/{keys.PRODUCTS}/"
    assert row.campaign == campaign
    assert row.answers[keys.PRODUCTS]["excluded"] == ["products_collection:pc_shoes"]
    assert row.base["answers"][keys.PRODUCTS]["excluded"] == []
    campaign.refresh_from_db()
    assert campaign.discount["percent_off"] == 10


def test_what_was_begun_is_gone_on_with(request_of_root: Any, campaign: Campaign) -> None:
    changes.begin(request_of_root, campaign.pk, excluded=["product:prod_1"])

    url = changes.begin(request_of_root, campaign.pk, not_segments=["seg_vip"])

    row = CampaignSetup.objects.get()
    assert url.endswith(f"/{row.pk}/{keys.AUDIENCE}/")
    assert row.answers[keys.PRODUCTS]["excluded"] == ["product:prod_1"]
    assert row.answers[keys.AUDIENCE]["not_segments"] == ["seg_vip"]


def test_the_same_twice_is_said_once(request_of_root: Any, campaign: Campaign) -> None:
    for _ in range(2):
        changes.begin(request_of_root, campaign.pk, excluded=["product:prod_1"])

    assert CampaignSetup.objects.get().answers[keys.PRODUCTS]["excluded"] == ["product:prod_1"]


def test_one_category_stands_in_the_step_of_texts(request_of_root: Any, campaign: Campaign) -> None:
    category = CategoryFactory(name="Seasonal")

    url = changes.begin(request_of_root, campaign.pk, category=category.public_id)

    row = CampaignSetup.objects.get()
    assert url.endswith(f"/{keys.TEXTS}/")
    assert row.answers[keys.TEXTS]["category"] == category.public_id


def test_who_may_not_change_campaigns_begins_nothing(rf: RequestFactory, campaign: Campaign) -> None:
    request = rf.post("/")
    request.user = User.objects.create_user("eve", is_staff=True)

    with pytest.raises(PermissionDenied):
        changes.begin(request, campaign.pk, excluded=["product:prod_1"])

    assert not CampaignSetup.objects.exists()
