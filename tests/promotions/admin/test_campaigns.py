from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry, ProjectSettings
from promotions.models import Campaign, PromotionTier, Voucher
from tests.factories.promotions import CampaignFactory, CategoryFactory, VoucherFactory

ADD = "/admin/promotions/campaign/add/"
FORM = {
    "campaign_type": "DISCOUNT_COUPONS",
    "type": "STATIC",
    "name": "Spring sale",
    "discount_type": "PERCENT",
    "percent_off": "12.5",
    "discount_limit": "20.00",
    "codes_wanted": "3",
    "pattern": "SPRING-####",
    "charset": "easy",
    "voucher_redemption_quantity": "1",
    "metadata-0-key": "owner",
    "metadata-0-kind": "text",
    "metadata-0-value": "Mara",
}


def page(campaign: Campaign) -> str:
    return reverse("admin:promotions_campaign_change", args=[campaign.pk])


def actions(row: Any) -> list[str]:
    found = AuditEntry.objects.filter(entity_id=row.public_id).order_by("pk")
    return list(found.values_list("action", flat=True))


def test_form_makes_a_campaign_with_its_codes(admin_page: Client, db: None) -> None:
    answer = admin_page.post(ADD, FORM)

    campaign = Campaign.objects.get()
    assert answer.status_code == 302
    assert campaign.discount == {
        "type": "PERCENT",
        "percent_off": 12.5,
        "amount_limit": 2000,
        "effect": "APPLY_TO_ORDER",
    }
    assert campaign.metadata == {"owner": "Mara"}
    codes = Voucher.objects.filter(campaign=campaign)
    assert [(code.code[:7], code.redemption_quantity) for code in codes] == [("SPRING-", 1)] * 3
    assert actions(campaign) == ["campaign.created", "campaign.vouchers.added"]


def test_form_makes_a_campaign_with_one_code_for_everybody(admin_page: Client, db: None) -> None:
    one_code = {**FORM, "type": "STANDALONE", "code": "WELCOME", "voucher_redemption_quantity": ""}

    admin_page.post(ADD, one_code)

    assert Campaign.objects.get().type == Campaign.Type.STANDALONE
    assert list(Voucher.objects.values_list("code", "redemption_quantity")) == [("WELCOME", None)]


def test_form_makes_a_promotion_with_its_first_tier(admin_page: Client, db: None) -> None:
    amount = {"discount_type": "AMOUNT", "amount_off": "7.50", "percent_off": "", "banner": "7.50 off"}

    admin_page.post(ADD, {**FORM, **amount, "campaign_type": "PROMOTION"})

    tier = PromotionTier.objects.get()
    assert (tier.name, tier.banner, tier.hierarchy) == ("Spring sale", "7.50 off", 1)
    assert tier.discount == {"type": "AMOUNT", "amount_off": 750, "effect": "APPLY_TO_ORDER"}
    assert tier.campaign.discount is None
    assert Voucher.objects.count() == 0


def test_dates_are_those_of_the_project(admin_page: Client, settings_row: ProjectSettings) -> None:
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")

    admin_page.post(
        ADD, {**FORM, "starts_at_0": "2026-07-01", "starts_at_1": "00:00", "weekdays": ["6", "0"]}
    )

    campaign = Campaign.objects.get()
    assert campaign.starts_at is not None
    assert campaign.starts_at.isoformat() == "2026-06-30T22:00:00+00:00"
    assert campaign.days_of_week == [0, 6]


