from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.actors import Actor
from core.errors import DomainError, DuplicateFound, NotFound, ResourceInUse
from core.models import AuditEntry, OutboxEvent
from promotions.models import Budget, BudgetAlert, BudgetPlan, Campaign, Counter, Version
from promotions.services import budgets
from promotions.services.budget_terms import InvalidBudget, LimitTooLow
from promotions.services.budgets import BudgetSpec
from tests.conftest import NOW
from tests.factories.budgets import BudgetFactory, CounterFactory, draw
from tests.factories.promotions import CampaignFactory
from tests.promotions.api.catalogue import audited, told

BY: dict[str, Any] = {"actor": Actor.system("tests"), "now": NOW}
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def made(campaigns: list[Campaign] | None = None, plan: Any = None, **values: Any) -> Budget:
    spec = BudgetSpec(
        values={"name": "Spring", "limit": 10_000, **values},
        campaign_ids=[campaign.public_id for campaign in campaigns or []],
        plan=plan,
    )
    return budgets.create(spec=spec, **BY)


def changed(
    budget: Budget, campaigns: list[Campaign] | None = None, plan: Any = None, **values: Any
) -> Budget:
    ids = None if campaigns is None else [campaign.public_id for campaign in campaigns]
    spec = BudgetSpec(values=values, campaign_ids=ids, plan=plan)
    return budgets.update(budget_id=budget.pk, spec=spec, **BY)


def drawing(budget: Budget) -> list[str]:
    return sorted(budget.campaigns.values_list("name", flat=True))


def test_creates_with_campaigns_and_plan(db: None) -> None:
    spring, summer = CampaignFactory(name="Spring sale"), CampaignFactory(name="Summer sale")

    budget = made([summer, spring], plan={MARCH: 4_000, APRIL: 6_000}, thresholds=[90, 50, 90])

    budget.refresh_from_db()
    assert (budget.name, budget.limit, budget.created_at) == ("Spring", 10_000, NOW)
    assert (budget.measure, budget.period, budget.per, budget.policy) == (
        "DISCOUNT",
        "EVER",
        "TOTAL",
        "REFUSE",
    )
    assert budget.thresholds == [50, 90]
    assert drawing(budget) == ["Spring sale", "Summer sale"]
    assert dict(budget.plan.values_list("month", "amount")) == {MARCH: 4_000, APRIL: 6_000}
    assert audited() == told() == ["budget.created", "budget.campaign_attached", "budget.campaign_attached"]
    assert AuditEntry.objects.get(action="budget.created").after["plan"] == {
        "2026-03": 4_000,
        "2026-04": 6_000,
    }


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        ({}, {"thresholds": [50, 80, 95, 100], "field": "", "customer_key": "ID"}),
        ({"per": "CUSTOMER"}, {"thresholds": []}),
        ({"per": "CUSTOMER", "thresholds": [100]}, {"thresholds": [100]}),
        ({"per": "STORE"}, {"field": "store"}),
        ({"stores": ["gdansk", " krakow ", "gdansk"]}, {"stores": ["gdansk", "krakow"], "field": ""}),
        ({"per": "STORE", "field": "branch"}, {"field": "branch"}),
        ({"per": "CUSTOMER", "customer_key": "METADATA", "field": "card"}, {"field": "card"}),
        ({"limit": 0}, {"limit": 0}),
        ({"limit": 10**15}, {"limit": 10**15}),
        ({"measure": "UNITS", "policy": "GIVE_WHAT_IS_LEFT"}, {"policy": "GIVE_WHAT_IS_LEFT"}),
    ],
)
def test_settles_what_was_not_said(db: None, values: dict[str, Any], stored: dict[str, Any]) -> None:
    budget = made(**values)

    assert {name: getattr(budget, name) for name in stored} == stored


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "  "}, ".name must not be empty"),
        ({"limit": -1}, ".limit must be between 0 and"),
        ({"limit": 10**15 + 1}, ".limit must be between 0 and"),
        ({"starts_on": APRIL, "ends_on": MARCH}, "must not lie before"),
        ({"thresholds": [0]}, "percentages from 1 to 100"),
        ({"thresholds": [101]}, "percentages from 1 to 100"),
        ({"thresholds": list(range(1, 22))}, "at most 20 items"),
        ({"channels": [""]}, ".channels must hold names"),
        ({"stores": ["x" * 101]}, ".stores must hold names"),
        ({"stores": [str(n) for n in range(101)]}, ".stores must have at most 100"),
        ({"customer_key": "EMAIL"}, "with .per CUSTOMER only"),
        ({"per": "CUSTOMER", "customer_key": "METADATA"}, ".metadata_field is required"),
        ({"per": "CUSTOMER", "customer_key": "METADATA", "field": "email"}, ".metadata_field is required"),
        ({"stores": ["gdansk"], "field": "branch"}, ".metadata_field has a meaning with"),
        ({"field": "card"}, ".metadata_field has a meaning with"),
        ({"measure": "REDEMPTIONS", "policy": "GIVE_WHAT_IS_LEFT"}, ".policy must be REFUSE"),
        ({"measure": "ORDER_VALUE", "policy": "GIVE_WHAT_IS_LEFT"}, ".policy must be REFUSE"),
    ],
)
def test_refuses_what_does_not_fit(db: None, values: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidBudget) as refusal:
        made(**values)
    assert words in refusal.value.details
    assert (Budget.objects.count(), audited(), told()) == (0, [], [])

    budget = BudgetFactory()
    before = Budget.objects.values().get()
    with pytest.raises(InvalidBudget):
        changed(budget, **values)
    assert (Budget.objects.values().get(), audited()) == (before, [])


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({date(2026, 2, 1): 1}, "holds 2026-02"),
        ({date(2026, 6, 1): 1}, "holds 2026-06"),
        ({MARCH: -1}, ".amount must be between 0"),
        ({date(1000 + n, 1, 1): 1 for n in range(121)}, "at most 120"),
    ],
)
def test_a_plan_stays_within_its_dates(db: None, plan: Any, words: str) -> None:
    with pytest.raises(InvalidBudget, match=words):
        made(plan=plan, starts_on=date(2026, 3, 15), ends_on=date(2026, 5, 31))
    assert (Budget.objects.count(), BudgetPlan.objects.count()) == (0, 0)


