"""Redemptions and ledgers are sealed: money that is changed behind the back of the services is found."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.db.models import BigAutoField

from commerce.models import Customer
from commerce.services import erasures
from core import seals
from core.actors import Actor
from core.services import audit_verification, sealing
from promotions.models import Redemption
from tests.core.planted import planted
from tests.promotions.reconciled_shop import Shop

pytestmark = pytest.mark.django_db

EDITS = {
    "amount": "UPDATE promotions_redemption SET discount_amount = discount_amount + 1 WHERE id = %s",
    "credits": "UPDATE promotions_redemption SET credits = 1 WHERE id = %s",
    "order amount": "UPDATE promotions_redemption SET order_amount = 1 WHERE id = %s",
    "result": "UPDATE promotions_redemption SET result = 'FAILURE', status = 'FAILED' WHERE id = %s",
    "code": "UPDATE promotions_redemption SET voucher_code = 'ANOTHER' WHERE id = %s",
    "campaign": "UPDATE promotions_redemption SET campaign_id = COALESCE(campaign_id, 0) + 1 WHERE id = %s",
    "key": "UPDATE promotions_redemption SET channel_id = 'key_2' WHERE id = %s",
    "versions": "UPDATE promotions_redemption SET version_ids = '{}' WHERE id = %s",
    "time": "UPDATE promotions_redemption SET redeemed_at = redeemed_at + interval '1 day' WHERE id = %s",
    "snapshot": "UPDATE promotions_redemption SET snapshot = '{}' WHERE id = %s",
    "outcome": "UPDATE promotions_redemption SET outcome = NULL WHERE id = %s",
    "ledger amount": "UPDATE promotions_cardtransaction SET amount = amount * 2 WHERE id = %s",
    "ledger balance": "UPDATE promotions_cardtransaction SET balance = balance + 1 WHERE id = %s",
    "ledger cause": "UPDATE promotions_cardtransaction SET redemption_id = NULL WHERE id = %s",
    "ledger reason": "UPDATE promotions_cardtransaction SET reason = 'made up' WHERE id = %s",
    "rollback": "UPDATE promotions_rollback SET reason = 'made up' WHERE id = %s",
    "draw": "UPDATE promotions_budgetdraw SET amount = 0 WHERE id = %s",
    "units": "UPDATE promotions_discountedunits SET quantity = 99 WHERE id = %s",
    "return": "UPDATE promotions_orderreturn SET refund_amount = 99999 WHERE id = %s",
    "returned line": "UPDATE promotions_returnedline SET quantity = 99 WHERE id = %s",
    "returned share": "UPDATE promotions_returnedshare SET order_amount = 99999 WHERE id = %s",
    "terms": "UPDATE promotions_version SET content = '{}' WHERE id = %s",
    "removed redemption": "DELETE FROM promotions_redemption WHERE id = %s",
    "removed movement": "DELETE FROM promotions_cardtransaction WHERE id = %s",
    "removed draw": "DELETE FROM promotions_budgetdraw WHERE id = %s",
}


@pytest.fixture
def shop(now: datetime) -> Shop:
    """A shop in which everything happened, sealed in small batches."""
    made = Shop(now)
    made.open()
    assert sealing.seal(now=now, batch_size=7) > 100
    return made


def found(now: datetime) -> set[str]:
    return {str(finding) for finding in audit_verification.verify(now=now).findings}


def test_every_planted_edit_is_found_by_table_and_id(shop: Shop, now: datetime) -> None:
    """The second row of each table, one edit after the other, each taken back."""
    assert found(now) == set()
    missed = {}
    for name, sql in EDITS.items():
        table = next(word for word in sql.split() if word.startswith("promotions_"))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {table} ORDER BY id LIMIT 2")  # noqa: S608 - ours
            pk = cursor.fetchall()[-1][0]
            cursor.execute("SAVEPOINT edit")
            planted(sql, pk)
            what = "removed" if sql.startswith("DELETE") else "changed"
            if found(now) != {f"{table} {pk}: it was {what}"}:
                missed[name] = found(now)
            cursor.execute("ROLLBACK TO SAVEPOINT edit")

    assert missed == {}
    assert found(now) == set()


def test_what_may_still_move_disturbs_nothing(shop: Shop, actor: Actor, now: datetime) -> None:
    """A rollback moves the status of what is sealed; an erased customer leaves his redemptions."""
    later = Redemption.objects.filter(status="SUCCEEDED", parent=None).order_by("pk").last()
    assert later is not None
    anna = Customer.objects.get(source_id="anna")
    assert Redemption.objects.filter(customer=anna).exists()

    shop.roll_back(later.public_id, at=now)
    erasures.erase(customer_id=anna.pk, actor=actor, now=now)

    later.refresh_from_db()
    assert later.status == "ROLLED_BACK"
    assert found(now) == set()
    assert sealing.seal(now=now) > 0
    assert found(now) == set()


def test_sealed_is_what_the_database_keeps_as_it_is() -> None:
    columns = {table.name: set(table.columns) for table in seals.tables()}

    assert {
        "core_auditentry",
        "promotions_redemption",
        "promotions_rollback",
        "promotions_cardtransaction",
        "promotions_budgetdraw",
        "promotions_discountedunits",
        "promotions_orderreturn",
        "promotions_returnedline",
        "promotions_returnedshare",
        "promotions_version",
    } <= set(columns)
    fields = {field.column for field in Redemption._meta.concrete_fields}
    assert fields - columns["promotions_redemption"] == {"status", "customer_id"}
    assert not {"core_seal", "core_sealhead", "promotions_voucher", "core_outboxevent"} & set(columns)


def test_every_sealed_table_has_a_number_that_only_rises() -> None:
    for table in seals.tables():
        assert isinstance(table.model._meta.pk, BigAutoField), table.name