def test_hours_of_the_day_carry_their_days(admin_page: Client, db: None) -> None:
    admin_page.post(ADD, {**FORM, "weekdays": ["1"], "hours_from": "09:00", "hours_until": "11:00"})

    campaign = Campaign.objects.get()
    assert campaign.days_of_week is None
    assert campaign.validity_hours == {
        "daily": [{"days_of_week": [1], "start_time": "09:00", "expiration_time": "11:00"}]
    }


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"percent_off": ""}, "Say how much."),
        ({"percent_off": "101"}, "less than or equal to 100"),
        ({"discount_limit": "1.234"}, "with two decimals at most"),
        ({"type": "STANDALONE", "code": ""}, "Write the code that everybody uses."),
        ({"hours_until": "11:00"}, "Say from when."),
        (
            {
                "starts_at_0": "2026-07-02",
                "starts_at_1": "00:00",
                "ends_at_0": "2026-07-01",
                "ends_at_1": "00:00",
            },
            "The end must lie after the start.",
        ),
        ({"pattern": "#"}, "at least"),
        ({"metadata-0-kind": "number"}, "Mara is not a number"),
    ],
)
def test_mistakes_are_explained_and_nothing_is_made(
    change: dict[str, str], text: str, admin_page: Client, db: None
) -> None:
    answer = admin_page.post(ADD, {**FORM, "codes_wanted": "20", **change})

    assert answer.status_code == 200
    assert text in answer.text
    assert Campaign.objects.count() == 0


def test_a_taken_name_is_refused_by_the_service(admin_page: Client, db: None) -> None:
    CampaignFactory(name="Spring sale")

    answer = admin_page.post(ADD, FORM)

    assert "Duplicated campaign exists with name Spring sale" in answer.text
    assert Campaign.objects.count() == 1
    assert Voucher.objects.count() == 0


def test_change_goes_through_the_service(admin_page: Client, db: None) -> None:
    campaign = CampaignFactory(metadata={"owner": "Mara", "left": 1})
    category = CategoryFactory()
    form = {
        **FORM,
        "name": "Late spring",
        "percent_off": "15",
        "discount_limit": "",
        "category": category.pk,
        "voucher_redemption_quantity": "",
    }

    answer = admin_page.post(page(campaign), form)

    campaign.refresh_from_db()
    assert answer.status_code == 302, answer.text
    assert (campaign.name, campaign.category) == ("Late spring", category)
    assert campaign.discount["percent_off"] == 15
    assert campaign.metadata == {"owner": "Mara"}
    assert actions(campaign) == ["campaign.updated"]
    changed = AuditEntry.objects.get(action="campaign.updated").after
    assert changed is not None
    assert set(changed) == {"name", "category", "discount", "metadata"}


def test_saving_without_a_change_keeps_everything(admin_page: Client, db: None) -> None:
    hours = {"daily": [{"days_of_week": [2], "start_time": "09:00", "expiration_time": "11:00"}]}
    campaign = CampaignFactory(validity_hours=hours, metadata={"list": [1, 2], "flag": True, "size": 3})
    form = admin_page.get(page(campaign)).context["adminform"].form
    sent = {name: value for name, value in form.initial.items() if value is not None}
    sent |= {"weekdays": ["2"], "hours_from": "09:00", "hours_until": "11:00", "percent_off": "10"}
    stored = (("list", "stored", "[1, 2]"), ("flag", "boolean", "yes"), ("size", "number", "3"))
    for number, (key, kind, value) in enumerate(stored):
        sent |= {
            f"metadata-{number}-key": key,
            f"metadata-{number}-kind": kind,
            f"metadata-{number}-value": value,
        }

    answer = admin_page.post(page(campaign), sent)

    campaign.refresh_from_db()
    assert answer.status_code == 302
    assert campaign.validity_hours == hours
    assert campaign.metadata == {"list": [1, 2], "flag": True, "size": 3}
    assert actions(campaign) == []


def test_a_campaign_whose_codes_have_their_own_discounts_can_be_saved(admin_page: Client, db: None) -> None:
    campaign = CampaignFactory(discount=None)

    answer = admin_page.post(page(campaign), {"name": "Other name"})

    campaign.refresh_from_db()
    assert answer.status_code == 302, answer.text
    assert (campaign.name, campaign.discount) == ("Other name", None)
    assert "each code has its own" in admin_page.get("/admin/promotions/campaign/").text


