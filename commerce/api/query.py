"""Query parameters that are not filters."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils import timezone
from rest_framework.request import Request

from core.api import filter_values as read
from core.api.query import read_query
from core.errors import InvalidQueryParams

ORDER_WORDS: Final = ("created_at", "updated_at", "type", "code", "campaign", "category")
_HIDEABLE: Final = {"sku": "skus", "skus": "skus"}


def flag(request: Request, name: str) -> bool:
    """`true` or `false`, as text.

    :raises InvalidQueryParams: anything else.
    """
    value = read_query(request).get(name, "false")
    if value not in ("true", "false"):
        raise InvalidQueryParams(f"{name}: true or false is expected.")
    return value == "true"


def hidden(request: Request) -> set[str]:
    """The keys that `hide=sku` takes out of a product."""
    value = read_query(request).get("hide", [])
    return {_HIDEABLE[word] for word in ([value] if isinstance(value, str) else value) if word in _HIDEABLE}


def content_order(request: Request) -> tuple[str, datetime | None]:
    """How the content of a collection is sorted, and the cursor `starting_after`.

    :raises InvalidQueryParams: an order that the contract does not know, or no instant.
    """
    query = read_query(request)
    wanted = query.get("order", "-created_at")
    word = wanted.removeprefix("-") if isinstance(wanted, str) else ""
    if word not in ORDER_WORDS:
        raise InvalidQueryParams(f"order: one of {', '.join(ORDER_WORDS)} is expected, with or without -.")
    column = "updated_at" if word == "updated_at" else "created_at"
    order = f"-{column}" if str(wanted).startswith("-") else column
    after = query.get("starting_after")
    if after is None:
        return order, None
    return order, read.instant(after, "starting_after", zone=timezone.get_current_timezone())
