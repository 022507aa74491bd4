from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from commerce.selectors.order_shapes import OrderSpec
from core.actors import Actor
from promotions.models import Redemption, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import redemptions
from promotions.services.validations import DecisionSpec
from tests.core.admin.conftest import admin_page, page_as

__all__ = ["admin_page", "page_as"]


@pytest.fixture
def redeem(db: None, actor: Actor) -> Callable[..., Redemption]:
    """`redeem(voucher, amount=10000)`: one attempt, now, by the shop; a refusal is on record, too."""

    def attempt(voucher: Voucher, *, amount: int = 10000, **extra: Any) -> Redemption:
        spec = DecisionSpec(
            redeemables=(Requested(object="voucher", id=voucher.code),),
            order=OrderSpec(amount=amount),
            customer={"source_id": "anna", "name": "Anna Arendt"},
            **extra,
        )
        try:
            return redemptions.redeem(spec=spec, actor=actor, now=timezone.now()).redemptions[0]
        except NotRedeemable as refusal:
            return Redemption.objects.get(public_id=refusal.resource_id)

    return attempt


@pytest.fixture
def press(admin_page: Client) -> Callable[..., Any]:
    """`press(row, "disable", reason="…")`: what a browser sends when a dialog is confirmed."""

    def confirm(row: Any, button: str, **fields: Any) -> Any:
        name = f"{row._meta.app_label}_{row._meta.model_name}_{button}"
        return admin_page.post(reverse(f"admin:{name}", args=[row.pk]), {"_form_submitted": "on", **fields})

    return confirm
