"""The shop and the past of the money bench are such as the application could have made them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Count, F, Max, Min, Sum
from django.utils import timezone
from rest_framework.test import APIClient

from commerce.models import Customer, Order
from promotions.models import Counter, Redemption, Voucher
from promotions.selectors import reconcile
from tests.bench import money_history, money_rows, workload
from tests.bench.money_rows import Group

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, count in (
        (money_rows, "CAMPAIGNS", 4),
        (money_rows, "CUSTOMERS", 10),
        (workload, "PRODUCTS", 50),
    ):
        monkeypatch.setattr(module, name, count)


def redeem(api: APIClient, codes: list[str]) -> None:
    for body in money_rows.bodies(codes):
        answer = api.post("/v1/redemptions", body, format="json")
        assert answer.status_code == 200, answer.content


def test_every_code_can_be_used_once_and_every_budget_counts(api: APIClient) -> None:
    now = timezone.now()
    money_rows.fill(now=now)

    for group in Group:
        redeem(api, money_rows.codes(group.name, 5, group, now=now))

    used = Voucher.objects.filter(redeemed_quantity=1).values_list("campaign__name", flat=True)
    assert sorted(used) == sorted(
        [f"{Group.MANY} {at}" for at in (0, 0, 1, 2, 3)] + [Group.RULE] * 5 + [Group.POOL] * 5
    )
    budgets: dict[Group, dict[str, Any]] = {
        Group.RULE: {"name": workload.BUDGET},
        Group.POOL: {"scope": Counter.Scope.BUDGET},
    }
    for group, which in budgets.items():
        given = Redemption.objects.filter(campaign__name=group).aggregate(total=Sum("discount_amount"))
        assert Counter.objects.get(**which).value == given["total"] > 0
    assert list(reconcile.differences(now=timezone.now(), only=reconcile.CHECKS_BY_NAME)) == []


def test_the_past_adds_up_and_is_spread_as_it_says(api: APIClient) -> None:
    now = timezone.now()
    money_rows.fill(now=now)
    redeem(api, money_rows.codes("FIRST", 2, Group.MANY, now=now))

    money_history.fill(100, now=now)

    past = Redemption.objects.filter(voucher_code__startswith="PAST-")
    assert past.count() == 100
    assert Order.objects.filter(source_id__startswith="past-").count() == 100
    of_customers = past.values("customer").annotate(uses=Count("pk"), orders=Count("order", distinct=True))
    assert {(row["uses"], row["orders"]) for row in of_customers} == {(10, 10)}
    assert len(of_customers) == Customer.objects.count() == 10
    of_campaigns = past.values_list("campaign__name").annotate(uses=Count("pk"))
    assert {name: uses for name, uses in of_campaigns if name == Group.RULE} == {Group.RULE: 30}
    assert sorted(uses for name, uses in of_campaigns if name != Group.RULE) == [17, 17, 18, 18]
    ends = past.aggregate(first=Min("redeemed_at"), last=Max("redeemed_at"))
    assert (ends["first"], ends["last"]) == (now - timedelta(days=365), now - timedelta(days=3.65))
    assert not past.exclude(order__customer_id=F("customer_id")).exists()
    assert list(reconcile.differences(now=timezone.now(), only=reconcile.CHECKS_BY_NAME)) == []


def test_whoever_counts_after_the_past_counts_it_too(api: APIClient) -> None:
    now = timezone.now()
    money_rows.fill(now=now)
    redeem(api, money_rows.codes("FIRST", 1, Group.RULE, now=now))
    money_history.fill(100, now=now)

    redeem(api, money_rows.codes("AFTER", 1, Group.RULE, now=now))

    (counter,) = Counter.objects.filter(name=workload.BUDGET)
    given = Redemption.objects.filter(campaign__name=Group.RULE).aggregate(total=Sum("discount_amount"))
    assert counter.value == given["total"]
