"""Collisions as the refresher stores them, for tests. Dates are fixed; keys are numbered."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from calendar_app.models import Conflict
from calendar_app.overlaps import How, Kind, Severity
from calendar_app.receipts import Receipt
from engine.algebra import Answer
from promotions.models import Campaign
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory

_numbers: Final = count(1)
_DAY: Final = timedelta(days=1)


def receipt(**values: Any) -> Receipt:
    """Two mugs of 10.00: ten percent, then five off the rest."""
    usual: Receipt = {
        "at": (NOW + _DAY).isoformat(),
        "customer": None,
        "segments": [],
        "channel": None,
        "amount": 2000,
        "lines": [{"id": "", "name": "Mug", "quantity": 2, "amount": 2000, "discount": 0}],
        "steps": [
            {"side": "left", "alone": 200, "together": 200, "refused": ""},
            {"side": "right", "alone": 500, "together": 500, "refused": ""},
        ],
        "discount": 700,
        "percent": "35",
    }
    return {**usual, **values}


def conflict(
    left: Campaign | None = None,
    right: Campaign | None = None,
    *,
    starts_at: datetime = NOW + _DAY,
    ends_at: datetime | None = NOW + 3 * _DAY,
    facts: dict[str, Any] | None = None,
    **values: Any,
) -> Conflict:
    """Two campaigns discount the same twice, proved, for two days from tomorrow on."""
    left = left or CampaignFactory()
    right = right or CampaignFactory()
    number = next(_numbers)
    kind = values.pop("kind", Kind.DOUBLE_DISCOUNT)
    usual = {
        "key": f"{kind}:campaign:{left.pk}|campaign:{right.pk}:{number}",
        "kind": kind,
        "severity": Severity.MEDIUM,
        "certainty": Answer.OVERLAPS,
        "left_campaign": left,
        "right_campaign": right,
        "left_unit": f"campaign:{left.pk}",
        "right_unit": f"campaign:{right.pk}",
        "left_key": f"campaign:{left.pk}",
        "right_key": f"campaign:{right.pk}",
        "starts_at": starts_at,
        "ends_at": ends_at,
        "spans": [[starts_at.isoformat(), ends_at.isoformat() if ends_at else None]],
        "sentence": f"“{left.name}” and “{right.name}” meet.",
        "facts": {"receipt": receipt(), "fixes": [], "opaque": [], **(facts or {})},
        "customers": 412,
        "customers_how": How.EXACT,
        "products": 38,
        "products_how": How.EXACT,
        "cost": 12_000,
        "found_at": NOW,
        "seen_at": NOW,
    }
    return Conflict.objects.create(**{**usual, **values})
