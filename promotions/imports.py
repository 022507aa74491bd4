"""The background jobs of this app, for `integrations.registry`."""

from __future__ import annotations

from integrations import registry
from integrations.registry import JobType, Report
from promotions.services import code_batches, voucher_updates


def register() -> None:
    for job_type in (
        JobType(name=code_batches.GENERATE, handler=code_batches.generate_slice),
        JobType(name=code_batches.DELETE, handler=code_batches.delete_slice),
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
