"""Which campaigns an operation would change, by where they apply: who works in single areas changes only what
lies within them. Contract: data and events 16 (`readonly`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from approvals.registry import Arguments
from core import project
from promotions.models import Campaign, PromotionStack, PromotionTier, ValidationRuleAssignment, Voucher
from promotions.selectors import vouchers as known_vouchers

type Assigned = Sequence[str]
NOWHERE: Final[Assigned] = ()
"""Of what has no campaign."""


def touched(arguments: Arguments) -> Iterator[Assigned]:
    """The places of everything that the arguments of an operation name."""
    for name, read in _READ.items():
        if arguments.get(name) is not None:
            yield from read(arguments[name])


def of_new_code(arguments: Arguments) -> Iterator[Assigned]:
    campaign = arguments.get("campaign")
    yield NOWHERE if campaign is None else campaign.places


def _campaign(pk: int) -> Iterator[Assigned]:
    yield from Campaign._base_manager.filter(pk=pk).values_list("places", flat=True)


def _voucher(pk: int) -> Iterator[Assigned]:
    for voucher in Voucher._base_manager.filter(pk=pk).select_related("campaign"):
        yield _of(voucher)


def _tier(pk: int) -> Iterator[Assigned]:
    yield from PromotionTier._base_manager.filter(pk=pk).values_list("campaign__places", flat=True)


def _stack(pk: int) -> Iterator[Assigned]:
    yield from PromotionStack._base_manager.filter(pk=pk).values_list("campaign__places", flat=True)


def _code(code: str) -> Iterator[Assigned]:
    yield _of(known_vouchers.get(code))


def _assignment(pk: int) -> Iterator[Assigned]:
    related = ("voucher__campaign", "campaign", "promotion_tier__campaign")
    for row in ValidationRuleAssignment.objects.filter(pk=pk).select_related(*related):
        yield _of(getattr(row, row.related_object_type))


def _entries(entries: Any) -> Iterator[Assigned]:
    """Codes that shall change together; those out of reach are not found anyway."""
    settings = project.current()
    codes = [entry.get("code") for entry in entries if isinstance(entry, Mapping)]
    keys = [project.code_key(code, settings) for code in codes if isinstance(code, str)]
    rows = Voucher.objects.filter(code_key__in=keys, released_at=None)
    yield from rows.order_by().values_list("campaign__places", flat=True).distinct()


def _of(row: Any) -> Assigned:
    campaign = row if isinstance(row, Campaign) else row.campaign
    found: Assigned = NOWHERE if campaign is None else campaign.places
    return found


_READ: Final[Mapping[str, Callable[[Any], Iterator[Assigned]]]] = {
    "campaign_id": _campaign,
    "campaign": lambda row: iter([_of(row)]),
    "voucher_id": _voucher,
    "tier_id": _tier,
    "stack_id": _stack,
    "code": _code,
    "related": lambda row: iter([_of(row)]),
    "assignment_id": _assignment,
    "entries": _entries,
}
