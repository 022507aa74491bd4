"""Out of the bin for good: name and code are free again. Contract: semantics-data-and-events 17.

Redemptions keep the campaign and the code that they were for (`promotions/README.md`); products and SKUs go
out of the database, order lines keep their data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from commerce.models import Product, Sku
from commerce.services import products, skus
from core.actors import Actor
from core.errors import MissingPermission, NotFound
from core.locking import retried
from core.models import BinEntry
from core.services import bin as entries
from promotions.models import Campaign, Voucher
from promotions.services import campaigns, vouchers

_Kind = BinEntry.ResourceType
_GONE: Final[Mapping[str, tuple[type[Any], str, Callable[..., Any]]]] = {
    _Kind.CAMPAIGN: (Campaign, "campaign_id", campaigns.delete),
    _Kind.VOUCHER: (Voucher, "voucher_id", vouchers.delete),
    _Kind.PRODUCT: (Product, "product_id", products.delete),
    _Kind.SKU: (Sku, "sku_id", skus.delete),
}
PERMISSIONS: Final[Mapping[str, str]] = {
    _Kind.CAMPAIGN: "campaigns.delete",
    _Kind.VOUCHER: "vouchers.delete",
    _Kind.PRODUCT: "products.delete",
    _Kind.SKU: "products.delete",
}
"""What somebody needs to delete each kind of thing for good."""
READS: Final = ("campaigns.read", "vouchers.read", "products.read")
"""What somebody needs to look into the bin: all of them."""


@retried
def remove(*, entry_id: str, actor: Actor, now: datetime) -> BinEntry:
    """Delete what this entry (`tbe_…`) stands for, for good; returns the entry that was there.

    :raises NotFound: there is no such entry (any more).
    :raises MissingPermission: the actor may not delete things of its kind.
    :raises ApprovalRequired: somebody has to be asked about deleting it.
    :raises ResourceProtected: a write-protected campaign. :raises ResourceInUse: something refers to it.
    """
    entry = BinEntry.objects.filter(public_id=entry_id).first()
    if entry is None:
        raise NotFound.of("bin_entry", entry_id)
    permission = PERMISSIONS[entry.resource_type]
    if not actor.gets_to(permission):
        raise MissingPermission(f"The permission {permission} is needed.")
    model, name, delete = _GONE[entry.resource_type]
    row = model._default_manager.filter(public_id=entry.resource_id).first()
    if row is not None:
        delete(**{name: row.pk}, force=True, actor=actor, now=now)
    else:
        _forget(entry)
    return entry


@transaction.atomic
def _forget(entry: BinEntry) -> None:
    entries.take_out(entry.resource_id)
