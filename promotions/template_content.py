"""What a template holds, as plain JSON, and the way back to columns.

{"settings": {…}, "time": {…}, "discount" | "gift": {…}, "metadata": {…}, "banner": "…",
 "conditions": {…} | null, "resources": [{"object": "product", "id": …}, …],
 "metadata_types": {"campaign": {"season": "string"}}}

Contract: semantics-data-and-events 18. What is kept of a campaign or tier, and what is not, stands here for
every column; a test asks for new ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from core.instants import parse_instant
from promotions.models import Campaign, PromotionTier, ValidationRule
from promotions.services.definitions import facts

type Content = Mapping[str, Any]

INSTANTS: Final = ("starts_at", "ends_at")
TIME: Final = (
    *INSTANTS,
    "timeframe_interval",
    "timeframe_duration",
    "days_of_week",
    "validity_hours",
)
SETTINGS: Final = (
    "description",
    "type",
    "join_once",
    "use_voucher_metadata_schema",
    "activity_duration_after_publishing",
    "return_policy",
    "code_config",
    "voucher_redemption_quantity",
)
WORTH: Final = ("discount", "gift")
CONDITIONS: Final = ("name", "type", "context_type", "rules", "applicable_to", "bundle_rules", "error")
NOT_KEPT: Final = frozenset(
    {
        "id", "public_id", "created_at", "updated_at", "version", "deleted_at", "released_at",
        "name", "category", "protected", "places", "campaign", "hierarchy",
        "lifecycle", "is_active", "planned_codes", "planned_code", "vouchers_count", "generation_status",
        "redeemed_quantity", "orders_total_amount", "orders_total_discount_amount",
    }
)  # fmt: skip
"""Names, numbers of codes, category and places are each campaign's own; the rest is history."""

_ID: Final = re.compile(r"(?:prod|sku|pc|seg|loc)_[0-9A-Za-z]+")


def of_campaign(campaign: Campaign, rule: ValidationRule | None) -> dict[str, Any]:
    """Without `resources` and `metadata_types`."""
    settings = {name: getattr(campaign, name) for name in SETTINGS}
    worth = {name: getattr(campaign, name) for name in WORTH if getattr(campaign, name)}
    return facts(
        {
            "settings": settings,
            **worth,
            "banner": "",
            "time": facts({name: getattr(campaign, name) for name in TIME}),
            "metadata": dict(campaign.metadata),
            "conditions": _of_rule(rule),
        }
    )


def of_tier(tier: PromotionTier, rule: ValidationRule | None) -> dict[str, Any]:
    """As `of_campaign`; what only campaigns have is as a new campaign has it."""
    blank = Campaign()
    return facts(
        {
            "settings": {name: getattr(blank, name) for name in SETTINGS},
            "discount": tier.discount,
            "banner": tier.banner,
            "time": facts({name: getattr(tier, name) for name in TIME}),
            "metadata": dict(tier.metadata),
            "conditions": _of_rule(rule),
        }
    )


def time_of(content: Content, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The time columns of something new. `given` goes over what was kept.

    A period that is over begins anew, now or at the start that was given, and lasts as long; without a start
    it has no end.
    """
    kept = dict(content["time"])
    for name in INSTANTS:
        kept[name] = parse_instant(kept[name]) if kept[name] else None
    starts_at, ends_at = kept["starts_at"], kept["ends_at"]
    begins_at = given.get("starts_at", starts_at)
    is_over = ends_at is not None and ends_at <= max(now, begins_at or now)
    if is_over and "ends_at" not in given:
        begins_at = given.get("starts_at") or now
        lasts = None if starts_at is None else ends_at - starts_at
        kept |= {"starts_at": begins_at if lasts else None, "ends_at": begins_at + lasts if lasts else None}
    return {**kept, **given}


def ids_in(part: Any) -> set[str]:
    """Ids of products, SKUs, collections, segments and places that a rule or discount names."""
    return {text for text in _texts(part) if _ID.fullmatch(text)}


def with_ids(part: Any, ids: Mapping[str, str]) -> Any:
    """The same with other ids in place of these."""
    match part:
        case Mapping():
            return {key: with_ids(inner, ids) for key, inner in part.items()}
        case list():
            return [with_ids(inner, ids) for inner in part]
        case str():
            return ids.get(part, part)
    return part


def _texts(part: Any) -> Iterator[str]:
    match part:
        case Mapping():
            for inner in part.values():
                yield from _texts(inner)
        case list() | tuple():
            for inner in part:
                yield from _texts(inner)
        case str():
            yield part


def _of_rule(rule: ValidationRule | None) -> dict[str, Any] | None:
    return None if rule is None else {name: getattr(rule, name) for name in CONDITIONS}
