"""Cloning, templates, variations and the bin in the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.actors import Actor
from core.models import BinEntry
from promotions.models import Campaign, CampaignTemplate, PromotionTier, Variation
from promotions.services import campaigns, templates, vouchers
from tests.conftest import NOW
from tests.factories.budgets import BudgetFactory
from tests.factories.commerce import SegmentFactory
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    VoucherFactory,
    percent,
)

BY: Any = {"actor": Actor.system("tests"), "now": NOW}
SUBMITTED = {"_form_submitted": "on"}


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:promotions_{name}", args=args)


@pytest.fixture
def sale(db: None) -> Campaign:
    campaign: Campaign = CampaignFactory(name="Sale", vouchers_count=12, discount=percent(20))
    return campaign


def test_a_campaign_is_cloned_from_its_page(admin_page: Client, sale: Campaign) -> None:
    BudgetFactory().campaigns.set([sale])
    dialog = f"{page('campaign_change', sale.pk).removesuffix('change/')}clone/"

    asked = admin_page.get(dialog)
    done = admin_page.post(dialog, {**SUBMITTED, "name": "Sale again", "codes": "5", "budgets": "none"})

    assert "counts against their limits" in asked.content.decode()
    clone = Campaign.objects.get(name="Sale again")
    assert done["HX-Redirect"] == page("campaign_change", clone.pk)
    assert (clone.lifecycle, clone.planned_codes, clone.budgets.count()) == ("DRAFT", 5, 0)


def test_rows_of_the_list_offer_clone_and_variations(
    admin_page: Client, page_as: Callable[[str], Client], sale: Campaign
) -> None:
    row = page("campaign_change", sale.pk).removesuffix("change/")

    def offered(browser: Client) -> tuple[bool, bool]:
        text = browser.get(page("campaign_changelist")).text
        return f"{row}clone/" in text, f"{row}vary/" in text

    assert offered(admin_page) == (True, True)
    assert offered(page_as("Viewer")) == (False, True)


def test_a_tier_is_cloned_into_its_promotion(admin_page: Client) -> None:
    tier = PromotionTierFactory(name="Gold")
    dialog = f"{page('promotiontier_change', tier.pk).removesuffix('change/')}clone/"

    admin_page.post(dialog, {**SUBMITTED, "name": "Silver", "campaign": tier.campaign_id})

    silver = PromotionTier.objects.get(name="Silver")
    assert (silver.campaign_id, silver.hierarchy) == (tier.campaign_id, tier.hierarchy + 1)


def test_a_campaign_is_kept_and_used_again(admin_page: Client, sale: Campaign) -> None:
    dialog = f"{page('campaign_change', sale.pk).removesuffix('change/')}keep/"
    admin_page.post(dialog, {**SUBMITTED, "name": "Twenty off", "description": "For slow weeks"})
    template = CampaignTemplate.objects.get()

    gallery = admin_page.get(page("campaigntemplate_changelist")).content.decode()
    form = admin_page.get(page("campaigntemplate_new", template.pk)).content.decode()
    made = admin_page.post(
        page("campaigntemplate_new", template.pk), {"name": "Slow week", "codes": "3", "_launch": ""}
    )

    assert "Twenty off" in gallery
    assert "For slow weeks" in gallery
    assert "20 % off the order" in gallery
    assert "20 % off the order" in form
    campaign = Campaign.objects.get(name="Slow week")
    assert made["Location"] == page("campaign_change", campaign.pk)
    assert (campaign.vouchers.count(), campaign.discount) == (3, percent(20))
    again = admin_page.post(page("campaigntemplate_new", template.pk), {"name": "Slow week", "codes": "3"})
    assert "Duplicated campaign exists with name Slow week" in again.content.decode()


def test_a_draft_and_a_promotion_offer_no_template(admin_page: Client) -> None:
    promotion = CampaignFactory(promotion=True)

    text = admin_page.get(page("campaign_change", promotion.pk)).content.decode()

    assert "Keep as a template" not in text
    assert "Clone" in text


def test_the_starters_come_once_and_read_well(admin_page: Client, db: None) -> None:
    empty = admin_page.get(page("campaigntemplate_changelist")).content.decode()
    admin_page.post(page("campaigntemplate_starters"))
    admin_page.post(page("campaigntemplate_starters"))

    gallery = admin_page.get(page("campaigntemplate_changelist")).content.decode()

    assert "Add templates to begin with" in empty
    assert "Add templates to begin with" not in gallery
    assert CampaignTemplate.objects.count() == 8
    assert "pc_all" not in gallery
    assert "prod_shipping" not in gallery
    assert "All products" in gallery


def test_every_starter_makes_a_campaign(db: None, settings_row: Any) -> None:
    for template in templates.add_starters(**BY):
        template.refresh_from_db()
        spec = templates.SetupSpec(name=f"{template.name}!", vouchers_count=1)
        setup = templates.set_up_campaign(template=template, spec=spec, **BY)
        assert setup.row.lifecycle == "LIVE"


def test_variations_are_made_from_a_file(admin_page: Client, sale: Campaign) -> None:
    SegmentFactory(name="VIPs")
    url = page("campaign_variations", sale.pk)
    text = "Name;Discount;Segment;Region\nNorth;25 %;VIPs;N\nSouth;;Nobody;S\n"
    file = SimpleUploadedFile("table.csv", text.encode("utf-8-sig"))

    shown = admin_page.post(url, {"_read": "1", "file": file}).content.decode()
    sent = {f"heading-{n}": name for n, name in enumerate(("Name", "Discount", "Segment", "Region"))}
    sent |= {f"cell-0-{n}": text for n, text in enumerate(("North", "25 %", "VIPs", "N"))}
    wrong = {**sent, **{f"cell-1-{n}": text for n, text in enumerate(("South", "", "Nobody", "S"))}}
    refused = admin_page.post(url, {**wrong, "_make": "1"}).content.decode()
    fixed = admin_page.post(url, {**wrong, "cell-1-2": "", "_check": "1"}).content.decode()

    assert "There is no segment “Nobody”." in shown
    assert "1 row cannot be made yet" in shown
    assert "There is no segment “Nobody”." in refused
    assert Variation.objects.count() == 0
    assert "25 % off the order" in fixed
    assert "Make 2 drafts" in fixed
    done = admin_page.post(url, {**wrong, "cell-1-2": "", "_make": "1"})
    assert done["Location"] == url
    grid = admin_page.get(url).content.decode()
    assert "Sale – North" in grid
    assert "25 % off the order" in grid


def test_variations_are_multiplied_changed_launched_and_unlinked(admin_page: Client, sale: Campaign) -> None:
    vips, staff = SegmentFactory(name="VIPs"), SegmentFactory(name="Staff")
    url = page("campaign_variations", sale.pk)

    table = admin_page.post(url, {"_multiply": "1", "segments": [vips.pk, staff.pk], "discount": "30"})
    sent = {"heading-0": "Name", "heading-1": "Segment", "_make": "1"}
    for row, name in enumerate(("VIPs", "Staff")):
        sent |= {f"cell-{row}-0": name, f"cell-{row}-1": name}
    admin_page.post(url, sent)
    ids = list(Campaign.objects.filter(variation__isnull=False).values_list("public_id", flat=True))

    assert "Make 2 drafts" in table.content.decode()
    nothing = admin_page.post(url, {"_change": "1", "chosen": ids}).content.decode()
    assert "Say what is to become different." in nothing
    admin_page.post(url, {"_change": "1", "chosen": ids, "discount": "40", "ends_on": "2027-01-31"})
    admin_page.post(url, {"_launch": "1", "chosen": ids})
    admin_page.post(url, {"_unlink": ids[0]})
    made = Campaign.objects.filter(public_id__in=ids)
    assert {(one.discount["percent_off"], one.lifecycle) for one in made} == {(40, "LIVE")}
    assert Variation.objects.count() == 1


def test_the_page_of_variations_costs_the_same_for_many(
    admin_page: Client, sale: Campaign, count_queries: Any
) -> None:
    url = page("campaign_variations", sale.pk)

    def add(*names: str) -> None:
        sent = {"heading-0": "Name", "_make": "1"}
        admin_page.post(url, sent | {f"cell-{n}-0": name for n, name in enumerate(names)})

    add("A", "B")
    admin_page.get(url)
    few = count_queries(lambda: admin_page.get(url))
    add("C", "D", "E", "F", "G")
    assert count_queries(lambda: admin_page.get(url)) == few


def test_gallery_and_bin_cost_the_same_for_many(
    admin_page: Client, sale: Campaign, count_queries: Any
) -> None:
    urls = (page("campaigntemplate_changelist"), reverse("admin:core_binentry_changelist"))

    def add(*names: str) -> None:
        for name in names:
            templates.create(of=sale, name=name, description="", **BY)
            vouchers.delete(voucher_id=VoucherFactory(campaign=sale).pk, force=False, **BY)

    add("A", "B")
    few = [count_queries(lambda url=url: admin_page.get(url)) for url in urls]  # type: ignore[misc]
    add("C", "D", "E", "F")
    assert [count_queries(lambda url=url: admin_page.get(url)) for url in urls] == few  # type: ignore[misc]


def test_what_is_in_the_bin_is_deleted_for_good(admin_page: Client, sale: Campaign) -> None:
    code = VoucherFactory(code="OLD", campaign=sale)
    vouchers.delete(voucher_id=code.pk, force=False, **BY)
    campaigns.delete(campaign_id=CampaignFactory(name="Gone").pk, force=False, **BY)
    url = reverse("admin:core_binentry_changelist")

    listed = admin_page.get(url).content.decode()
    entry = BinEntry.objects.get(resource_name="OLD")
    opened = admin_page.get(reverse("admin:core_binentry_change", args=[entry.pk])).content.decode()
    admin_page.post(f"{url}{entry.pk}/delete_for_good/", SUBMITTED)
    rest = list(BinEntry.objects.values_list("pk", flat=True))
    admin_page.post(url, {"action": "delete_chosen", "_selected_action": rest})

    assert "OLD" in listed
    assert "Gone" in listed
    assert "It cannot be restored" in opened
    assert BinEntry.objects.count() == 0
    code.refresh_from_db()
    assert code.released_at is not None


def test_the_page_of_a_campaign_sums_it_up(admin_page: Client, sale: Campaign) -> None:
    text = admin_page.get(page("campaign_change", sale.pk)).content.decode()

    assert "Since the beginning" in text
    assert "Discount given, less what was taken back" in text
