from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from promotions.models import Budget, BudgetAlert, BudgetPlan
from tests.factories.budgets import BudgetFactory, CounterFactory, draw
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory
from tests.promotions.api.catalogue import audited

LIST = "/admin/promotions/budget/"
ADD = f"{LIST}add/"


def page(budget: Budget) -> str:
    return reverse("admin:promotions_budget_change", args=[budget.pk])


def filled(**values: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    return {
        "name": "Spring",
        "measure": "DISCOUNT",
        "limit_money": "5000",
        "limit_count": "",
        "period": "EVER",
        "per": "TOTAL",
        "customer_key": "ID",
        "field": "",
        "channels": "",
        "stores": "",
        "policy": "REFUSE",
        "thresholds": "50, 80, 95, 100",
        "starts_on": "",
        "ends_on": "",
        **values,
    }


def test_the_list_says_in_words_and_figures_how_each_stands(admin_page: Client) -> None:
    campaign = CampaignFactory(name="Autumn beans")
    budgets = {
        name: BudgetFactory(name=name, limit=100_000, **extra)
        for name, extra in {
            "Calm": {},
            "Tight": {},
            "Gone": {},
            "Quiet": {"is_active": False},
        }.items()
    }
    BudgetFactory(name="Lonely")
    for budget in budgets.values():
        draw(budget, campaign)
    CounterFactory(budget=budgets["Tight"], value=75_000, held=5_000)
    CounterFactory(budget=budgets["Gone"], value=100_000)

    answer = admin_page.get(LIST)

    rows = {budget.name: budget for budget in answer.context["cl"].result_list}
    text = answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert list(rows) == ["Calm", "Gone", "Lonely", "Quiet", "Tight"]
    for words in ("In force", "Near the limit", "Used up", "Off", "Without campaigns"):
        assert words in text
    assert "750.00 EUR" in text
    assert "of 1,000.00 EUR, 50.00 EUR held" in text
    assert 'aria-label="75 % used, 5 % held"' in text
    assert "200.00 EUR" in text


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [budget.name for budget in answer.context["cl"].result_list]


def test_filters(admin_page: Client) -> None:
    campaign = CampaignFactory()
    near = BudgetFactory(name="Near", limit=100, measure="UNITS")
    full = BudgetFactory(name="Full", limit=100, period="DAY")
    past = BudgetFactory(name="Past", limit=100, period="DAY")
    draw(near, campaign)
    BudgetFactory(name="Nothing to give", limit=0)
    CounterFactory(budget=near, value=70, held=10)
    CounterFactory(budget=full, value=100, period=timezone.localdate().isoformat())
    CounterFactory(budget=past, value=100, period="2026-01-01")
    CounterFactory(budget=BudgetFactory(name="Calm", limit=100), value=79)

    assert names(admin_page.get(LIST, {"left": "NEAR"})) == ["Full", "Near", "Nothing to give"]
    assert names(admin_page.get(LIST, {"left": "NOTHING"})) == ["Full", "Nothing to give"]
    assert names(admin_page.get(LIST, {"measure": "UNITS"})) == ["Near"]
    assert names(admin_page.get(LIST, {"measure__exact": "UNITS"})) == ["Near"]
    assert names(admin_page.get(LIST, {"period__exact": "DAY"})) == ["Full", "Past"]
    assert names(admin_page.get(LIST, {"campaigns__id__exact": campaign.pk})) == ["Near"]
    assert names(admin_page.get(LIST, {"q": "thing to"})) == ["Nothing to give"]


def test_list_cost_does_not_grow(admin_page: Client, count_queries: Callable[[Any], int]) -> None:
    def some(count: int) -> None:
        for number in range(count):
            budget = BudgetFactory(per="STORE" if number % 2 else "TOTAL")
            draw(budget, CampaignFactory(), CampaignFactory())
            subjects = ("store:a", "store:b") if number % 2 else ("",)
            for subject in subjects:
                CounterFactory(budget=budget, value=number, subject=subject)

    some(2)
    admin_page.get(LIST)
    few = count_queries(lambda: admin_page.get(LIST))
    some(10)

    assert count_queries(lambda: admin_page.get(LIST)) == few


def test_makes_one(admin_page: Client) -> None:
    campaigns = [CampaignFactory(name="A"), CampaignFactory(name="B")]
    month = timezone.localdate().replace(day=1)
    form = filled(
        per="STORE",
        field="branch",
        channels="web, mobile",
        stores="gdansk",
        thresholds="100, 50",
        drawing=[campaign.pk for campaign in campaigns],
        starts_on=month.isoformat(),
        **{f"months-{month:%Y-%m}": "1200.50", f"months-{month + timedelta(days=31):%Y-%m}": ""},
    )

    answer = admin_page.post(ADD, form)

    budget = Budget.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert (budget.name, budget.limit, budget.per, budget.field) == ("Spring", 500_000, "STORE", "branch")
    assert (budget.channels, budget.stores, budget.thresholds) == (["web", "mobile"], ["gdansk"], [50, 100])
    assert sorted(budget.campaigns.values_list("name", flat=True)) == ["A", "B"]
    assert list(BudgetPlan.objects.values_list("month", "amount")) == [(month, 120_050)]
    assert audited() == ["budget.created"] + ["budget.campaign_attached"] * 2


def test_counts_are_whole_numbers(admin_page: Client) -> None:
    month = timezone.localdate().replace(day=1)
    form = filled(measure="REDEMPTIONS", limit_money="", limit_count="250", **{f"months-{month:%Y-%m}": "30"})

    assert admin_page.post(ADD, form).status_code == 302
    budget = Budget.objects.get()
    assert (budget.limit, budget.plan.get().amount) == (250, 30)
    assert "250 redemptions" in admin_page.get(LIST).text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"limit_money": ""}, "Say what may be spent"),
        ({"limit_money": "12.345"}, "two decimals at most"),
        ({"measure": "UNITS", "limit_count": "-1"}, "greater than or equal to 0"),
        ({"thresholds": "50, half"}, "Write percentages from 1 to 100"),
        ({"starts_on": "2026-03-02", "ends_on": "2026-03-01"}, "must not end before it begins"),
        (
            {"measure": "REDEMPTIONS", "limit_count": "1", "policy": "GIVE_WHAT_IS_LEFT"},
            "A part can be given",
        ),
        ({"per": "CUSTOMER", "customer_key": "METADATA"}, "Say which metadata field"),
        ({"months-2026-03": "much"}, "March 2026: Write an amount"),
        ({"starts_on": "2026-04-01", "months-2026-03": "5"}, "holds 2026-03"),
        ({"name": "Taken"}, "Duplicated budget exists with name Taken"),
    ],
)
def test_wrong_input_comes_back_with_the_reason(
    admin_page: Client, values: dict[str, Any], words: str
) -> None:
    BudgetFactory(name="Taken")

    answer = admin_page.post(ADD, filled(**values))

    assert (answer.status_code, words in answer.text) == (200, True)
    assert (Budget.objects.count(), audited()) == (1, [])


