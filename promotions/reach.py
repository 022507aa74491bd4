"""What the promotions in reach of somebody who works in single areas are called, for the logs below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db.models import Model, QuerySet

from core import places
from promotions.models import (
    Budget,
    Campaign,
    PromotionStack,
    PromotionTier,
    Publication,
    PublicationRun,
    Redemption,
    Rollback,
    Voucher,
)

_LIMITED: Final[tuple[type[Model], ...]] = (
    Budget,
    Campaign,
    PromotionStack,
    PromotionTier,
    Publication,
    PublicationRun,
    Redemption,
    Rollback,
    Voucher,
)
_OPEN: Final = ("category",)


def register() -> None:
    for model in _LIMITED:
        places.register(model._meta.model_name or "", _ids_of(model))
    for kind in _OPEN:
        places.register(kind, None)


def _ids_of(model: type[Model]) -> Callable[[], QuerySet[Any, Any]]:
    return lambda: model._default_manager.values("public_id")
