"""The card that points were moved to, on the wire. Contract: loyalty 9, openapi/loyalties."""

from __future__ import annotations

from typing import Any, Final

from promotions.api.serializers.vouchers import voucher_base_output
from promotions.models import Voucher

_NOT_TOLD: Final = ("discount", "gift", "object")


def receiver_output(voucher: Voucher) -> dict[str, Any]:
    """A voucher as only this endpoint shows it: no null where it has no limit, `active` as a text.

    The reference's typed clients refuse anything else here.
    """
    shown = {name: value for name, value in voucher_base_output(voucher).items() if name not in _NOT_TOLD}
    shown["validity_timeframe"] = shown["validity_timeframe"] or {}
    shown["validity_day_of_week"] = shown["validity_day_of_week"] or []
    return {**shown, "active": "true" if voucher.is_active else "false"}