def saved(browser: Client, budget: Budget, **values: Any) -> Any:
    """Send the form back as it was shown, with some other values."""
    form = browser.get(page(budget)).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields if name != "months"}
    months = {f"months-{month:%Y-%m}": "" for month in form.initial["months"]}
    sent = {name: "" if value is None else value for name, value in {**shown, **months}.items()}
    return browser.post(page(budget), {**sent, **values})


def test_saving_without_a_change_changes_nothing(admin_page: Client) -> None:
    budget = BudgetFactory(channels=["web"], thresholds=[10, 20])
    draw(budget, CampaignFactory())

    assert saved(admin_page, budget).status_code == 302

    budget.refresh_from_db()
    assert (budget.limit, budget.channels, budget.campaigns.count()) == (100_000, ["web"], 1)
    assert audited() == []


def test_a_limit_below_the_use_says_the_lowest_in_money(admin_page: Client) -> None:
    budget = BudgetFactory(limit=100_000)
    CounterFactory(budget=budget, value=60_000, held=5_050)

    answer = saved(admin_page, budget, limit_money="650.49")
    assert "can be 650.50 EUR at the lowest" in answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert Budget.objects.get().limit == 100_000

    assert saved(admin_page, budget, limit_money="650.50").status_code == 302
    assert Budget.objects.get().limit == 65_050


