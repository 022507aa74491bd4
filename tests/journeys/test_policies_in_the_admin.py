"""An administrator says who has to say yes, reads it in a sentence, tries it, and goes on holiday."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from approvals.models import Delegation, Policy
from approvals.policies import Condition, PolicyContent
from promotions.models.campaigns import Lifecycle
from tests.factories.commerce import SegmentFactory
from tests.factories.promotions import CampaignFactory, percent
from tests.journeys.conftest import person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LIST = "/admin/approvals/policy/"
SPACE = "\N{NO-BREAK SPACE}"


def house() -> None:
    """People, a draft of 30 percent, a segment."""
    person("ada", "Admin")
    person("cora", "Category")
    person("fiona", "Finance")
    person("frank", "Finance")
    SegmentFactory(name="VIP")
    SegmentFactory(name="Staff")
    CampaignFactory(name="Autumn beans", discount=percent(30), lifecycle=Lifecycle.DRAFT, is_active=False)


def fill_in(tab: Page) -> None:
    """A policy in the form of a new one: two conditions, two stages, due after a day."""
    tab.fill("#id_name", "Deep discounts")
    tab.get_by_label("Launch a campaign").check()
    conditions = tab.locator("[data-policy-rows=conditions]")
    conditions.get_by_text("Add a condition").click()
    row = conditions.locator("[data-row='0']")
    row.get_by_label("What").select_option("discount_percent")
    row.get_by_label("Value").fill("25")
    conditions.get_by_text("Add a condition").click()
    row = conditions.locator("[data-row='1']")
    row.get_by_label("What").select_option("segments")
    row.get_by_label("How").select_option("is_none_of")
    row.get_by_label("Staff").check()
    stages = tab.locator("[data-policy-rows=stages]")
    for at, (group, people) in enumerate((("Finance", "2"), ("Category", "1"))):
        stages.get_by_text("Add a stage").click()
        row = stages.locator(f"[data-row='{at}']")
        row.get_by_label("Group").select_option(group)
        row.get_by_label("How many people").fill(people)
    tab.fill("#id_due_hours", "24")


def test_a_policy_from_its_first_row_to_the_simulator(tab: Page) -> None:
    house()
    sign_in(tab, "ada", at=LIST)

    tab.goto(f"{LIST}add/")
    fill_in(tab)
    said = tab.locator("[data-sentence]")
    expect(said).to_have_text(
        f"For “Launch a campaign”, if the discount is at least 25{SPACE}% and a segment is not Staff, "
        "2 of Finance and then 1 of Category have to say yes within 24 hours."
    )
    tab.get_by_label("Ask earlier").click()
    expect(said).to_contain_text("1 of Category and then 2 of Finance")
    tab.click("[name=_save]")
    tab.wait_for_load_state("networkidle")

    content = PolicyContent.from_json(Policy.objects.get().content)
    assert content.conditions == (
        Condition(fact="discount_percent", operator="at_least", value=25),
        Condition(fact="segments", operator="is_none_of", value=["Staff"]),
    )
    assert [(one.group, one.needed) for one in content.stages] == [("Category", 1), ("Finance", 2)]
    assert content.due_hours == 24

    tab.goto("/admin/approvals/simulator/")
    tab.get_by_label("What").select_option(label="Autumn beans (draft)")
    tab.get_by_text("Show", exact=True).click()
    answer = tab.locator(".simulator-answer")
    expect(answer).to_contain_text("1 of Category and then 2 of Finance have to say yes within 24 hours.")
    expect(answer).to_contain_text("Fiona, Frank")


def test_conditions_are_taken_out_and_mistakes_stay_where_they_are(tab: Page) -> None:
    house()
    sign_in(tab, "ada", at=LIST)
    tab.goto(f"{LIST}add/")
    fill_in(tab)
    conditions = tab.locator("[data-policy-rows=conditions]")
    conditions.locator("[data-row='0']").get_by_label("Value").fill("deep")
    tab.click("[name=_save]")
    tab.wait_for_load_state("networkidle")

    wrong = conditions.locator("[data-row='0']")
    expect(wrong).to_contain_text("Write a percentage such as 25.")
    expect(wrong.get_by_label("Value")).to_have_value("deep")
    assert not Policy.objects.exists()
    wrong.get_by_label("Take the condition out").click()
    tab.click("[name=_save]")
    tab.wait_for_load_state("networkidle")

    content = PolicyContent.from_json(Policy.objects.get().content)
    assert [one.fact for one in content.conditions] == ["segments"]


def test_places_change_in_the_list(tab: Page) -> None:
    house()
    for at, name in enumerate(("First", "Second", "Third"), start=1):
        stages = [{"name": "Finance", "group": "Finance", "needed": 1}]
        content = {"operations": ["budgets.update"], "stages": stages}
        Policy.objects.create(name=name, position=at, content=content, created_at="2026-03-10T12:00Z")
    sign_in(tab, "ada", at=LIST)

    tab.get_by_label("Ask Third earlier").click()

    expect(tab.locator(".policy-name")).to_have_text(["First", "Third", "Second"])
    assert list(Policy.objects.order_by("position").values_list("name", flat=True)) == [
        "First",
        "Third",
        "Second",
    ]


def test_somebody_says_that_he_is_away_and_comes_back(tab: Page) -> None:
    house()
    sign_in(tab, "fiona", at=LIST)

    tab.goto("/admin/approvals/delegation/add/")
    tab.get_by_label("Who stands in").select_option(label="Cora")
    tab.fill("#id_starts_at_0", "2020-03-10")
    tab.fill("#id_starts_at_1", "08:00")
    tab.fill("#id_ends_at_0", "2090-03-20")
    tab.fill("#id_ends_at_1", "18:00")
    tab.click("[name=_save]")
    tab.wait_for_load_state("networkidle")
    expect(tab.locator("#result_list")).to_contain_text("Away now")

    tab.locator("#result_list").get_by_role("link", name="Fiona").click()
    tab.get_by_text("Back again").first.click()
    tab.get_by_role("button", name="Back again").last.click()
    expect(tab.locator("#result_list")).to_contain_text("Over")

    row = Delegation.objects.get()
    assert (row.person.username, row.stand_in.username) == ("fiona", "cora")
    assert row.ends_at.year < 2090
