"""How often a code can be used, changed after it was used."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.actors import Actor
from core.models import AuditEntry, OutboxEvent
from promotions.models import Hold, ValidationSession, Voucher
from promotions.services import vouchers
from promotions.services.definitions import InvalidVoucher
from promotions.services.vouchers import VoucherSpec
from tests.factories.promotions import VoucherFactory

pytestmark = pytest.mark.django_db


def test_fewer_uses_than_were_made_are_refused(actor: Actor, now: datetime) -> None:
    code = VoucherFactory(redemption_quantity=5, redeemed_quantity=3)

    with pytest.raises(InvalidVoucher, match="used 3 times already; allow at least 3"):
        vouchers.update(
            voucher_id=code.pk, spec=VoucherSpec(values={"redemption_quantity": 2}), actor=actor, now=now
        )

    assert Voucher.objects.get().redemption_quantity == 5
    assert not AuditEntry.objects.exists()
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize("allowed", [3, 4, None])
def test_as_many_as_were_made_or_more_are_fine(actor: Actor, now: datetime, allowed: int | None) -> None:
    code = VoucherFactory(redemption_quantity=5, redeemed_quantity=3)

    changed = vouchers.update(
        voucher_id=code.pk, spec=VoucherSpec(values={"redemption_quantity": allowed}), actor=actor, now=now
    )

    assert (changed.redemption_quantity, changed.redeemed_quantity) == (allowed, 3)


def test_what_open_baskets_hold_stays_theirs(actor: Actor, now: datetime) -> None:
    """What ended baskets held is given back first."""
    code = VoucherFactory(redemption_quantity=5, redeemed_quantity=1, held_quantity=2)
    for key, expires_at in (("open", now + timedelta(hours=1)), ("ended", now)):
        session = ValidationSession.objects.create(key=key, created_at=now, expires_at=expires_at)
        Hold.objects.create(session=session, voucher=code)

    def allow(uses: int) -> Voucher:
        spec = VoucherSpec(values={"redemption_quantity": uses})
        return vouchers.update(voucher_id=code.pk, spec=spec, actor=actor, now=now)

    with pytest.raises(InvalidVoucher, match="held by 1 open baskets; allow at least 2"):
        allow(1)

    assert allow(2).redemption_quantity == 2
    code.refresh_from_db()
    assert (code.held_quantity, Hold.objects.count()) == (1, 1)
