"""Codes and tiers for tests of what happens at the checkout."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import pytest

from promotions.models import Voucher

PERCENT_10 = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}
AMOUNT_500 = {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ORDER"}


class MakeVoucher(Protocol):
    def __call__(self, code: str, **values: Any) -> Voucher: ...


@pytest.fixture
def make_voucher(db: None, now: datetime) -> MakeVoucher:
    """`make_voucher("TEN", **columns)`: 10 % off the order, one use."""

    def make(code: str, **values: Any) -> Voucher:
        defaults = {"discount": PERCENT_10, "redemption_quantity": 1, "code_key": code, "created_at": now}
        return Voucher.objects.create(code=code, **{**defaults, **values})

    return make
