"""The background jobs of this app, for `integrations.registry`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations import registry
from integrations.registry import JobType, Made, Report
from promotions.models import Campaign
from promotions.services import code_batches, voucher_updates


def _campaign(params: Mapping[str, Any]) -> Made | None:
    found = Campaign.objects.filter(pk=params["campaign"], deleted_at=None).only("name").first()
    if found is None:
        return None
    return Made(label=found.name, page="admin:promotions_campaign_change", args=(found.pk,))


def register() -> None:
    for job_type in (
        JobType(
            name=code_batches.GENERATE,
            handler=code_batches.generate_slice,
            label="Codes of a campaign",
            is_counted=True,
            slice_size=10_000,
            slices_in_turn=3,
            made=_campaign,
        ),
        JobType(
            name=code_batches.DELETE,
            handler=code_batches.delete_slice,
            label="Codes of a deleted campaign go",
            is_counted=True,
            must_end="The campaign is deleted already, so that all its codes have to go with it.",
        ),
        JobType(
            name=voucher_updates.BULK_UPDATE,
            handler=voucher_updates.update_slice,
            report=Report.BULK,
            name_key="code",
        ),
        JobType(
            name=voucher_updates.METADATA_UPDATE,
            handler=voucher_updates.update_slice,
            report=Report.BULK,
            name_key="code",
        ),
    ):
        registry.register(job_type)
