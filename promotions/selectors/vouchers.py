"""Finding vouchers, and loading them with what printing needs."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from core import project
from core.errors import NotFound
from core.ids import has_prefix
from core.models import ProjectSettings
from promotions.models import Voucher

_PRINTED_WITH: Final = ("campaign", "campaign__category", "category", "holder")


def printable(vouchers: QuerySet[Voucher]) -> QuerySet[Voucher]:
    return vouchers.select_related(*_PRINTED_WITH)


def present() -> QuerySet[Voucher]:
    """Everything that is not in the bin."""
    return Voucher.objects.filter(deleted_at=None, released_at=None)


def get(reference: str) -> Voucher:
    """The voucher of a path, ready to be printed: id or code. Ids go first, a code may look like one.

    :raises NotFound: neither, or in the bin.
    """
    found = find(reference)
    if found is None:
        raise NotFound.of("voucher", reference)
    return found


def find(reference: str, settings: ProjectSettings | None = None) -> Voucher | None:
    """Like `get`, without the complaint."""
    rows = printable(present())
    found = rows.filter(public_id=reference).first() if has_prefix(reference, "v") else None
    if found is None:
        key = project.code_key(reference, settings or project.current())
        found = rows.filter(code_key=key).first()
    return found
