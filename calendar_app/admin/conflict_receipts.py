"""The basket that shows a collision, as people read a receipt. Names are looked up once for a whole page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from calendar_app.receipts import LEFT, Receipt
from commerce.admin.rows import customer_name
from commerce.models import Customer, Product, Segment, Sku
from core import words
from core.models import ApiKey
from promotions.words import refusal


@dataclass(frozen=True, kw_only=True)
class Names:
    """What ids are called; ids that nobody knows are missing."""

    articles: Mapping[str, str] = field(default_factory=dict)
    customers: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LineShown:
    name: str
    units: str
    amount: str
    after: str


@dataclass(frozen=True, kw_only=True)
class StepShown:
    """What one promotion takes off. `note` says what it gives alone, where that is something else."""

    name: str
    amount: str
    note: str
    is_refused: bool


@dataclass(frozen=True, kw_only=True)
class ReceiptShown:
    lines: list[LineShown]
    subtotal: str
    steps: list[StepShown]
    total: str
    saved: str
    facts: list[tuple[str, str]]


def names_of(receipts: Iterable[Receipt | None]) -> Names:
    """Five queries, whatever there is; fewer where nothing is asked."""
    found = [one for one in receipts if one]
    articles = {line["id"] for one in found for line in one["lines"] if line["id"]}
    people = {one["customer"] for one in found if one["customer"]}
    segments = {name for one in found for name in one["segments"]}
    channels = {one["channel"] for one in found if one["channel"]}
    return Names(
        articles=_articles(articles),
        customers=_customers(people),
        segments=_names(Segment, "public_id", segments),
        channels=_names(ApiKey, "app_id", channels),
    )


def shown(receipt: Receipt | None, names: Names, left: str, right: str) -> ReceiptShown | None:
    """`left` and `right` are what the two sides are called."""
    if not receipt:
        return None
    amount, discount = receipt["amount"], receipt["discount"]
    percent = receipt["percent"]
    saved = gettext("saves %(amount)s") % {"amount": words.money(discount)}
    return ReceiptShown(
        lines=[_line(one, names) for one in receipt["lines"]],
        subtotal=words.money(amount),
        steps=[_step(one, left if one["side"] == LEFT else right) for one in receipt["steps"]],
        total=words.money(None if amount is None else amount - discount),
        saved=f"{saved} ({percent}\N{NO-BREAK SPACE}%)" if percent else saved,
        facts=list(_facts(receipt, names)),
    )


def _line(line: Mapping[str, Any], names: Names) -> LineShown:
    amount = line["amount"]
    return LineShown(
        name=names.articles.get(line["id"]) or line["name"] or gettext("Any article"),
        units=words.number(line["quantity"]),
        amount=words.money(amount),
        after=words.money(None if amount is None else amount - line["discount"]),
    )


def _step(step: Mapping[str, Any], name: str) -> StepShown:
    alone, together, refused = step["alone"], step["together"], step["refused"]
    note = ""
    if refused:
        note = gettext("refused: %(reason)s. Alone it takes off %(amount)s.") % {
            "reason": refusal(refused),
            "amount": words.money(alone),
        }
    elif alone != together:
        note = gettext("alone %(amount)s") % {"amount": words.money(alone)}
    amount = f"\N{MINUS SIGN}{words.money(together)}" if together else words.money(0)
    return StepShown(name=name, amount=amount, note=note, is_refused=bool(refused))


def _facts(receipt: Receipt, names: Names) -> Iterable[tuple[str, str]]:
    if receipt["customer"] or receipt["segments"]:
        yield gettext("Who"), _who(receipt, names)
    yield gettext("When"), words.when(datetime.fromisoformat(receipt["at"]))
    if receipt["channel"]:
        yield gettext("Channel"), names.channels.get(receipt["channel"], receipt["channel"])


def _who(receipt: Receipt, names: Names) -> str:
    """Ada Nowak; a customer in VIP and Newsletter; a known customer"""
    known = names.customers.get(receipt["customer"] or "")
    if known:
        return known
    groups = [names.segments.get(one, one) for one in receipt["segments"]]
    if groups:
        return gettext("a customer in %(segments)s") % {"segments": ", ".join(groups)}
    return gettext("a known customer")


def _articles(ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    products = Product.objects.filter(public_id__in=ids)
    skus = Sku.objects.filter(public_id__in=ids).select_related("product")
    return {row.public_id: str(row) for row in (*products, *skus)}


def _customers(ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    rows = Customer.objects.filter(Q(public_id__in=ids) | Q(source_id__in=ids))
    return {key: customer_name(row) for row in rows for key in (row.public_id, row.source_id) if key}


def _names(model: type[Any], column: str, ids: set[str]) -> dict[str, str]:
    rows = model.objects.filter(**{f"{column}__in": ids}) if ids else ()
    return {getattr(row, column): row.name for row in rows}