def test_versions_say_who_changed_which_terms(admin_page: Client) -> None:
    admin_page.post(ADD, filled())
    budget = Budget.objects.get()
    saved(admin_page, budget, limit_money="6000")

    text = admin_page.get(page(budget)).text.replace("\N{NO-BREAK SPACE}", " ")

    panel = text[text.index('id="versions-group"') :]
    assert all(words in panel for words in ("5,000.00 EUR", "6,000.00 EUR", "root"))


def test_how_it_counts_cannot_be_chosen_once_something_was_drawn(admin_page: Client) -> None:
    budget = BudgetFactory()
    CounterFactory(budget=budget, value=1)

    answer = admin_page.get(page(budget))
    saved(admin_page, budget, measure="UNITS", period="DAY", per="STORE", name="New")

    assert "Make a new budget instead" in answer.text
    budget.refresh_from_db()
    assert (budget.measure, budget.period, budget.per, budget.name) == ("DISCOUNT", "EVER", "TOTAL", "New")


def test_the_page_shows_figures_campaigns_alerts_and_a_chart(admin_page: Client) -> None:
    today = timezone.localdate()
    budget = BudgetFactory(
        limit=100_000, starts_on=today - timedelta(days=9), ends_on=today + timedelta(days=10)
    )
    draw(budget, CampaignFactory(name="Autumn beans"))
    CounterFactory(budget=budget, value=75_000, held=5_000)
    BudgetAlert.objects.create(
        budget=budget, threshold=50, used=51_000, limit=100_000, reached_at=timezone.now()
    )

    answer = admin_page.get(page(budget))

    text = answer.text.replace("\N{NO-BREAK SPACE}", " ")
    facts = {fact.title: fact.value for fact in answer.context["page_facts"]}
    assert facts["Used"].startswith("750.00")
    assert facts["Held"].startswith("50.00")
    assert facts["Left"].startswith("200.00")
    assert facts["Runs out"] == "Not enough data yet"
    assert "Autumn beans" in text
    assert "510.00 EUR" in text
    # Ten of twenty days: half of the limit was planned by today.
    assert "250.00 EUR more than planned" in text
    assert [panel.key for panel in answer.context["page_panels"]] == [
        "counters",
        "campaigns",
        "alerts",
        "waiting",
        "versions",
    ]


@pytest.mark.parametrize("period", ["EVER", "DAY", "WEEK", "MONTH"])
@pytest.mark.parametrize("per", ["TOTAL", "CUSTOMER", "CHANNEL", "STORE"])
def test_every_kind_of_budget_has_a_page(admin_page: Client, period: str, per: str) -> None:
    budget = BudgetFactory(period=period, per=per, measure="UNITS", limit=7)
    draw(budget, CampaignFactory())
    today = timezone.localdate()
    key = {"EVER": "", "DAY": today.isoformat(), "MONTH": today.replace(day=1).isoformat()}.get(period, "x")
    subject = {
        "TOTAL": "",
        "CUSTOMER": f"customer:{CustomerFactory(name='Ada Lovelace').pk}",
        "CHANNEL": "channel:web",
        "STORE": "store:",
    }[per]
    CounterFactory(budget=budget, period=key, subject=subject, value=3)

    answer = admin_page.get(page(budget))

    assert answer.status_code == 200
    assert admin_page.get(LIST).status_code == 200
    words = {"TOTAL": "Everybody together", "CUSTOMER": "Ada Lovelace", "CHANNEL": "web", "STORE": "No store"}
    assert period == "WEEK" or words[per] in answer.text


