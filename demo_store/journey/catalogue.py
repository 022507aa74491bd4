"""Households become customers, products become products. What is there (by source id) stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, Final

from django.db import models, transaction

from commerce.models import Customer, Product
from core.ids import new_id
from demo_store.journey import rows, shaping
from demo_store.journey.clock import FIRST_DAY
from demo_store.journey.context import CATALOGUE_BATCH, Context
from demo_store.journey.copying import copy_rows
from demo_store.journey.report import Tally

_UNKNOWN_ABOUT_CUSTOMERS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("email", "phone", "description"), ""),
    **dict.fromkeys(("city", "state", "line_1", "line_2", "country", "postal_code"), ""),
    **dict.fromkeys(("orders_count", "orders_total_amount", "last_order_amount"), 0),
    **dict.fromkeys(("redemptions_succeeded", "redemptions_failed"), 0),
    **dict.fromkeys(("rollbacks_succeeded", "rollbacks_failed"), 0),
    "former_source_id": "",
}


def load_customers(context: Context) -> Tally:
    """A customer for each household, made at its first receipt; demographics as metadata."""

    def columns(household: rows.Household) -> dict[str, Any]:
        return {
            **_UNKNOWN_ABOUT_CUSTOMERS,
            "public_id": new_id("cust"),
            "source_id": str(household.id),
            "name": shaping.customer_name(household),
            "metadata": shaping.customer_metadata(household),
            "channel": context.actor.channel,
            "created_at": context.shift.instant(household.first_seen),
        }

    return _load(context, Tally(kind="customers"), Customer, map(columns, context.source.households()))


def load_products(context: Context) -> Tally:
    """A product for each product, without a price: the chain's prices differ by store and week."""
    created_at = context.shift.day_start(FIRST_DAY)

    def columns(product: rows.Product) -> dict[str, Any]:
        return {
            "public_id": new_id("prod"),
            "source_id": str(product.id),
            "name": shaping.product_name(product),
            "attributes": [],
            "image_url": "",
            "metadata": shaping.product_metadata(product),
            "created_at": created_at,
        }

    return _load(context, Tally(kind="products"), Product, map(columns, context.source.products()))


def _load(context: Context, tally: Tally, model: type[models.Model], rows: Iterable[dict[str, Any]]) -> Tally:
    """Write the rows whose source id is not there yet, one transaction a batch."""
    with context.progress.stage(tally):
        for batch in batched(rows, CATALOGUE_BATCH):
            with transaction.atomic():
                present = source_ids(model, [row["source_id"] for row in batch])
                missing = [row for row in batch if row["source_id"] not in present]
                if missing and not context.dry_run:
                    copy_rows(model, list(missing[0]), (list(row.values()) for row in missing))
            tally.read += len(batch)
            tally.present += len(present)
            tally.written += len(missing)
            context.progress.at(tally)
    return tally


def source_ids(model: type[models.Model], wanted: Sequence[str]) -> dict[str, int]:
    """Primary keys by source id, of those that are there."""
    found = model._default_manager.filter(source_id__in=wanted).values_list("source_id", "pk")
    return dict(found)


def primary_keys(model: type[models.Model], numbers: Iterator[int]) -> dict[int, int]:
    """Primary keys by the data set's number, of those that are there."""
    keys: dict[int, int] = {}
    for batch in batched(numbers, CATALOGUE_BATCH):
        found = source_ids(model, [str(number) for number in batch])
        keys.update((int(source_id), pk) for source_id, pk in found.items())
    return keys
