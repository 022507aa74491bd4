"""A row of a file of codes as what a service takes (contract: semantics-core 15.3, 20; data file 9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final

from core.api.fields import MAX_AMOUNT, parse
from core.errors import InvalidPayload
from core.metadata_text import Definitions, object_of, value_of
from promotions.api.serializers.vouchers import VoucherImportInput, voucher_spec
from promotions.models import Voucher
from promotions.services.voucher_imports import Entry

COLUMNS: Final = (
    "code",
    "voucher_type",
    "value",
    "discount_type",
    "discount_effect",
    "discount_amount_limit",
    "start_date",
    "expiration_date",
    "active",
    "category",
    "redemption_limit",
    "redeemed_quantity",
    "redeemed_amount",
    "gift_amount",
    "loyalty_points",
    "additional_info",
)
_WORDS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONEY_OFF: Final = {"AMOUNT": "amount_off", "FIXED": "fixed_amount"}
_NUMBER_OFF: Final = {"PERCENT": "percent_off", "UNIT": "unit_off"}
_MOST_USES: Final = 2**31 - 1
_KINDS: Final = {
    "COUPON": Voucher.Type.DISCOUNT_VOUCHER.value,
    "GIFT_CARD": Voucher.Type.GIFT_VOUCHER.value,
}


def from_json(row: int, value: Any) -> Entry:
    """An object of a bulk request.

    :raises InvalidPayload: wrong shape.
    """
    given = parse(VoucherImportInput, value)
    gift = dict(given.get("gift") or {})
    amount, balance = gift.get("amount"), gift.get("balance")
    spent = 0 if amount is None or balance is None else amount - balance
    if spent > 0:
        # What was spent before is no payment of ours.
        given = {**given, "gift": {name: gift[name] for name in ("amount", "effect") if name in gift}}
    return Entry(row=row, code=given["code"], spec=voucher_spec(given), spent=max(spent, 0))


def from_cells(row: int, value: Mapping[str, str], types: Definitions, zone: tzinfo) -> Entry:
    """A row of a CSV file; empty cells say nothing.

    :raises InvalidPayload: no code, or a cell of a wrong shape.
    """
    cells = {word: cell.strip() for word, cell in value.items() if cell.strip()}
    if "code" not in cells:
        raise InvalidPayload("A row needs Code")
    payload: dict[str, Any] = {"code": cells["code"]}
    for word in ("category", "additional_info"):
        if word in cells:
            payload[word] = cells[word]
    if "active" in cells:
        payload["active"] = _flag(cells["active"])
    for word, days in (("start_date", 0), ("expiration_date", 1)):
        if word in cells:
            payload[word] = _instant(word, cells[word], zone, days)
    if "redemption_limit" in cells:
        payload["redemption"] = {"quantity": _count("redemption_limit", cells["redemption_limit"])}
    payload |= _worth(cells)
    payload["metadata"] = _metadata(value, types)
    entry = from_json(row, payload)
    return Entry(
        row=row,
        code=entry.code,
        spec=entry.spec,
        used=_count("redeemed_quantity", cells.get("redeemed_quantity", "0")),
        spent=_money("redeemed_amount", cells.get("redeemed_amount", "0")),
    )


def _worth(cells: Mapping[str, str]) -> dict[str, Any]:
    """`discount` or `gift` in wire form, as far as the row says what the code is worth."""
    named = re.sub(r"\W+", "_", cells.get("voucher_type", "")).upper()
    kind = _KINDS.get(named, named)
    if kind and kind not in Voucher.Type.values:
        raise InvalidPayload(f"voucher_type: one of {', '.join(Voucher.Type.values)} is expected")
    found: dict[str, Any] = {"type": kind} if kind else {}
    amount = cells.get("gift_amount") or (cells.get("value") if kind == Voucher.Type.GIFT_VOUCHER else None)
    if "loyalty_points" in cells:
        return found | {"loyalty_card": {"points": _count("loyalty_points", cells["loyalty_points"])}}
    if amount is not None:
        return found | {"gift": {"amount": _money("gift_amount", amount)}}
    if "discount_type" in cells:
        return found | {"discount": _discount(cells)}
    return found


def _discount(cells: Mapping[str, str]) -> dict[str, Any]:
    kind = cells["discount_type"].upper()
    if kind not in {**_MONEY_OFF, **_NUMBER_OFF}:
        known = ", ".join([*_MONEY_OFF, *_NUMBER_OFF])
        raise InvalidPayload(f"discount_type: one of {known} is expected")
    if "value" not in cells:
        raise InvalidPayload("A row with discount_type needs value")
    found: dict[str, Any] = {"type": kind}
    if kind in _MONEY_OFF:
        found[_MONEY_OFF[kind]] = _money("value", cells["value"])
    else:
        found[_NUMBER_OFF[kind]] = _number("value", cells["value"].removesuffix("%").strip())
    if "discount_effect" in cells:
        found["effect"] = cells["discount_effect"]
    if "discount_amount_limit" in cells:
        found["amount_limit"] = _money("discount_amount_limit", cells["discount_amount_limit"])
    return found


def _metadata(value: Mapping[str, str], types: Definitions) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word, cell in value.items():
        if not word or word in COLUMNS or not cell.strip():
            continue
        if word == "metadata":
            inner = object_of(cell)
            if inner is None:
                raise InvalidPayload('metadata must be a JSON object such as {"colour": "blue"}')
            found |= inner
        else:
            key = word.removeprefix("metadata.")
            found[key] = value_of(types, key, cell)
    return found


def _flag(text: str) -> bool:
    found = _WORDS.get(text.lower())
    if found is None:
        raise InvalidPayload("active must be true or false")
    return found


def _instant(word: str, text: str, zone: tzinfo, days: int) -> str:
    """A bare date is a day of the project's zone: a code starts with it, and expires when it is over."""
    if not _DATE.fullmatch(text):
        return text
    try:
        day = datetime.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError):
        raise InvalidPayload(f"{word} must be a date (YYYY-MM-DD) or a date-time") from None
    return datetime.combine(day, time.min, zone).astimezone(UTC).isoformat()


def _count(word: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > _MOST_USES:
        raise InvalidPayload(f"{word} must be a whole number, not negative")
    return int(text)


def _number(word: str, text: str) -> int | Decimal:
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise InvalidPayload(f"{word} must be a number") from None
    if not number.is_finite() or number.copy_abs() > MAX_AMOUNT or number.as_tuple().exponent < -20:  # type: ignore[operator]
        raise InvalidPayload(f"{word} must be a number")
    return int(number) if number == number.to_integral_value() else number


def _money(word: str, text: str) -> int:
    """Minor units of what a sheet says in major units.

    :raises InvalidPayload: not a number, negative, or finer than a hundredth.
    """
    amount = _number(word, text) * 100
    if amount < 0 or amount > MAX_AMOUNT or amount != int(amount):
        raise InvalidPayload(f"{word} must be a number with at most two decimal places, not negative")
    return int(amount)