def test_other_dates_keep_an_eye_on_the_stored_plan(db: None) -> None:
    budget = made(plan={MARCH: 100, APRIL: 200})

    with pytest.raises(InvalidBudget, match="holds 2026-03"):
        changed(budget, starts_on=APRIL)
    changed(budget, starts_on=APRIL, plan={APRIL: 300})

    assert dict(budget.plan.values_list("month", "amount")) == {APRIL: 300}


def test_a_name_exists_once_among_those_present(db: None) -> None:
    first = made()

    with pytest.raises(DuplicateFound, match="Duplicated budget exists with name Spring"):
        made()
    other = made(name="Summer")
    with pytest.raises(DuplicateFound):
        changed(other, name="Spring", limit=1)
    assert Budget.objects.get(pk=other.pk).limit == 10_000

    budgets.delete(budget_id=first.pk, **BY)
    changed(other, name="Spring")
    assert Budget.objects.get(deleted_at=None).name == "Spring"


def test_only_campaigns_that_are_there_draw_on_it(db: None) -> None:
    gone = CampaignFactory(deleted_at=NOW)

    with pytest.raises(NotFound):
        made([CampaignFactory(), gone])
    assert (Budget.objects.count(), told()) == (0, [])


def test_campaigns_are_replaced_as_a_whole_and_each_is_told(db: None) -> None:
    old, kept, new = CampaignFactory(name="Old"), CampaignFactory(name="Kept"), CampaignFactory(name="New")
    budget = BudgetFactory()
    draw(budget, old, kept)

    changed(budget, [kept, new, new])
    changed(budget, [kept, new])
    changed(budget)

    assert drawing(budget) == ["Kept", "New"]
    assert audited() == told() == ["budget.campaign_attached", "budget.campaign_detached"]
    assert [event.payload["campaign_id"] for event in OutboxEvent.objects.order_by("pk")] == [
        new.public_id,
        old.public_id,
    ]
    assert AuditEntry.objects.get(action="budget.campaign_detached").before["campaign"] == "Old"


