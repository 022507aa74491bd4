"""The way back to a version, changes for later and what waits, on the pages of what has versions."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.models import ApprovalRequest
from approvals.services import carrying_out
from promotions.models import Campaign
from promotions.selectors import versions as known
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.approvals.world import DEEP, person, policy
from tests.factories.promotions import percent
from tests.promotions.versioned_shop import BY, Shop, opened

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "on"}


@pytest.fixture
def shop() -> Shop:
    return opened()


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def mia() -> Client:
    return browser_of(person("mia", "User"))


def address(row: Any, page: str, **query: str) -> str:
    found = reverse(f"admin:promotions_{row._meta.model_name}_{page}", args=[row.pk])
    return f"{found}?{'&'.join(f'{key}={value}' for key, value in query.items())}" if query else found


def text(answer: Any) -> str:
    plain = html.unescape(re.sub("<[^>]*>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", plain)


class Sent(HTMLParser):
    """What a browser would send of the form of a page as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.in_form = False
        self.writes, self.chooses = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "form" and found.get("id", "").endswith("_form"):
            self.in_form = True
        elif not self.in_form or not (name or tag == "option"):
            return
        elif tag == "input" and found.get("type") in ("checkbox", "radio"):
            if "checked" in found:
                self.values.setdefault(name, []).append(found.get("value", "on"))
        elif tag == "input" and found.get("type") not in ("submit", "button"):
            self.values[name] = found.get("value", "")
        elif tag == "textarea":
            self.writes, self.values[name] = name, ""
        elif tag == "select":
            self.chooses = name
        elif tag == "option" and self.chooses and "selected" in found:
            self.values.setdefault(self.chooses, []).append(found.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.writes:
            self.values[self.writes] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        self.in_form &= tag != "form"
        self.writes = "" if tag == "textarea" else self.writes
        self.chooses = "" if tag == "select" else self.chooses


def fields(browser: Client, row: Any) -> dict[str, Any]:
    parser = Sent()
    parser.feed(browser.get(address(row, "change")).text)
    assert parser.values
    return parser.values


def later(hours: int = 5) -> dict[str, str]:
    at = timezone.localtime(timezone.now() + timedelta(hours=hours)).replace(second=0, microsecond=0)
    return {"takes_effect_0": at.strftime("%Y-%m-%d"), "takes_effect_1": at.strftime("%H:%M:%S")}


def test_two_clicks_bring_a_version_back(mia: Client, shop: Shop) -> None:
    campaigns.update(campaign_id=shop.campaign.pk, spec=CampaignSpec(values={"discount": percent(50)}), **BY)
    page = mia.get(address(shop.campaign, "change"))
    back = address(shop.campaign, "revert", version="1")
    assert back in page.text
    assert address(shop.campaign, "revert", version="2") not in page.text

    dialog = mia.get(back)
    assert "Discount 50 % off the order → 10 % off the order" in text(dialog)
    assert Campaign.objects.get(pk=shop.campaign.pk).discount == percent(50)
    done = mia.post(back, CONFIRMED)

    assert done.headers["HX-Redirect"] == address(shop.campaign, "change")
    assert Campaign.objects.get(pk=shop.campaign.pk).discount == percent(10)
    assert known.of(shop.campaign)[0].actor_label == "mia"


def test_a_refusal_is_said_on_the_page(mia: Client, shop: Shop) -> None:
    mia.post(address(shop.campaign, "revert", version="1"), CONFIRMED)

    assert "Everything is as in version 1 already" in text(mia.get(address(shop.campaign, "change")))


def test_a_policy_makes_it_a_request(mia: Client, shop: Shop) -> None:
    campaigns.update(campaign_id=shop.campaign.pk, spec=CampaignSpec(values={"discount": percent(50)}), **BY)
    policy("Finance")

    mia.post(address(shop.campaign, "revert", version="1"), CONFIRMED)

    assert ApprovalRequest.objects.get().operation == "campaigns.revert"
    page = text(mia.get(address(shop.campaign, "change")))
    assert "Waiting changes (1)" in page
    assert "Discount: 50 % off the order becomes 10 % off the order" in page
    assert "When it is approved" in page


def test_who_may_only_look_is_offered_nothing(shop: Shop) -> None:
    viewer = browser_of(person("vi", "Viewer"))
    campaigns.update(campaign_id=shop.campaign.pk, spec=CampaignSpec(values={"discount": percent(50)}), **BY)

    page = viewer.get(address(shop.campaign, "change"))

    assert "Go back to this version" not in page.text
    assert "takes_effect" not in page.text
    assert viewer.get(address(shop.campaign, "revert", version="1")).status_code == 403
    assert viewer.post(address(shop.campaign, "revert", version="1"), CONFIRMED).status_code == 403


@pytest.mark.parametrize("version", ["", "9", "x", "²"])
def test_no_such_version_leads_to_the_page(mia: Client, shop: Shop, version: str) -> None:
    answer = mia.post(address(shop.campaign, "revert", version=version), CONFIRMED)

    assert (answer.status_code, answer.headers["Location"]) == (302, address(shop.campaign, "change"))


@pytest.mark.parametrize(
    ("name", "change", "operation"),
    [
        ("campaign", {"percent_off": "33"}, "campaigns.update"),
        ("tier", {"amount_off": "4.00"}, "promotions.update"),
        ("alone", {"percent_off": "33"}, "vouchers.update"),
        ("rule", {"message": "Not for you"}, "validation_rules.update"),
        ("budget", {"limit_money": "77.00"}, "budgets.update"),
    ],
)
def test_a_change_for_later_changes_nothing_before(
    shop: Shop, name: str, change: dict[str, str], operation: str
) -> None:
    browser, row = browser_of(person("ada", "Admin")), getattr(shop, name)
    before = known.of(row)[0].content
    sent = {**fields(browser, row), **change, **later()}

    answer = browser.post(address(row, "change"), sent)

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert answer.headers["Location"].endswith("#waiting")
    request = ApprovalRequest.objects.get()
    assert (request.operation, request.state) == (operation, ApprovalRequest.State.APPROVED)
    assert known.of(row)[0].content == before
    assert "Nothing is changed yet" in text(browser.get(address(row, "change")))
    carrying_out.carry_out_due(now=timezone.now() + timedelta(hours=6))
    assert known.of(row)[0].content != before
    assert ApprovalRequest.objects.get().state == ApprovalRequest.State.APPLIED


def test_a_time_that_is_past_is_an_error_of_the_field(mia: Client, shop: Shop) -> None:
    sent = {**fields(mia, shop.campaign), "percent_off": "33", **later(-5)}

    answer = mia.post(address(shop.campaign, "change"), sent)

    assert answer.context["adminform"].form.errors["takes_effect"] == [
        "Choose a time that is still to come, or leave it empty."
    ]
    assert not ApprovalRequest.objects.exists()


def test_without_a_time_it_is_changed_at_once(mia: Client, shop: Shop) -> None:
    answer = mia.post(address(shop.campaign, "change"), {**fields(mia, shop.campaign), "percent_off": "33"})

    assert answer.status_code == 302
    assert Campaign.objects.get(pk=shop.campaign.pk).discount["percent_off"] == 33


def test_nothing_to_change_later_is_said_in_the_form(mia: Client, shop: Shop) -> None:
    answer = mia.post(address(shop.campaign, "change"), {**fields(mia, shop.campaign), **later()})

    assert "leaves everything as it is" in text(answer)


def test_what_waits_is_shown_and_cancelled_by_who_may(shop: Shop) -> None:
    policy("Finance", conditions=[DEEP])
    mia, ben = browser_of(person("mia", "User")), browser_of(person("ben", "User"))
    mia.post(address(shop.campaign, "change"), {**fields(mia, shop.campaign), "percent_off": "33", **later()})
    request = ApprovalRequest.objects.get()
    cancel = address(shop.campaign, "withdraw", request=request.public_id)

    shown = text(mia.get(address(shop.campaign, "change")))
    assert "10 % off the order becomes 33 % off the order" in shown
    assert "asked by mia" in shown
    assert cancel in mia.get(address(shop.campaign, "change")).text
    assert cancel not in ben.get(address(shop.campaign, "change")).text
    ben.post(cancel, CONFIRMED)
    assert ApprovalRequest.objects.get().state == ApprovalRequest.State.PENDING
    assert request.title in text(mia.get(cancel))
    mia.post(cancel, CONFIRMED)

    assert ApprovalRequest.objects.get().state == ApprovalRequest.State.WITHDRAWN
    assert "Nothing waits" in text(mia.get(address(shop.campaign, "change")))


def test_an_earlier_change_warns_of_later_ones_that_do_not_know_it(mia: Client, shop: Shop) -> None:
    for change, hours in (({"percent_off": "20"}, 9), ({"voucher_redemption_quantity": "3"}, 4)):
        sent = {**fields(mia, shop.campaign), **change, **later(hours)}
        answer = mia.post(address(shop.campaign, "change"), sent, follow=True)

    assert "Later changes do not know of it" in text(answer)


def test_a_draft_is_changed_at_once(mia: Client, shop: Shop) -> None:
    spec = CampaignSpec(values={"name": "Idea", "discount": percent(5)}, is_draft=True)
    draft = campaigns.create(spec=spec, **BY)

    assert "takes_effect" not in mia.get(address(draft, "change")).text


def test_the_page_costs_the_same_with_many_versions(mia: Client, shop: Shop, count_queries: Any) -> None:
    def change(*percents: int) -> None:
        for value in percents:
            spec = CampaignSpec(values={"discount": percent(value)})
            campaigns.update(campaign_id=shop.campaign.pk, spec=spec, **BY)

    change(11, 12)
    few = count_queries(lambda: mia.get(address(shop.campaign, "change")))
    change(*range(13, 33))

    assert count_queries(lambda: mia.get(address(shop.campaign, "change"))) == few