def test_warns_of_budgets_that_limit_nothing(admin_page: Client) -> None:
    lonely, quiet = BudgetFactory(), BudgetFactory(is_active=False)
    draw(quiet, CampaignFactory())

    assert "No campaign draws on this budget" in admin_page.get(page(lonely)).text
    assert "This budget is switched off" in admin_page.get(page(quiet)).text


def test_buttons(admin_page: Client, press: Callable[..., Any]) -> None:
    budget = BudgetFactory()

    press(budget, "disable")
    assert not Budget.objects.get().is_active
    press(budget, "enable")
    assert Budget.objects.get().is_active
    press(budget, "to_bin")

    assert Budget.objects.get().deleted_at is not None
    assert audited() == ["budget.disabled", "budget.enabled", "budget.deleted"]
    assert names(admin_page.get(LIST)) == []


@pytest.mark.parametrize("who", ["Viewer", "Support", "Merchant", "Reviewer"])
def test_others_see_and_do_not_touch(page_as: Callable[[str], Client], who: str) -> None:
    browser = page_as(who)
    budget = BudgetFactory(name="Spring", limit=500_000)

    text = browser.get(page(budget)).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "At most 5,000.00 EUR of discounts." in text
    assert 'name="limit_money"' not in text
    assert browser.get(LIST).status_code == 200
    assert browser.get(ADD).status_code == 403
    assert browser.post(page(budget), filled(limit_money="1")).status_code == 403
    address = reverse("admin:promotions_budget_to_bin", args=[budget.pk])
    assert browser.post(address, {"_form_submitted": "on"}).status_code == 403
    budget.refresh_from_db()
    assert (budget.limit, budget.deleted_at) == (500_000, None)


def test_finance_changes_beside_a_role(page_as: Callable[[str], Client], db: None) -> None:
    from django.contrib.auth.models import Group, User

    browser = page_as("Viewer")
    User.objects.get().groups.add(Group.objects.get(name="Finance"))

    assert browser.post(ADD, filled()).status_code == 302
    budget = Budget.objects.get()
    assert saved(browser, budget, limit_money="7").status_code == 302
    assert Budget.objects.get().limit == 700
    assert browser.get("/admin/promotions/campaign/add/").status_code == 403


def test_finance_alone_reads_the_rest(page_as: Callable[[str], Client]) -> None:
    browser = page_as("Finance")

    assert browser.post(ADD, filled()).status_code == 302
    assert Budget.objects.count() == 1
    assert browser.get("/admin/promotions/campaign/").status_code == 200
    assert browser.get("/admin/promotions/campaign/add/").status_code == 403


def test_a_campaign_shows_its_budgets(admin_page: Client) -> None:
    campaign = CampaignFactory()
    budget = BudgetFactory(name="Shared pot", limit=100_000)
    draw(budget, campaign)
    CounterFactory(budget=budget, value=40_000)

    text = admin_page.get(reverse("admin:promotions_campaign_change", args=[campaign.pk])).text

    assert "Shared pot" in text
    assert "400.00" in text


def test_the_plan_offers_the_months_of_its_dates(admin_page: Client) -> None:
    budget = BudgetFactory(starts_on=date(2026, 3, 15), ends_on=date(2026, 5, 2))
    BudgetPlan.objects.create(budget=budget, month=date(2026, 4, 1), amount=120_000)

    form = admin_page.get(page(budget)).context["adminform"].form

    assert form.initial["months"] == {
        date(2026, 3, 1): None,
        date(2026, 4, 1): 120_000,
        date(2026, 5, 1): None,
    }
    assert 'name="months-2026-04" value="1200.00"' in str(form["months"])
