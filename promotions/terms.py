"""The terms of campaigns, tiers, codes, rules and budgets: everything of theirs that a decision depends on.

Names, descriptions, banners, places in a list and counters are no terms; metadata is, since rules read it.
What stands elsewhere with every decision is not repeated here: stacking rules and categories are in its
snapshot, credits of a gift card in their ledger.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Model, Q, QuerySet

from promotions.models import Budget, Campaign, PromotionTier, ValidationRule, Version, Voucher

RULE_ID: Final = "rule_assignment__rule__public_id"
RULE_VERSION: Final = "rule_assignment__rule__version__number"

_LIMITS: Final = {
    "start_date": "starts_at",
    "expiration_date": "ends_at",
    "timeframe_interval": "timeframe_interval",
    "timeframe_duration": "timeframe_duration",
    "validity_day_of_week": "days_of_week",
    "validity_hours": "validity_hours",
}
_COMMON: Final = {
    **_LIMITS,
    "category_id": "category__public_id",
    "active": "is_active",
    "metadata": "metadata",
    "validation_rule_id": RULE_ID,
    "validation_rule_version": RULE_VERSION,
    "deleted_at": "deleted_at",
}


@dataclass(frozen=True, kw_only=True)
class Kind[Row: Model]:
    """One kind of thing that has terms. `paths`: names in the content to the columns that they come from."""

    subject: Version.Subject
    model: type[Row]
    paths: Mapping[str, str]


KINDS: Final[tuple[Kind[Any], ...]] = (
    Kind(
        subject=Version.Subject.RULE,
        model=ValidationRule,
        paths={name: name for name in ("rules", "applicable_to", "bundle_rules", "error")},
    ),
    Kind(
        subject=Version.Subject.CAMPAIGN,
        model=Campaign,
        paths={
            **_COMMON,
            "campaign_type": "campaign_type",
            "type": "type",
            "activity_duration_after_publishing": "activity_duration_after_publishing",
            "discount": "discount",
            "gift": "gift",
            "loyalty": "loyalty",
            "referral": "referral",
            "redemption_quantity": "voucher_redemption_quantity",
            "return_policy": "return_policy",
            "places": "places",
        },
    ),
    Kind(
        subject=Version.Subject.TIER,
        model=PromotionTier,
        paths={**_COMMON, "campaign_id": "campaign__public_id", "discount": "discount"},
    ),
    Kind(
        subject=Version.Subject.VOUCHER,
        model=Voucher,
        paths={
            **_COMMON,
            "campaign_id": "campaign__public_id",
            "type": "type",
            "discount": "discount",
            "gift_effect": "gift_effect",
            "redemption_quantity": "redemption_quantity",
        },
    ),
    Kind(
        subject=Version.Subject.BUDGET,
        model=Budget,
        paths={
            **{name: name for name in ("measure", "limit", "period", "per", "customer_key", "field")},
            **{name: name for name in ("policy", "channels", "stores", "deleted_at")},
            "active": "is_active",
            "campaigns": "campaign_ids",
        },
    ),
)
"""Rules first: what has a rule names the rule's version."""

_BY_MODEL: Final = {kind.model: kind for kind in KINDS}
_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})

OF_THEIR_OWN: Final = (
    Q(campaign=None)
    | Q(version__isnull=False)
    | Q(discount__isnull=False)
    | Q(category__isnull=False)
    | Q(is_active=False)
    | Q(rule_assignment__isnull=False)
    | Q(starts_at__isnull=False)
    | Q(ends_at__isnull=False)
    | ~Q(timeframe_interval="")
    | Q(days_of_week__isnull=False)
    | Q(validity_hours__isnull=False)
)
"""Codes with a version of their own; for the others their campaign's version stands. What a code got by hand
and could have from its campaign as well (uses, metadata) cannot be seen: whoever changes it says so."""


def kind_of(model: type[Model]) -> Kind[Any]:
    """Also of a proxy: how the admin shows something changes no terms."""
    found: type[Model] = model._meta.concrete_model or model
    return _BY_MODEL[found]


def columns_of(model: type[Model]) -> frozenset[str]:
    """The columns of this model, as services write them, that are terms."""
    return frozenset(path.partition("__")[0] for path in kind_of(model).paths.values())


def read(rows: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    """The rows as `content` takes them, with `pk`, `public_id`, and their version's id, number and digest."""
    kind = kind_of(rows.model)
    if kind.model is Budget:
        drawing = ArrayAgg("campaigns__public_id", default=[], filter=Q(campaigns__isnull=False))
        rows = rows.annotate(campaign_ids=drawing)
    given = {"version_number": F("version__number"), "version_sha256": F("version__sha256")}
    return rows.values("pk", "public_id", "version_id", *kind.paths.values(), **given)


def content(model: type[Model], row: Mapping[str, Any]) -> dict[str, Any]:
    """The terms of one row of `read` as plain JSON; what is not set is left out.

    So a term that comes new into the house changes the content of those only that make use of it.
    """
    found = {name: _plain(row[path]) for name, path in kind_of(model).paths.items()}
    if "campaigns" in found:
        found["campaigns"] = sorted(found["campaigns"])
    return {name: value for name, value in found.items() if value not in _NOTHING}


def canonical(value: Any) -> str:
    """JSON with sorted keys and without spaces: equal values give equal texts."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Instants in UTC, numbers as the columns keep them: 10 and 10.0 are one number."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal | float):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
