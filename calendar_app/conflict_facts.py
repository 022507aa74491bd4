"""What is kept of a conflict that was found, beside what lists are filtered by. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from calendar_app.conflict_terms import Extent, digest
from calendar_app.overlaps import Counts, Fix, Found, Item
from calendar_app.receipts import Receipt

type Facts = dict[str, Any]

BLACKOUT: Final = "blackout"
_LATER: Final[Facts] = {"fixes": [], "is_tried": False, "receipt": None}


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What takes longer to find out: whom it concerns, what would help, and the basket that shows it.

    `fixes` None: not tried out now, because that is known already, or too slight. `receipt` None: as before.
    """

    counts: Counts
    fixes: tuple[Fix, ...] | None = None
    receipt: Receipt | None = None


def terms_of(found: Found) -> str:
    """The digest of what makes it a conflict: both sides as they are."""
    return digest(found.kind.value, found.left.digest, _terms_of_right(found))


def _terms_of_right(found: Found) -> str:
    if found.right is not None:
        return found.right.digest
    closure = found.closure
    return f"{closure.id} {closure.forbids} {closure.is_hard}" if closure is not None else ""


def unit_of_right(found: Found) -> str:
    return found.right.unit if found.right is not None else _closure(found)


def key_of_right(found: Found) -> str:
    return found.right.key if found.right is not None else _closure(found)


def _closure(found: Found) -> str:
    return f"{BLACKOUT}:{found.closure.id if found.closure is not None else ''}"


def extent_of(found: Found, *, customers: int | None, products: int | None) -> Extent:
    """How far it goes, for whoever accepts it."""
    sides = [one for one in (found.left, found.right) if one is not None]
    starts = [one.starts_at for one in sides if one.starts_at is not None]
    ends = [one.ends_at for one in sides if one.ends_at is not None]
    percent = found.together_percent
    return Extent(
        since=max(starts, default=None),
        until=min(ends, default=None),
        windows=tuple(found.spans),
        percent=None if percent is None else Decimal(percent),
        winner=found.winner,
        certainty=found.certainty.value,
        customers=customers,
        products=products,
    )


def facts_of(found: Found, looked: Looked | None, *, kept: Mapping[str, Any], extent: Extent) -> Facts:
    """Plain JSON. `kept` are the facts of before, of which what was not looked at again stays."""
    later = {name: kept.get(name, usual) for name, usual in _LATER.items()}
    if looked is not None and looked.receipt is not None:
        later["receipt"] = looked.receipt
    if looked is not None and looked.fixes is not None:
        later |= {"fixes": [_fix(one) for one in looked.fixes], "is_tried": True}
    return {
        "left_name": found.left.label,
        "right_name": found.right.label if found.right is not None else _name(found),
        "left": _side(found.left),
        "right": _side(found.right) if found.right is not None else _blackout(found),
        "winner": found.winner,
        "why": found.why,
        "together_percent": found.together_percent,
        "before": found.before,
        "after": found.after,
        "spot": found.spot,
        "opaque": list(found.opaque),
        "pools": list(found.pools),
        "extent": extent.to_json(),
        **later,
    }


def _side(item: Item) -> Facts:
    return {
        "name": item.name,
        "tier": item.tier_name,
        "state": item.state,
        "public_id": item.public_id,
        "is_proposed": item.is_ghost,
        "owner_id": item.owner_id,
    }


def _blackout(found: Found) -> Facts:
    return {"name": _name(found), "is_hard": found.closure is not None and found.closure.is_hard}


def _name(found: Found) -> str:
    return found.closure.name if found.closure is not None else ""


def _fix(fix: Fix) -> Facts:
    return {"kind": fix.kind.value, "key": fix.key, "sentence": fix.sentence, "values": dict(fix.values)}
