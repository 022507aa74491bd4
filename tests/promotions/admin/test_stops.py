"""The screen "Emergency stop", and where people are told of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.actors import Role
from core.models import ApiKey
from promotions.models import EmergencyStop, Redemption
from promotions.services import stops
from tests.conftest import NOW
from tests.factories.commerce import ProductCollectionFactory, ProductFactory
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory, VoucherFactory
from tests.factories.stops import BERT, person, restore, stop
from tests.promotions.api.catalogue import audited

pytestmark = pytest.mark.django_db
LIST = "/admin/promotions/emergencystop/"
ADD = f"{LIST}add/"


def page(found: EmergencyStop) -> str:
    return reverse("admin:promotions_emergencystop_change", args=[found.pk])


def press(browser: Client, found: EmergencyStop, button: str, **fields: Any) -> Any:
    address = reverse(f"admin:promotions_emergencystop_{button}", args=[found.pk])
    return browser.post(address, {"_form_submitted": "on", **fields})


def filled(**values: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    return {"what": "everything", "reason": "The price is wrong", "stores": "", "channels": "", **values}


def test_first_it_says_who_is_hit_then_it_stops(
    admin_page: Client, redeem: Callable[..., Redemption]
) -> None:
    campaign = CampaignFactory(name="Spring", vouchers_count=1200)
    CampaignFactory(name="Other", vouchers_count=7)
    code = VoucherFactory(code="SPRING", campaign=campaign, discount=None, redemption_quantity=None)
    redeem(code)
    redeem(VoucherFactory(code="OTHER"))
    sent = filled(what="listed", campaigns=[campaign.pk])

    looked = admin_page.post(ADD, sent)
    assert not EmergencyStop.objects.exists()
    stopped = admin_page.post(ADD, {**sent, "_stop": "1"})

    assert "Stop this now?" in looked.text
    assert "Campaign Spring" in looked.text
    facts = {fact.title: (fact.value, fact.note) for fact in looked.context_data["reach"]}
    assert facts == {
        "Live campaigns": ("1", ""),
        "Their codes": ("1,200", ""),
        "Live promotion tiers": ("0", ""),
        "Held in baskets": ("0", "refused, though held"),
        "Redemptions, last hour": ("1", "10.00\N{NO-BREAK SPACE}EUR of discounts"),
    }
    found = EmergencyStop.objects.get()
    assert (stopped.status_code, stopped.headers["Location"]) == (302, page(found))
    assert (found.started_label, found.reason, found.is_drill) == ("root", "The price is wrong", False)
    assert redeem(code).failure_code == "emergency_stop"


def test_everything_that_can_be_listed(admin_page: Client) -> None:
    campaign, category = CampaignFactory(name="Spring"), CategoryFactory(name="Toys")
    product, collection = ProductFactory(name="Ball"), ProductCollectionFactory(name="Balls")
    key = ApiKey.objects.create(app_id="app-1", name="Web shop", created_at=NOW)

    admin_page.post(
        ADD,
        filled(
            what="listed",
            campaigns=[campaign.pk],
            categories=[category.pk],
            products=[product.pk],
            collections=[collection.pk],
            stores="Berlin, Hamburg",
            channels="web",
            api_keys=[key.pk],
            is_drill="on",
            _stop="1",
        ),
    )

    found = EmergencyStop.objects.get()
    assert found.is_drill
    assert {kind: [one["name"] for one in listed] for kind, listed in found.covers.items()} == {
        "campaigns": ["Spring"],
        "categories": ["Toys"],
        "products": ["Ball"],
        "collections": ["Balls"],
        "stores": ["Berlin", "Hamburg"],
        "channels": ["web"],
        "api_keys": ["Web shop"],
    }


def test_everything_beats_what_was_listed_before(admin_page: Client) -> None:
    campaign = CampaignFactory()

    admin_page.post(ADD, filled(campaigns=[campaign.pk], _stop="1"))

    assert EmergencyStop.objects.get().covers == {"everything": True}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"what": ""}, "Choose what to stop."),
        ({"reason": " "}, "Write down the reason."),
        ({"what": "listed"}, "List at least one thing below, or stop everything."),
        ({"what": "listed", "stores": ", ,"}, "List at least one thing below, or stop everything."),
    ],
)
def test_a_form_that_says_too_little_comes_back(
    values: dict[str, str], says: str, admin_page: Client
) -> None:
    answer = admin_page.post(ADD, filled(**values, _stop="1"))

    assert (answer.status_code, says in answer.text) == (200, True)
    assert not EmergencyStop.objects.exists()


def test_back_keeps_what_was_filled_in(admin_page: Client) -> None:
    answer = admin_page.post(ADD, filled(what="listed", stores="Berlin", _back="1"))

    assert "Stop this now?" not in answer.text
    assert 'value="Berlin"' in answer.text
    assert not EmergencyStop.objects.exists()


def test_the_address_can_name_the_campaign(admin_page: Client) -> None:
    campaign = CampaignFactory(name="Spring")

    answer = admin_page.get(ADD, {"campaign": campaign.public_id})

    assert answer.context_data["form"].initial == {"what": "listed", "campaigns": [campaign.pk]}


def test_the_page_tells_the_whole_story(admin_page: Client, redeem: Callable[..., Redemption]) -> None:
    campaign = CampaignFactory(name="Spring", promotion=True)
    PromotionTierFactory(name="Ten", campaign=campaign)
    found = stop("Anna typed 90 %")
    redeem(VoucherFactory(code="FREE"))

    text = admin_page.get(page(found)).text

    for part in (
        "Everything",
        "Anna typed 90 %",
        "one person asks and another one confirms",
        "Spring",
        "Ten",
        "FREE",
        "Processes that met it",
        "Ask to restore",
    ):
        assert part in text
    assert "fanfare-alarm" in text
    assert "Confirm and restore" not in text
    assert "End the drill" not in text


def test_two_people_restore_it(admin_page: Client, page_as: Callable[[str], Client]) -> None:
    found = stop()

    press(admin_page, found, "ask_to_restore", reason="Fixed")
    press(admin_page, found, "confirm_restore")
    refused = admin_page.get(page(found))
    assert "Somebody else has to confirm" in refused.text
    assert EmergencyStop.objects.get().restored_at is None
    press(page_as("Finance"), found, "confirm_restore")

    assert EmergencyStop.objects.get().restored_label == "finance-person"
    text = admin_page.get(page(found)).text
    assert "Restored" in text
    assert not any(button in text for button in ("Ask to restore", "Confirm and restore", "fanfare-alarm"))
    assert audited()[-3:] == [
        f"emergency_stop.{step}" for step in ("started", "restore_requested", "restored")
    ]


def test_one_person_ends_a_drill(admin_page: Client) -> None:
    found = stop(drill=True)
    assert "End the drill" in admin_page.get(page(found)).text

    press(admin_page, found, "end_drill", reason="Done")

    assert EmergencyStop.objects.get().restored_at is not None


@pytest.mark.parametrize("group", ["Viewer", "User", "Merchant"])
def test_who_may_not_stop_sees_but_has_no_buttons(group: str, page_as: Callable[[str], Client]) -> None:
    found, browser = stop(), page_as(group)

    text = browser.get(page(found)).text + browser.get(LIST).text

    assert "Everything" in text
    assert not any(button in text for button in ("Ask to restore", "Stop something", ADD))
    assert browser.post(ADD, filled(_stop="1")).status_code == 403
    assert press(browser, found, "ask_to_restore", reason="why").status_code == 403
    assert EmergencyStop.objects.get().restore_asked_at is None


def test_the_list_says_what_each_is(admin_page: Client) -> None:
    CampaignFactory(name="Spring")
    restore(stop(campaigns=["Spring"]))
    asked = stop(stores=["Berlin"])
    stops.ask_to_restore(stop_id=asked.pk, reason="why", actor=BERT, now=NOW)
    stop(drill=True)
    stop()

    text = admin_page.get(LIST).text

    for part in ("Campaign Spring", "Store Berlin", "Restored", "Restore asked for", "Drill runs", "Stopped"):
        assert part in text


def test_the_overview_shows_those_in_force(admin_page: Client) -> None:
    CampaignFactory(name="Spring")
    assert "fanfare-alarm" not in admin_page.get("/admin/").text
    first, drill = stop("Wrong price", campaigns=["Spring"]), stop("Practice", drill=True)

    text = admin_page.get("/admin/").text
    restore(first)
    after = admin_page.get("/admin/").text
    stops.ask_to_restore(stop_id=drill.pk, reason="Done", actor=person("carl", role=Role.ADMIN), now=NOW)

    assert "campaign Spring" in text
    assert "Reason: Wrong price." in text
    assert "Nothing is refused." in text
    assert ("campaign Spring" in after, "Nothing is refused." in after) == (False, True)
    assert "fanfare-alarm" not in admin_page.get("/admin/").text


def test_a_campaign_says_that_it_is_stopped(admin_page: Client) -> None:
    toys = CategoryFactory(name="Toys")
    spring, other = CampaignFactory(name="Spring", category=toys), CampaignFactory(name="Other")

    def lead(campaign: Any) -> str:
        address = reverse("admin:promotions_campaign_change", args=[campaign.pk])
        return str(admin_page.get(address).context_data["page_lead"])

    assert "emergency" not in lead(spring)
    first = stop(categories=["Toys"])
    assert "Under emergency stop since" in lead(spring)
    assert page(first) in lead(spring)
    assert "emergency" not in lead(other)
    restore(first)
    stop(drill=True)

    assert "A drill covers it since" in lead(other)
    assert "Under emergency stop" not in lead(other)


def test_names_and_reasons_are_text_not_markup(admin_page: Client) -> None:
    campaign = CampaignFactory(name="<script>alert(1)</script>")
    sent = filled(what="listed", campaigns=[campaign.pk], reason="<b>why</b>")

    looked = admin_page.post(ADD, sent).text
    admin_page.post(ADD, {**sent, "_stop": "1"})
    overview = admin_page.get("/admin/").text
    own = admin_page.get(page(EmergencyStop.objects.get())).text

    for text in (looked, overview, own):
        assert "<script>alert(1)" not in text
        assert "<b>why</b>" not in text


def test_the_list_costs_the_same_however_long(
    admin_page: Client, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    stop()
    admin_page.get(LIST)
    few = count_queries(lambda: admin_page.get(LIST))
    for _ in range(8):
        stop()

    assert count_queries(lambda: admin_page.get(LIST)) == few
