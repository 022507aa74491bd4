"""Odd requests that the contract wants to be understood (semantics-core 1.1, 13, 15.3)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from rest_framework.request import Request

from core.api.filter_values import boolean, number, single
from core.api.query import read_query
from core.errors import InvalidQueryParams
from promotions.services.campaign_pool import MOST_CODES

_COUNT: Final = "vouchers_count"


def body_of(request: Request) -> Any:
    """The body, where a bare number counts as an empty one (an official client sends the count that way)."""
    data: Any = request.data
    is_number = isinstance(data, int | Decimal) and not isinstance(data, bool)
    return {} if is_number or data is None else data


def wanted_count(request: Request) -> int:
    """`vouchers_count` of the query, 1 by default.

    :raises InvalidQueryParams: not a whole number from 1 to 10,000,000.
    """
    raw = read_query(request).get(_COUNT)
    if raw is None:
        return 1
    count = number(single(raw, _COUNT), _COUNT)
    if count != count.to_integral_value() or not 1 <= count <= MOST_CODES:
        raise InvalidQueryParams(f"{_COUNT}: a whole number from 1 to {MOST_CODES} is expected.")
    return int(count)


def is_forced(request: Request) -> bool:
    """`force` of the query."""
    return boolean(read_query(request).get("force", "false"), "force")


def campaign_named(given: Mapping[str, Any]) -> str | None:
    """The campaign that a voucher's body names; the id beats the name."""
    return given.get("campaign_id") or given.get("campaign") or None
