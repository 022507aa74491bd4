"""The job that tries a file's rows and changes nothing, for `integrations.registry`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.actors import Actor
from integrations import registry
from integrations.models import ImportFile
from integrations.registry import JobType, Made, Row, SliceResult
from integrations.services.import_slices import CHECK, FILE


def register() -> None:
    registry.register(
        JobType(name=CHECK, handler=_nothing, label="Trial run of an import", slice_size=10_000, made=of_file)
    )


def _nothing(rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime) -> SliceResult:
    """The rows are in a file, and its own job tries them (`integrations.services.import_slices`)."""
    return SliceResult(done=0)


def of_file(params: Mapping[str, Any]) -> Made | None:
    """The page of the file that a job works off; None where its rows came with a request, or it is gone."""
    file = ImportFile.objects.filter(pk=params[FILE]).first() if FILE in params else None
    if file is None:
        return None
    return Made(label=file.name, page="admin:integrations_importfile_change", args=(file.pk,))
