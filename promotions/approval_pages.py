"""Where a person sees what a request is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from django.db.models import Model
from django.urls import reverse

from promotions.models import Budget, Campaign, Category, Distribution, ValidationRule, Voucher

_MODELS: Final[dict[str, type[Model]]] = {
    "campaign": Campaign,
    "variations": Campaign,
    "publication_run": Campaign,
    "voucher": Voucher,
    "validation_rule": ValidationRule,
    "budget": Budget,
    "category": Category,
    "distribution": Distribution,
}


def pages() -> Iterator[tuple[str, Callable[[str], str]]]:
    """Target type -> the address of the admin page by wire id, "" for what is gone for good."""
    for name, model in _MODELS.items():
        yield name, page_of(model)


def page_of(model: type[Model]) -> Callable[[str], str]:
    """The page of one row by its wire id."""

    def page(public_id: str) -> str:
        pk = model._default_manager.filter(public_id=public_id).values_list("pk", flat=True).first()
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        return "" if pk is None else reverse(name, args=[pk])

    return page
