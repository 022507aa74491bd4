"""What there was of a field, as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from commerce.admin.filter_editor.catalogue import ARTICLE_FIELDS, CUSTOMER_FIELDS, Field, Kind, located
from commerce.models import Customer, Product, Sku
from commerce.selectors import segments
from core import words

_NOTHING: Final = "nothing"
_METADATA: Final = "metadata."


def of_customer(customer: Customer, name: str, now: datetime) -> str:
    return said(segments.value_of(customer, name, now=now), name, CUSTOMER_FIELDS)


def of_article(article: Product | Sku, name: str, now: datetime) -> str:
    if name.startswith(_METADATA):
        return said(article.metadata.get(name.removeprefix(_METADATA)), name, ARTICLE_FIELDS)
    column = "sku" if name == "name" and isinstance(article, Sku) else name
    return said(getattr(article, column, None), name, ARTICLE_FIELDS)


def said(value: Any, name: str, fields: tuple[Field, ...]) -> str:
    field = located(name, fields)
    if value is None or value in ("", [], {}):
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return words.when(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    if field is not None and field[0].kind is Kind.MONEY:
        return words.money(int(value))
    return str(value)
