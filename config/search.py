"""The search over everything (Ctrl K): what people make, whom they make it for, and what came of it.

A handful of hits of each kind, by what has an index or few rows. Only what the person's role opens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from calendar_app.admin import conflict_cards
from calendar_app.models import Conflict
from commerce.admin.rows import customer_name
from commerce.models import Customer, Order, Product, ProductCollection, Segment
from core import words
from core.models import Area
from core.selectors import areas
from core.staff import staff_allows
from promotions.models import (
    Budget,
    Campaign,
    Distribution,
    Publication,
    PublicationRun,
    Voucher,
)
from promotions.selectors import budgets, distributions

_MOST: Final = 5
_SHORTEST: Final = 2


def find(request: HttpRequest, term: str) -> list[SearchResult]:
    """Hits for what was typed; the term comes in lower case. One query for each kind."""
    typed = (request.GET.get("s") or term).strip()
    if len(typed) < _SHORTEST:
        return []
    return [
        SearchResult(title=title, description=description, icon=icon, link=_page(row))
        for model, rows in _searches(typed)
        if _may_see(request, model)
        for row, title, description, icon in rows
    ]


def _searches(typed: str) -> Iterator[tuple[type[Model], Iterable[tuple[Any, str, str, str]]]]:
    """Each search is lazy: it costs nothing when the person may not see its kind."""
    yield (
        Campaign,
        (
            (row, row.name, f"Campaign, {words.period(row.starts_at, row.ends_at)}", "campaign")
            for row in _first(Campaign.objects.filter(name__icontains=typed, deleted_at=None))
        ),
    )
    yield (
        Conflict,
        (
            (row, row.sentence, "Collision", "join_inner")
            for row in _first(
                Conflict.objects.filter(sentence__icontains=typed).exclude(state=Conflict.State.GONE)
            )
        ),
    )
    codes = Q(code__startswith=typed) | Q(code__startswith=typed.upper())
    yield (
        Voucher,
        (
            (row, row.code, f"Code of {row.campaign.name}" if row.campaign else "Code", "confirmation_number")
            for row in _first(Voucher.objects.filter(codes, deleted_at=None).select_related("campaign"))
        ),
    )
    yield (
        Budget,
        (
            (
                row,
                row.name,
                f"Budget, {'in force' if row.is_active else 'switched off'}",
                "account_balance_wallet",
            )
            for row in _first(budgets.present().filter(name__icontains=typed))
        ),
    )
    people = Q(source_id=typed) | Q(name__istartswith=typed) | Q(email__istartswith=typed)
    yield (
        Customer,
        (
            (row, customer_name(row), f"Customer {row.source_id or ''}".strip(), "person")
            for row in _first(Customer.objects.present().filter(people))
        ),
    )
    yield (
        Segment,
        (
            (row, row.name, "Segment", "groups_3")
            for row in _first(Segment.objects.filter(name__icontains=typed))
        ),
    )
    yield (
        Distribution,
        (
            (row, row.name, f"Distribution, {row.get_state_display().lower()}", "forward_to_inbox")
            for row in _first(distributions.present().filter(name__icontains=typed))
        ),
    )
    yield (
        PublicationRun,
        (
            (row, f"{row.campaign.name} for {row.audience}", "Codes for many customers", "group_add")
            for row in _first(
                PublicationRun.objects.filter(
                    Q(audience__icontains=typed) | Q(campaign__name__icontains=typed)
                ).select_related("campaign")
            )
        ),
    )
    yield (
        Publication,
        (
            (row, row.voucher_code or str(row), f"Publication of {words.day(row.created_at)}", "redeem")
            for row in _first(
                Publication.objects.filter(
                    Q(public_id=typed) | Q(source_id=typed, result=Publication.Result.SUCCESS)
                )
            )
        ),
    )
    yield (
        Product,
        (
            (row, str(row), f"Product {row.source_id or ''}".strip(), "inventory_2")
            for row in _first(Product.objects.present().filter(Q(source_id=typed) | Q(name__icontains=typed)))
        ),
    )
    yield (
        ProductCollection,
        (
            (row, row.name, "Collection", "collections_bookmark")
            for row in _first(ProductCollection.objects.filter(name__icontains=typed))
        ),
    )
    named = Q(name__icontains=typed) | Q(code__istartswith=typed)
    yield (
        Area,
        (
            (row.area, row.name, f"Store {row.code}, {row.area.name}", "storefront")
            for row in _first(areas.stores().filter(named))
        ),
    )
    yield (
        Order,
        (
            (row, str(row), f"Order of {words.day(row.created_at)}", "shopping_cart")
            for row in _first(Order.objects.filter(Q(source_id=typed) | Q(public_id=typed)))
        ),
    )


def _first(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("-pk")[:_MOST]


def _may_see(request: HttpRequest, model: type[Model]) -> bool:
    if model is Conflict:
        return staff_allows(request.user, "calendar.read")
    model_admin = admin.site._registry.get(model)
    return model_admin is not None and model_admin.has_view_permission(request)


def _page(row: Model) -> str:
    if isinstance(row, Conflict):
        return conflict_cards.url_of(row)
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