def test_repeating_windows_are_shown_in_words_and_stay(admin_page: Client, db: None) -> None:
    campaign = CampaignFactory(
        starts_at="2026-03-01T00:00:00Z", timeframe_interval="P1W", timeframe_duration="P1D"
    )
    text = admin_page.get(page(campaign)).text

    admin_page.post(page(campaign), {**FORM, "starts_at_0": "2026-03-02", "starts_at_1": "00:00"})

    campaign.refresh_from_db()
    assert "open for 1 day every 1 week" in text
    assert 'name="weekdays"' not in text
    assert (campaign.timeframe_interval, campaign.starts_at.day) == ("P1W", 2)


def test_buttons_switch_and_say_so(press: Callable[..., Any], db: None) -> None:
    campaign = CampaignFactory()

    off = press(campaign, "disable")
    campaign.refresh_from_db()
    is_off = not campaign.is_active
    press(campaign, "enable")
    campaign.refresh_from_db()

    assert off["HX-Redirect"] == page(campaign)
    assert is_off
    assert campaign.is_active
    assert actions(campaign) == ["campaign.disabled", "campaign.enabled"]


def test_opening_a_dialog_changes_nothing(admin_page: Client, db: None) -> None:
    campaign = CampaignFactory()

    for button in ("disable", "to_bin", "add_codes"):
        admin_page.get(reverse(f"admin:promotions_campaign_{button}", args=[campaign.pk]))

    campaign.refresh_from_db()
    assert (campaign.is_active, campaign.deleted_at, campaign.vouchers_count) == (True, None, 0)


def test_codes_are_added_by_pattern(press: Callable[..., Any], db: None) -> None:
    campaign = CampaignFactory()

    press(campaign, "add_codes", count="4", pattern="MORE-#####")

    campaign.refresh_from_db()
    assert campaign.vouchers_count == 4
    assert Voucher.objects.filter(campaign=campaign, code__startswith="MORE-").count() == 4


def test_delete_puts_it_into_the_bin(press: Callable[..., Any], db: None) -> None:
    campaign = CampaignFactory()

    press(campaign, "to_bin")

    campaign.refresh_from_db()
    assert campaign.deleted_at is not None
    assert campaign.released_at is None


def test_several_are_disabled_from_the_list(admin_page: Client, db: None) -> None:
    first, second, other = CampaignFactory.create_batch(3)

    admin_page.post(
        "/admin/promotions/campaign/",
        {"action": "disable_chosen", "_selected_action": [first.pk, second.pk]},
    )

    assert list(Campaign.objects.filter(is_active=True)) == [other]


def test_list_shows_words_and_no_json(admin_page: Client, redeem: Callable[..., Any], db: None) -> None:
    campaign = CampaignFactory(name="Spring sale")
    redeem(VoucherFactory(campaign=campaign, code="S1"), amount=123450)

    listing = admin_page.get("/admin/promotions/campaign/").text

    assert "10 % off the order" in listing
    assert "123.45\N{NO-BREAK SPACE}EUR" in listing
    assert "APPLY_TO_ORDER" not in listing
    assert campaign.public_id not in listing


@pytest.mark.parametrize(
    ("state", "names"),
    [("RUNNING", ["now"]), ("SCHEDULED", ["later"]), ("ENDED", ["gone"]), ("PAUSED", ["off"])],
)
def test_filter_by_state(state: str, names: list[str], admin_page: Client, db: None) -> None:
    CampaignFactory(name="now")
    CampaignFactory(name="later", starts_at="2100-01-01T00:00:00Z")
    CampaignFactory(name="gone", ends_at="2020-01-01T00:00:00Z")
    CampaignFactory(name="off", is_active=False)

    found = admin_page.get(f"/admin/promotions/campaign/?state={state}").context["cl"].result_list

    assert [campaign.name for campaign in found] == names


@pytest.mark.parametrize("button", ["disable", "enable", "to_bin", "add_codes"])
@pytest.mark.parametrize("key", ["999999", "no-key"])
def test_a_button_of_a_row_that_has_gone_leads_nowhere(
    admin_page: Client, db: None, key: str, button: str
) -> None:
    address = reverse(f"admin:promotions_campaign_{button}", args=[key])
    filled = {"_form_submitted": "on", "count": "4", "pattern": "MORE-#####"}

    assert admin_page.post(address, filled).status_code == 404
