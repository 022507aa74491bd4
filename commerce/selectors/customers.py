"""Reading customers."""

from __future__ import annotations

from commerce.models import Customer
from core.errors import NotFound
from core.ids import has_prefix
from core.prepared import Prepared

_by_public_id = Prepared(Customer, "public_id = %s AND deleted_at IS NULL")
_by_source_id = Prepared(Customer, "source_id = %s AND deleted_at IS NULL")
_locked_by_public_id = Prepared(Customer, "public_id = %s AND deleted_at IS NULL", lock=True)
_locked_by_source_id = Prepared(Customer, "source_id = %s AND deleted_at IS NULL", lock=True)


def find(
    *, public_id: str | None = None, source_id: str | None = None, lock: bool = False
) -> Customer | None:
    """The customer with this id, or else with this `source_id` (one query).

    With `lock` nobody else writes the row until the transaction ends.
    """
    if public_id is not None:
        found = (_locked_by_public_id if lock else _by_public_id)(public_id)
    else:
        found = (_locked_by_source_id if lock else _by_source_id)(source_id)
    return found[0] if found else None


def by_reference(reference: str) -> Customer:
    """The customer of a path: `cust_…` or `source_id`. Ids go first, a `source_id` may look like one.

    :raises NotFound: neither.
    """
    found = find(public_id=reference) if has_prefix(reference, "cust") else None
    found = found or find(source_id=reference)
    if found is None:
        raise NotFound.of("customer", reference)
    return found


def erasable(reference: str) -> Customer:
    """Like `by_reference`, but a deleted customer is found too, by id only.

    :raises NotFound: no such customer.
    """
    deleted = Customer.objects.filter(public_id=reference).first() if has_prefix(reference, "cust") else None
    return deleted or by_reference(reference)
