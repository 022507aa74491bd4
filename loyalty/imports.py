"""Background jobs of loyalty programmes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations import registry
from integrations.registry import JobType, Made
from loyalty.services import tier_structure
from promotions.models import Campaign


def register() -> None:
    registry.register(
        JobType(
            name=tier_structure.JOB,
            handler=tier_structure.evaluate_slice,
            label="Tiers of all members looked at again",
            slice_size=1,
            must_end="The tiers are changed already, so that all members have to be looked at.",
            made=_programme,
        )
    )


def _programme(params: Mapping[str, Any]) -> Made | None:
    found = Campaign.objects.filter(pk=params["campaign"], deleted_at=None).only("name").first()
    if found is None:
        return None
    return Made(label=found.name, page="admin:promotions_campaign_change", args=(found.pk,))
