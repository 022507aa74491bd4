"""The background jobs of this app, for `integrations.registry`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core import project
from core.actors import Actor
from core.api.exceptions import to_domain_error
from core.services import metadata_schemas
from integrations import import_registry, registry
from integrations.imports import of_file
from integrations.models import ImportFile
from integrations.registry import JobType, Made, Report, Row, RowFailure, SliceResult
from integrations.services.import_slices import FILE
from promotions import import_kinds, voucher_rows
from promotions.models import Campaign, PublicationRun
from promotions.services import (
    clock_changes,
    code_batches,
    publication_runs,
    publication_slices,
    voucher_imports,
    voucher_updates,
)
from promotions.services.voucher_imports import Entry
from promotions.services.vouchers import metadata_resource


def _campaign(params: Mapping[str, Any]) -> Made | None:
    found = Campaign.objects.filter(pk=params["campaign"], deleted_at=None).only("name").first()
    if found is None:
        return None
    return Made(label=found.name, page="admin:promotions_campaign_change", args=(found.pk,))


def _campaign_of_file(params: Mapping[str, Any]) -> Made | None:
    file = ImportFile.objects.filter(pk=params[FILE]).first()
    return _campaign(file.params) if file is not None else None


def _codes(params: Mapping[str, Any]) -> Made:
    return Made(label="Codes", page="admin:promotions_voucher_changelist")


def _project(params: Mapping[str, Any]) -> Made:
    return Made(
        label="Project settings", page="admin:core_projectsettings_change", args=(project.SETTINGS_PK,)
    )


def _run(params: Mapping[str, Any]) -> Made | None:
    found = PublicationRun.objects.filter(pk=params["run"]).select_related("campaign").first()
    if found is None:
        return None
    label = f"{found.campaign.name} for {found.audience}"
    return Made(label=label, page="admin:promotions_publicationrun_change", args=(found.pk,))


def import_codes(rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime) -> SliceResult:
    """Codes of a file or a bulk request, alone or into the campaign that `params` names."""
    campaign_id = params.get(voucher_imports.CAMPAIGN)
    campaign = None if campaign_id is None else voucher_imports.open_campaign(campaign_id)
    schema = metadata_schemas.rulebook(resource=metadata_resource(campaign)).own
    types, zone = {} if schema is None else schema.properties, project.current().zone
    entries: list[Entry] = []
    failures: list[RowFailure] = []
    for row in rows:
        try:
            if params.get("is_csv"):
                entries.append(voucher_rows.from_cells(row.number, row.value, types, zone))
            else:
                entries.append(voucher_rows.from_json(row.number, row.value))
        except Exception as error:  # refusals are reported, everything else is raised again
            failures.append(_failure(row, error))
    is_told = bool(params.get("webhooks_enable"))
    result = voucher_imports.write(entries, campaign=campaign, actor=actor, now=now, is_told=is_told)
    found = sorted([*failures, *result.failures], key=lambda failure: failure.row)
    return SliceResult(done=result.done, failures=found)


def _failure(row: Row, error: Exception) -> RowFailure:
    refusal = to_domain_error(error)
    if refusal is None or refusal.status >= 500:
        raise error
    code = row.value.get("code") if isinstance(row.value, Mapping) else None
    name = code.strip()[:255] if isinstance(code, str) else ""
    return RowFailure(row=row.number, name=name, key=refusal.key, reason=refusal.details or refusal.message)


def register() -> None:
    import_registry.register(*import_kinds.KINDS)
    for name in (
        import_kinds.VOUCHERS_IMPORT,
        import_kinds.VOUCHERS_IMPORT_CSV,
        import_kinds.CAMPAIGN_IMPORT,
        import_kinds.CAMPAIGN_IMPORT_CSV,
    ):
        is_of_campaign = name.startswith("CAMPAIGN.")
        registry.register(
            JobType(
                name=name,
                handler=import_codes,
                label="Import of a campaign's codes" if is_of_campaign else "Import of codes",
                name_key="code",
                made=_campaign_of_file if is_of_campaign else of_file,
            )
        )
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
            name=clock_changes.RECOUNT,
            handler=clock_changes.recount_slice,
            label="Limits of days, weeks and months counted anew",
            slice_size=20,
            must_end="Until it is done, limits of days, weeks and months may count by the former clock.",
            made=_project,
        ),
        JobType(
            name=publication_runs.PUBLISH,
            handler=publication_slices.publish_slice,
            label="Codes for many customers",
            is_counted=True,
            slice_size=publication_runs.SLICE,
            made=_run,
        ),
        JobType(
            name=voucher_updates.BULK_UPDATE,
            handler=voucher_updates.update_slice,
            label="Change of many codes",
            made=_codes,
            report=Report.BULK,
            name_key="code",
        ),
        JobType(
            name=voucher_updates.METADATA_UPDATE,
            handler=voucher_updates.update_slice,
            label="Metadata of many codes",
            made=_codes,
            report=Report.BULK,
            name_key="code",
        ),
    ):
        registry.register(job_type)
