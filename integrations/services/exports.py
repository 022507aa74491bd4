"""Exports: asked for, withdrawn, and removed after a while (contract: data file 8).

What is asked for is checked here; `export_files` writes the file in the background.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from core import audit, events, project
from core.actors import Actor
from core.api.fields import plain
from core.errors import InvalidPayload, MissingPermission, NotFound
from core.locking import lock
from integrations import export_plans, export_screens
from integrations.export_plans import Plan
from integrations.models import Export, ExportChunk

SCHEDULED: Final = "export.scheduled"
FINISHED: Final = "export.finished"
FAILED: Final = "export.failed"
DELETED: Final = "export.deleted"

_PARAMETERS: Final = ("order", "fields", "filters")


@transaction.atomic
def request(
    *,
    exported_object: str,
    parameters: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    scope: Mapping[str, str] | None = None,
    screen: Mapping[str, str] | None = None,
) -> Export:
    """Ask for a file; a worker begins within a second or two.

    `parameters` is `{order?, fields?, filters?}` in wire form. `scope` narrows it to what the caller's own
    address means, whatever the filters say: `{"voucher_id": "v_…"}`, names of the object's filters. `screen`
    is a list of the admin (`{"model": "commerce.customer", "query": "q=anna"}`): only what it shows.

    :raises InvalidPayload: nothing of that name can be exported, or an unknown order or filter.
    :raises InvalidExportFields: an unknown field.
    :raises MissingPermission: the actor may not export such objects.
    """
    exported = export_plans.described(exported_object)
    permission = f"{exported.resource}.export"
    if not actor.may(permission):
        raise MissingPermission(f"{actor.label} lacks the permission {permission}.")
    names = (*_PARAMETERS, *exported.scopes)
    asked = {name: parameters[name] for name in names if parameters.get(name) is not None}
    narrowed = {name: asked[name] for name in exported.scopes if name in asked} | dict(scope or {})
    plan = export_plans.read(exported, asked, narrowed, now=now, zone=project.current().zone)
    _check_screen(plan, screen, actor)
    export = Export.objects.create(
        exported_object=exported.name,
        parameters=plain(asked),
        scope=narrowed,
        screen=dict(screen or {}),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
        actor_role=actor.role,
        actor_places=None if actor.places is None else sorted(actor.places),
        channel=actor.channel,
        request_id=actor.request_id,
        created_at=now,
    )
    # Without the filters: they may name people, and the audit log is never emptied.
    noted = {"exported_object": exported.name, "fields": asked.get("fields"), "scope": narrowed}
    if screen:
        noted["list"] = screen["model"]
    audit.log(actor, "export.requested", export, now=now, after=noted)
    events.emit(
        SCHEDULED, entity=export, actor=actor, now=now, payload={"exported_object": export.exported_object}
    )
    return export


def _check_screen(plan: Plan, screen: Mapping[str, str] | None, actor: Actor) -> None:
    """:raises InvalidPayload: the list shows other things, or one of its filters means nothing."""
    if not screen:
        return
    try:
        shown = export_screens.rows(screen, actor.id)
    except LookupError as error:
        raise InvalidPayload(str(error)) from None
    if shown.model is not plan.rows.model:
        raise InvalidPayload("This list shows something else.")


@transaction.atomic
def remove(*, export_id: str, actor: Actor, now: datetime) -> None:
    """Remove an export and its file; one that is being written comes to nothing.

    :raises NotFound: there is none, or it was removed before.
    """
    found = lock(Export.objects.filter(public_id=export_id, deleted_at=None))
    if not found:
        raise NotFound.of("export", export_id)
    _remove(found[0], actor, now)


@transaction.atomic
def prune(*, before: datetime, now: datetime, batch_size: int = 100) -> int:
    """Remove the oldest exports that were asked for before that instant; returns how many went."""
    old = Export.objects.filter(created_at__lt=before, deleted_at=None).order_by("pk")[:batch_size]
    found = lock(Export.objects.filter(pk__in=[export.pk for export in old], deleted_at=None))
    for export in found:
        _remove(export, Actor.system("prune exports", channel="TASK"), now)
    return len(found)


def _remove(export: Export, actor: Actor, now: datetime) -> None:
    ExportChunk.objects.filter(export=export).delete()
    export.deleted_at = export.updated_at = now
    export.parameters = {name: value for name, value in export.parameters.items() if name != "filters"}
    export.screen = {name: value for name, value in export.screen.items() if name != "query"}
    if export.finished_at is None:
        # Whoever is writing the file finds out at its end.
        export.status, export.finished_at = Export.Status.ERROR, now
        export.failure = "Removed before it was done"
    changed = ["deleted_at", "updated_at", "parameters", "screen", "status", "finished_at", "failure"]
    export.save(update_fields=changed)
    audit.log(actor, "export.deleted", export, now=now)
    events.emit(DELETED, entity=export, actor=actor, now=now)