def test_the_same_again_changes_nothing(db: None) -> None:
    budget = made(plan={MARCH: 100})
    plan = list(BudgetPlan.objects.values_list("pk", flat=True))
    before = (audited(), told())

    changed(budget, plan={MARCH: 100}, name="Spring", limit=10_000)

    assert (audited(), told()) == before
    assert list(BudgetPlan.objects.values_list("pk", flat=True)) == plan


def test_the_audit_log_holds_what_changed_and_no_more(db: None) -> None:
    budget = made(plan={MARCH: 100})

    changed(budget, plan={}, limit=20_000, name="Spring")

    entry = AuditEntry.objects.get(action="budget.updated")
    assert entry.before == {"limit": 10_000, "plan": {"2026-03": 100}}
    assert entry.after == {"limit": 20_000, "plan": {}}


def test_a_new_limit_reaches_the_running_counters_only(db: None) -> None:
    budget = BudgetFactory(limit=1_000, period=Budget.Period.MONTH, per=Budget.Per.STORE, field="store")
    other = CounterFactory(budget=BudgetFactory(limit=1_000), value=1)
    rows = {
        period: CounterFactory(budget=budget, period=period, subject="store:gdansk", value=900)
        for period in ("2026-02-01", "2026-03-01", "2026-04-01")
    }
    rows["second"] = CounterFactory(budget=budget, period="2026-03-01", subject="store:krakow", value=10)

    changed(budget, limit=950)

    limits = {name: Counter.objects.get(pk=row.pk).most for name, row in rows.items()}
    assert limits == {"2026-02-01": 1_000, "2026-03-01": 950, "2026-04-01": 950, "second": 950}
    assert Counter.objects.get(pk=other.pk).most == 1_000


@pytest.mark.parametrize("limit", [749, 0])
def test_the_limit_stays_above_what_is_used_and_held(db: None, limit: int) -> None:
    budget = BudgetFactory(limit=1_000, thresholds=[50])
    counter = CounterFactory(budget=budget, value=600, held=150)

    with pytest.raises(LimitTooLow) as refusal:
        changed(budget, limit=limit, name="Other")

    assert refusal.value.lowest == 750
    assert "750 at the lowest" in refusal.value.details
    assert (refusal.value.status, refusal.value.key) == (400, "budget_limit_too_low")
    budget.refresh_from_db()
    assert (budget.limit, budget.name == "Other") == (1_000, False)
    assert Counter.objects.get(pk=counter.pk).most == 1_000
    assert (audited(), told()) == ([], [])


def test_the_lowest_limit_itself_stops_spending_at_once(db: None) -> None:
    budget = BudgetFactory(limit=1_000, thresholds=[])
    counter = CounterFactory(budget=budget, value=600, held=150)

    changed(budget, limit=750)

    counter.refresh_from_db()
    assert (counter.most, counter.value + counter.held) == (750, 750)


def test_a_lower_limit_tells_the_thresholds_that_it_reaches(db: None) -> None:
    budget = BudgetFactory(limit=10_000)
    CounterFactory(budget=budget, value=5_000)
    BudgetAlert.objects.create(budget=budget, threshold=50, reached_at=NOW, used=5_000, limit=10_000)

    changed(budget, limit=6_000)

    alerts = BudgetAlert.objects.order_by("threshold").values_list("threshold", "used", "limit")
    assert list(alerts) == [(50, 5_000, 10_000), (80, 5_000, 6_000)]
    assert told() == ["budget.threshold_reached", "budget.updated"]


def test_a_higher_limit_takes_alerts_back_and_they_come_again(db: None) -> None:
    budget = BudgetFactory(limit=5_000)
    counter = CounterFactory(budget=budget, value=5_000)
    for threshold in (50, 80, 95, 100):
        BudgetAlert.objects.create(
            budget=budget, threshold=threshold, reached_at=NOW, used=5_000, limit=5_000
        )

    changed(budget, limit=10_000)
    assert list(BudgetAlert.objects.values_list("threshold", flat=True)) == [50]
    assert told() == ["budget.updated"]

    Counter.objects.filter(pk=counter.pk).update(value=6_000)
    changed(budget, limit=6_000)
    assert list(BudgetAlert.objects.order_by("threshold").values_list("threshold", "limit")) == [
        (50, 5_000),
        (80, 6_000),
        (95, 6_000),
        (100, 6_000),
    ]
    assert "budget.exhausted" in told()


