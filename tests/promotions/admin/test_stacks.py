from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from promotions.models import PromotionStack, PromotionTier
from promotions.selectors import stacks
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    promotion_stack,
)
from tests.promotions.api.catalogue import audited

ADD = "/admin/promotions/promotionstack/add/"


@pytest.fixture
def tiers(db: None) -> list[PromotionTier]:
    campaign = CampaignFactory(promotion=True, name="Spring")
    return [PromotionTierFactory(campaign=campaign, name=f"T{place}", hierarchy=place) for place in (1, 2, 3)]


def page(stack: PromotionStack) -> str:
    return reverse("admin:promotions_promotionstack_change", args=[stack.pk])


def posted(name: str, *tiers: PromotionTier | None) -> dict[str, str]:
    """The form as a browser sends it; None is a place left empty."""
    chosen = {f"tiers_{place}": tier.public_id if tier else "" for place, tier in enumerate(tiers)}
    return {"name": name, "category": "", **chosen}


def names(stack: PromotionStack) -> list[str]:
    found = stacks.printable(PromotionStack.objects.filter(pk=stack.pk)).get()
    return [place.tier.name for place in found.stacked_tiers.all()]


def test_a_new_one_begins_with_all_tiers_of_the_promotion(
    admin_page: Client, tiers: list[PromotionTier]
) -> None:
    category = CategoryFactory()
    form = {"campaign": tiers[0].campaign_id, "name": "Both", "category": category.pk}

    answer = admin_page.post(ADD, form)

    stack = PromotionStack.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page(stack))
    assert (stack.name, stack.category, names(stack)) == ("Both", category, ["T1", "T2", "T3"])
    assert audited() == ["promotion_stack.created"]


def test_a_promotion_without_tiers_is_refused_in_words(admin_page: Client, db: None) -> None:
    campaign = CampaignFactory(promotion=True)

    answer = admin_page.post(ADD, {"campaign": campaign.pk, "name": "Both", "category": ""})

    assert "This promotion has no tiers yet" in answer.text
    assert not PromotionStack.objects.exists()


def test_only_promotions_are_offered(admin_page: Client, tiers: list[PromotionTier]) -> None:
    coupons = CampaignFactory(name="Coupons")

    answer = admin_page.post(ADD, {"campaign": coupons.pk, "name": "Both", "category": ""})

    assert "Select a valid choice" in answer.text
    assert not PromotionStack.objects.exists()


def test_tiers_are_sorted_taken_out_and_added(admin_page: Client, tiers: list[PromotionTier]) -> None:
    stack = promotion_stack(tiers[0], tiers[1], name="Both")

    admin_page.post(page(stack), posted("Both", tiers[1], tiers[0], None, tiers[2]))
    assert names(stack) == ["T2", "T1", "T3"]

    admin_page.post(page(stack), posted("New", None, tiers[0]))
    stack.refresh_from_db()
    assert (stack.name, names(stack)) == ("New", ["T1"])
    assert audited() == ["promotion_stack.updated"] * 2


def test_nothing_new_changes_nothing(admin_page: Client, tiers: list[PromotionTier]) -> None:
    stack = promotion_stack(tiers[1], tiers[0], name="Both")

    assert admin_page.post(page(stack), posted("Both", tiers[1], tiers[0])).status_code == 302
    assert (names(stack), audited()) == (["T2", "T1"], [])


@pytest.mark.parametrize(
    ("chosen", "words"),
    [((0, 0), "one place only"), ((None, None), "This field is required"), ((3,), "Select a valid choice")],
)
def test_wrong_choices_come_back_with_the_reason(
    admin_page: Client, tiers: list[PromotionTier], chosen: tuple[Any, ...], words: str
) -> None:
    everything = [*tiers, PromotionTierFactory()]
    stack = promotion_stack(tiers[0], name="Both")
    wanted = [None if place is None else everything[place] for place in chosen]

    answer = admin_page.post(page(stack), posted("Both", *wanted))

    assert words in answer.text
    assert names(stack) == ["T1"]


def test_the_page_shows_the_tiers_in_order(admin_page: Client, tiers: list[PromotionTier]) -> None:
    stack = promotion_stack(tiers[1], tiers[0], name="Both")

    answer = admin_page.get(page(stack))

    form = answer.context["adminform"].form
    assert form.initial["tiers"] == [tiers[1].public_id, tiers[0].public_id]
    assert stack.public_id in answer.text
    assert answer.text.count('name="tiers_') == 5


def test_deletes(admin_page: Client, tiers: list[PromotionTier]) -> None:
    stack = promotion_stack(*tiers)
    address = reverse("admin:promotions_promotionstack_delete", args=[stack.pk])

    assert "Its tiers stay." in admin_page.get(address).text
    admin_page.post(address, {"post": "yes"})

    assert not PromotionStack.objects.exists()
    assert PromotionTier.objects.filter(deleted_at=None).count() == 3
