"""`manage.py reconcile`: says each difference, fails, and repairs when told to."""

from __future__ import annotations

from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from core.models import AuditEntry, OutboxEvent
from promotions import last_run
from promotions.models import CardTransaction, Counter, Redemption, Voucher
from promotions.selectors.tallies import ORDERS
from tests.promotions.planted_lies import fact, lie
from tests.promotions.reconciled_shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(now: datetime) -> Shop:
    found = Shop(now)
    found.open()
    return found


def run(*args: str) -> tuple[str, list[str], str]:
    """What was said, line by line what differs, and why it failed."""
    out, errors, failure = StringIO(), StringIO(), ""
    try:
        call_command("reconcile", *args, stdout=out, stderr=errors)
    except CommandError as error:
        failure = str(error)
    return out.getvalue(), errors.getvalue().splitlines(), failure


def test_says_that_nothing_differs() -> None:
    assert run() == ("Everything says what its rows say.\n", [], "")
    last = last_run.read()
    assert last is not None
    assert last.is_clean
    assert not OutboxEvent.objects.filter(name="reconciliation.failed").exists()


def test_names_what_differs_with_the_rows_and_fails(shop: Shop) -> None:
    Voucher.objects.filter(code="FIVE").update(redeemed_quantity=4)
    Counter.objects.filter(name=ORDERS, scope_id=shop.campaign.pk).update(value=7, most=None)
    used = Redemption.objects.get(voucher__code="FIVE", status="SUCCEEDED")
    of_campaign = Redemption.objects.filter(campaign=shop.campaign, status="SUCCEEDED").order_by(
        "-redeemed_at"
    )
    ids = ", ".join(of_campaign.values_list("public_id", flat=True))

    out, lines, failure = run()

    five = Voucher.objects.get(code="FIVE").public_id
    assert lines == [
        f"vouchers: voucher {five}: redeemed_quantity is 4, the rows say 1 ({used.public_id})",
        f"counters: counter {shop.campaign.public_id} {ORDERS}: value is 7, the rows say 4000 ({ids})",
    ]
    assert (out, failure) == ("", "2 differences found.")
    event = OutboxEvent.objects.get(name="reconciliation.failed")
    assert (event.payload["count"], event.payload["checks"]) == (2, {"counters": 1, "vouchers": 1})
    assert event.payload["differences"][0] == {
        "check": "vouchers",
        "object": "voucher",
        "id": five,
        "column": "redeemed_quantity",
        "stored": 4,
        "counted": 1,
        "rows": [used.public_id],
    }
    last = last_run.read()
    assert last is not None
    assert not last.is_clean


def test_only_what_was_asked_for_is_looked_at(shop: Shop) -> None:
    Voucher.objects.filter(code="FIVE").update(redeemed_quantity=4)

    assert run("--only", "tiers", "cards")[2] == ""
    assert run("--only", "tiers", "vouchers")[2] == "1 difference found."

    # A part of the proof says nothing about the whole.
    assert last_run.read() is None
    assert not OutboxEvent.objects.filter(name="reconciliation.failed").exists()


def test_all_are_counted_and_as_many_named_as_asked_for() -> None:
    Counter.objects.update(value=F("value") + 1, most=None)

    _, lines, failure = run("--limit", "3")

    assert len(lines) == 3
    assert failure == f"{Counter.objects.count()} differences found."


def test_repairs_with_an_entry_in_the_audit_log(shop: Shop) -> None:
    Voucher.objects.filter(code="FIVE").update(redeemed_quantity=4)
    counter = Counter.objects.get(name=ORDERS, scope_id=shop.campaign.pk)
    Counter.objects.filter(pk=counter.pk).update(value=0, held=0, most=10)

    out, lines, failure = run("--repair")

    assert (lines, failure) == ([], "")
    assert out.count("repaired: ") == 3
    row = Counter.objects.get(pk=counter.pk)
    assert (row.value, row.held, row.most) == (counter.value, counter.held, counter.value + counter.held)
    entries: list[tuple[str, Any, Any]] = list(
        AuditEntry.objects.filter(action="counter.repaired")
        .order_by("pk")
        .values_list("entity_type", "before", "after")
    )
    assert entries == [
        ("voucher", {"redeemed_quantity": 4}, {"redeemed_quantity": 1}),
        ("counter", {"value": 0}, {"value": counter.value}),
        ("counter", {"held": 0}, {"held": counter.held}),
    ]


def test_a_ledger_is_reported_and_stays() -> None:
    lie(fact("cardtransaction", "amount = amount - 1", "type = 'CREDITS_REDEMPTION'"), "").plant()
    rows = list(CardTransaction.objects.order_by("pk").values())
    card = Voucher.objects.get(code="CARD").gift_balance

    out, lines, failure = run("--repair")

    assert out.count("not repaired, its ledger contradicts itself: gift card") == 2
    assert failure == f"{len(lines)} differences found."
    assert list(CardTransaction.objects.order_by("pk").values()) == rows
    assert Voucher.objects.get(code="CARD").gift_balance == card


def test_what_would_pass_a_limit_is_not_repaired() -> None:
    """In truth the code was used and held twice: only people can decide what to do."""
    Voucher.objects.filter(code="FIVE").update(redemption_quantity=1, redeemed_quantity=0)

    out, lines, failure = run("--repair", "--only", "vouchers")

    assert out.startswith("not repaired, the database refuses it: voucher_within_quantity: voucher v_")
    assert (len(lines), failure) == (1, "1 difference found.")
    assert Voucher.objects.get(code="FIVE").redeemed_quantity == 0
    assert not AuditEntry.objects.filter(action="counter.repaired").exists()


def test_an_unknown_name_is_refused() -> None:
    assert "invalid choice: 'nothing'" in run("--only", "nothing")[2]