def test_a_new_threshold_that_is_reached_already_is_told(db: None) -> None:
    budget = BudgetFactory(limit=10_000, thresholds=[50])
    CounterFactory(budget=budget, value=7_000)

    changed(budget, thresholds=[50, 60, 70, 71])

    assert list(BudgetAlert.objects.order_by("threshold").values_list("threshold", flat=True)) == [60, 70]


@pytest.mark.parametrize(
    "values",
    [{"measure": "ORDER_VALUE"}, {"period": "DAY"}, {"per": "CHANNEL"}, {"per": "CUSTOMER"}],
)
@pytest.mark.parametrize("used", [{"value": 1}, {"held": 1}])
def test_how_it_counts_is_fixed_once_something_was_drawn(
    db: None, values: dict[str, Any], used: dict[str, int]
) -> None:
    budget = BudgetFactory()
    changed(budget, **values)
    changed(budget, measure="DISCOUNT", period="EVER", per="TOTAL")
    CounterFactory(budget=budget, **used)

    with pytest.raises(ResourceInUse, match="Make a new budget instead") as refusal:
        changed(budget, **values)

    assert refusal.value.resource_type == "budget"
    budget.refresh_from_db()
    assert (budget.measure, budget.period, budget.per) == ("DISCOUNT", "EVER", "TOTAL")
    changed(budget, measure="DISCOUNT", policy="GIVE_WHAT_IS_LEFT", channels=["web"])


def test_switches_off_and_on_once(db: None) -> None:
    budget = BudgetFactory()

    for is_active in (False, False, True, True):
        budgets.set_active(budget_id=budget.pk, is_active=is_active, **BY)

    assert audited() == told() == ["budget.disabled", "budget.enabled"]
    budget.refresh_from_db()
    assert budget.is_active


def test_deletes_and_keeps_what_was_drawn(db: None) -> None:
    budget = BudgetFactory()
    draw(budget, CampaignFactory())
    counter = CounterFactory(budget=budget, value=5)

    budgets.delete(budget_id=budget.pk, **BY)

    budget.refresh_from_db()
    assert budget.deleted_at == NOW
    assert (Counter.objects.get(pk=counter.pk).value, budget.draws.count()) == (5, 1)
    assert audited() == told() == ["budget.deleted"]


@pytest.mark.parametrize("act", ["update", "set_active", "delete"])
def test_nothing_is_done_to_a_deleted_one(db: None, act: str) -> None:
    budget = BudgetFactory(deleted_at=NOW)
    extra: dict[str, Any] = {"update": {"spec": BudgetSpec()}, "set_active": {"is_active": False}}.get(
        act, {}
    )

    with pytest.raises(DomainError) as refusal:
        getattr(budgets, act)(budget_id=budget.pk, **extra, **BY)

    assert refusal.value.status == 404
    assert (audited(), told()) == ([], [])


def test_every_change_of_terms_makes_a_version(db: None) -> None:
    campaign = CampaignFactory()
    budget = made()

    changed(budget, limit=20_000)
    changed(budget, name="Other", thresholds=[10], plan={MARCH: 1})
    changed(budget, [campaign])
    budgets.set_active(budget_id=budget.pk, is_active=False, **BY)
    budgets.delete(budget_id=budget.pk, **BY)

    found = Version.objects.filter(subject_type=Version.Subject.BUDGET, subject_id=budget.pk).order_by(
        "number"
    )
    contents = [version.content for version in found]
    assert [content["limit"] for content in contents] == [10_000, 20_000, 20_000, 20_000, 20_000]
    assert [content.get("campaigns", []) for content in contents] == [[], []] + [[campaign.public_id]] * 3
    budget.refresh_from_db()
    assert budget.version == found.last()
