from __future__ import annotations

from promotions import redeemables
from promotions.kinds.tiers import TierKind
from promotions.kinds.vouchers import VoucherKind


def register() -> None:
    redeemables.register(VoucherKind())
    redeemables.register(TierKind())
