"""Every page of the admin that can be looked at, read from the admin: no list of ours can forget one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.contrib import admin
from django.urls import reverse

from tests.security.world import World

# Pages that are no model's, by the name of their address.
OTHERS: Final = {
    "overview": "index",
    "why": "promotions_why",
    "notifications": "notifications",
    "simulator": "approvals_simulator",
    "calendar": "calendar",
    "points liability": "loyalty_finance",
    "what an order earns": "loyalty_estimate",
    "second step": "second_factor",
}


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Name and address of each list, each page of an object, and the pages that are no model's."""
    for name, url_name in OTHERS.items():
        yield name, reverse(f"admin:{url_name}")
    for model in admin.site._registry:
        meta = model._meta
        name = f"admin:{meta.app_label}_{meta.model_name}"
        yield f"{meta.label_lower} list", reverse(f"{name}_changelist")
        row = world.get(meta.label_lower)
        if row is not None:
            yield f"{meta.label_lower} page", reverse(f"{name}_change", args=[row.pk])
