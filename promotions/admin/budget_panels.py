"""What the pages of budgets and campaigns show of a budget: a bar, figures, related rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.contrib import admin
from django.db.models import Count, Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from commerce.admin.rows import customer_name
from commerce.models import Customer
from core import project, words
from core.admin.pages import SHOWN_ROWS, Fact, Panel
from promotions import budget_subjects, budget_words
from promotions.admin import rows
from promotions.budget_forecast import Forecast
from promotions.models import Budget, BudgetAlert, Campaign, ValidationSession
from promotions.selectors import budget_customers, budget_outlook
from promotions.selectors import budgets as selectors
from promotions.selectors.budgets import Standing

MOST_COUNTERS: Final = 50


def bar(budget: Budget, standing: Standing, *, note: str = "", is_plain: bool = False) -> str:
    """Used, held and left, drawn and in exact figures; `is_plain`: where the figures stand beside it."""
    whole = max(1, standing.limit)
    used = 100 if not standing.limit else min(100, 100 * standing.used // whole)
    held = min(100 - used, -(-100 * standing.held // whole))
    level = "full" if not standing.left else "near" if standing.taken >= budget_words.NEAR else "fine"
    return render_to_string(
        "promotions/admin/budget_bar.html",
        {
            "used_share": max(used, 1) if standing.used else used,
            "held_share": held,
            "level": level,
            "used": budget_words.amount(budget, standing.used),
            "held": budget_words.amount(budget, standing.held) if standing.held else "",
            "limit": budget_words.amount(budget, standing.limit),
            "note": note,
            "is_plain": is_plain,
        },
    )


def state_label(budget: Budget, standing: Standing, *, has_campaigns: bool) -> str:
    state = budget_words.state(budget, standing, has_campaigns=has_campaigns)
    return words.label(state, budget_words.STATE_COLOURS[state])


def budget_link(budget: Budget) -> str:
    return words.link(budget.name, reverse("admin:promotions_budget_change", args=[budget.pk]))


class Page:
    """The page of one budget at one moment: everything is looked up once."""

    def __init__(self, budget: Budget, now: datetime) -> None:
        self.budget, self.now = budget, now
        self.settings = project.current()
        self.today = budget_outlook.today_of(self.settings, now)
        self.standings = selectors.standings(budget, self.settings, now, most=MOST_COUNTERS)
        self.forecasts: Sequence[Forecast | None] = [None] * len(self.standings)
        if budget.per != Budget.Per.CUSTOMER:
            self.forecasts = budget_outlook.forecasts(budget, self.standings, self.settings, now)

    @property
    def first(self) -> Standing:
        return self.standings[0] if self.standings else Standing(limit=self.budget.limit)

    @property
    def first_forecast(self) -> Forecast | None:
        return self.forecasts[0] if self.forecasts else None

    def facts(self) -> list[Fact]:
        budget = self.budget
        if budget.per != Budget.Per.TOTAL:
            return self._facts_of_many()
        standing, forecast = self.first, self.first_forecast
        pace = budget_words.pace(budget, forecast)
        return [
            Fact(
                title="Used",
                value=budget_words.amount(budget, standing.used),
                note=f"of {budget_words.amount(budget, standing.limit)}",
            ),
            Fact(
                title="Held",
                value=budget_words.amount(budget, standing.held),
                note="by baskets that are not paid yet",
                url=_holds_url(),
            ),
            Fact(
                title="Left",
                value=budget_words.amount(budget, standing.left),
                note=_until(budget, standing),
            ),
            Fact(title="Runs out", value=budget_words.lasts(budget, forecast, self.today), note=pace),
        ]

    def _facts_of_many(self) -> list[Fact]:
        budget = self.budget
        running = selectors.counters(budget).filter(
            period=selectors.period_of(budget.period, self.settings, self.now)
        )
        sums = running.aggregate(
            number=Count("pk"), used=Sum("value", default=0), held=Sum("held", default=0)
        )
        one = {Budget.Per.STORE: "store", Budget.Per.CHANNEL: "channel"}.get(
            Budget.Per(budget.per), "customer"
        )
        return [
            Fact(
                title="Limit",
                value=budget_words.amount(budget, budget.limit),
                note=f"for each {one}",
            ),
            Fact(
                title="Used in all",
                value=budget_words.amount(budget, sums["used"]),
                note=f"by {words.count(sums['number'], one)}",
            ),
            Fact(title="Held in all", value=budget_words.amount(budget, sums["held"]), url=_holds_url()),
            Fact(
                title=f"Least left for a {one}",
                value=budget_words.amount(budget, self.first.left),
                note=self._subject(self.first, {}) if self.standings and one != "customer" else "",
            ),
        ]

    def panels(self) -> list[Panel]:
        return [self._counters(), self._campaigns(), self._alerts()]

    def _counters(self) -> Panel:
        budget = self.budget
        customers = budget_customers.customers([standing.subject for standing in self.standings])
        is_shared = budget.per == Budget.Per.TOTAL
        return Panel(
            key="counters",
            title="Now",
            headers=("Counted for", "Period", "Used", "Held", "Left", "", "Runs out"),
            rows=[
                (
                    self._subject(standing, customers),
                    budget_words.period(budget, standing.period) or "In all",
                    budget_words.amount(budget, standing.used),
                    budget_words.amount(budget, standing.held),
                    budget_words.amount(budget, standing.left),
                    bar(budget, standing, is_plain=True),
                    budget_words.lasts(budget, forecast, self.today),
                )
                for standing, forecast in zip(self.standings, self.forecasts, strict=True)
            ],
            empty="Nothing was used yet." if is_shared else "Nobody used anything of it in this period.",
        )

    def _subject(self, standing: Standing, customers: dict[int, Customer]) -> str:
        subject = budget_subjects.read(standing.subject)
        customer = None
        if subject is not None and subject.kind == budget_subjects.CUSTOMER:
            customer = customers.get(int(subject.key))
        if customer is None:
            return budget_words.subject(standing.subject)
        url = reverse("admin:commerce_customer_change", args=[customer.pk])
        return words.link(customer_name(customer), url)

    def _campaigns(self) -> Panel:
        budget = self.budget
        drawn = {one.campaign_id: one for one in selectors.drawn_by_campaign(budget, self.settings, self.now)}
        total = sum(one.amount for one in drawn.values())
        drawing = {draw.campaign_id: draw.campaign for draw in budget.draws.all()}
        former = Campaign.objects.in_bulk([pk for pk in drawn if pk not in drawing])
        found = []
        for pk, campaign in {**drawing, **former}.items():
            one = drawn.get(pk)
            amount = one.amount if one else 0
            found.append(
                (
                    amount,
                    (
                        rows.campaign_link(campaign) if pk in drawing else _former(campaign),
                        words.number(one.redemptions if one else 0),
                        budget_words.amount(budget, amount),
                        f"{100 * amount // total} %" if total else words.NOTHING,
                    ),
                )
            )
        return Panel(
            key="campaigns",
            title="Campaigns",
            headers=("Campaign", "Redemptions", "Took", "Share"),
            rows=[row for _, row in sorted(found, key=lambda pair: -pair[0])],
            empty="No campaign draws on it, so it counts nothing. Choose them under Details.",
        )

    def _alerts(self) -> Panel:
        budget = self.budget
        found = list(
            BudgetAlert.objects.filter(budget=budget).order_by("-reached_at", "-threshold")[:SHOWN_ROWS]
        )
        customers = budget_customers.customers([alert.subject for alert in found])
        return Panel(
            key="alerts",
            title="Alerts",
            headers=("When", "Reached", "Used", "Limit then", "Counted for", "Period"),
            rows=[
                (
                    words.when(alert.reached_at),
                    f"{alert.threshold} %",
                    budget_words.amount(budget, alert.used),
                    budget_words.amount(budget, alert.limit),
                    self._subject(Standing(subject=alert.subject, limit=0), customers),
                    budget_words.period(budget, alert.period) or "In all",
                )
                for alert in found
            ],
            empty="No threshold was reached so far.",
        )


def of_campaign(campaign: Campaign, now: datetime) -> Panel:
    """The budgets that a campaign draws on, for its page."""
    found = list(selectors.printable(selectors.present().filter(campaigns=campaign)).order_by("name", "pk"))
    settings = project.current()
    outlooks = budget_outlook.outlooks(found, settings, now) if found else {}
    today = budget_outlook.today_of(settings, now)
    return Panel(
        key="budgets",
        title="Budgets",
        headers=("Budget", "Limits", "State", "Used", "Runs out"),
        rows=[
            (
                budget_link(budget),
                budget_words.subject_of_limit(budget),
                state_label(budget, outlooks[budget.pk].fullest.standing, has_campaigns=True),
                bar(budget, outlooks[budget.pk].fullest.standing),
                budget_words.lasts(budget, outlooks[budget.pk].forecast, today),
            )
            for budget in found
        ],
        empty="No budget limits this campaign. Finance adds it to one on the budget's page.",
    )


def _former(campaign: Campaign) -> str:
    link = rows.campaign_link(campaign)
    return format_html('{} <span class="fanfare-muted">draws on it no longer</span>', link)


def _until(budget: Budget, standing: Standing) -> str:
    period = budget_words.period(budget, standing.period)
    if period:
        return f"for {period}"
    return f"{100 - standing.taken} % of the limit"


def _holds_url() -> str:
    """The list of what baskets hold."""
    if admin.site.is_registered(ValidationSession):
        return reverse("admin:promotions_validationsession_changelist")
    return ""
