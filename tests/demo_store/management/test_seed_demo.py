"""`manage.py seed_demo`: the shop that `make demo` opens."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from calendar_app.models import Conflict
from commerce.models import Customer, Order, Product, Segment
from core import project
from promotions.models import (
    Budget,
    BudgetAlert,
    Campaign,
    Counter,
    Redemption,
    Rollback,
    ValidationRule,
    Voucher,
)
from promotions.selectors import replays, versions

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def run(*options: str) -> str:
    output = StringIO()
    call_command("seed_demo", *options, stdout=output)
    return output.getvalue()


def test_opens_a_shop_with_a_past_and_changes_nothing_the_second_time() -> None:
    assert "Would load" in run("--dry-run")
    assert Campaign.objects.count() == Product.objects.count() == 0

    assert "open" in run()

    settings = project.current()
    assert (settings.name, settings.currency, settings.time_zone) == ("Harbour Roast", "EUR", "Europe/Warsaw")
    assert (Product.objects.count(), Customer.objects.count(), Segment.objects.count()) == (32, 160, 5)
    assert Campaign.objects.count() == 23
    assert not Campaign.objects.filter(created_at__gt=timezone.now()).exists()
    assert set(Order.objects.values_list("status", flat=True)) == {"PAID", "CANCELED"}
    assert Redemption.objects.filter(result="FAILURE").exists()
    # What asks for something: every rule is assigned, and one code was used up by its first customer.
    assert ValidationRule.objects.count() == ValidationRule.objects.exclude(assignments=None).count() == 16
    assert Redemption.objects.get(voucher__code="FIRST10").customer.source_id == "customer-0001"
    movements = Voucher.objects.get(code="GIFT50").transactions.order_by("pk")
    assert list(movements.values_list("amount", "balance")) == [
        (5000, 5000),
        (-950, 4050),
        (-1940, 2110),
        (1940, 4050),
        (1000, 5050),
        (-630, 4420),
    ]
    assert Redemption.objects.get(failure_code="gift_amount_exceeded").voucher_code == "GIFT50"
    # Everything has a version of its terms, and every decision is the one that its terms lead to.
    assert list(versions.drift()) == []
    assert [row for row in replays.replay(Redemption.objects.all()) if row.problems] == []
    # Every counter says what its rows say.
    live = Count("redemptions", filter=Q(redemptions__status="SUCCEEDED"))
    assert not Voucher.objects.annotate(live=live).exclude(redeemed_quantity=F("live")).exists()
    assert Rollback.objects.count() == Redemption.objects.filter(status="ROLLED_BACK").count() > 0

    # The season's pot is drawn on and people were told; its counter says what its draws say.
    season = Counter.objects.get(scope="budget", scope_id=Budget.objects.get(name="Season").pk)
    assert season.draws.aggregate(total=Sum("amount"))["total"] == season.value > 120_000
    assert BudgetAlert.objects.filter(budget__name="Season", threshold=50).exists()

    # What collides on the calendar is known, in every way that it can, with a basket where there is one.
    found = Conflict.objects.filter(state=Conflict.State.OPEN)
    kinds = Conflict.Kind
    assert set(found.values_list("kind", flat=True)) >= {
        kinds.EXCLUSIVE_CLASH,
        kinds.DOUBLE_DISCOUNT,
        kinds.SHARED_BUDGET,
        kinds.BLACKOUT,
        kinds.COMPETING_MESSAGES,
        kinds.AREA_COLLISION,
    }
    assert all(row.facts["receipt"] for row in found.filter(kind=kinds.DOUBLE_DISCOUNT))

    before = (Order.objects.count(), Redemption.objects.count(), Voucher.objects.count())
    assert "nothing to do" in run()
    assert (Order.objects.count(), Redemption.objects.count(), Voucher.objects.count()) == before
