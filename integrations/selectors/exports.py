"""Finding exports and reading their files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from django.db.models import QuerySet

from core import places
from core.errors import NotFound
from integrations.models import Export, ExportChunk


def present() -> QuerySet[Export]:
    """Exports that were not removed."""
    return places.own(Export.objects.filter(deleted_at=None))


def get(export_id: str) -> Export:
    """:raises NotFound: unknown id, or removed."""
    found = present().filter(public_id=export_id).first()
    if found is None:
        raise NotFound.of("export", export_id)
    return found


def content(export: Export) -> Iterator[bytes]:
    """The file, one chunk in memory at a time. It breaks off if the export is removed meanwhile."""
    chunks = ExportChunk.objects.filter(export=export).values_list("content", flat=True)
    for number in count():
        found = chunks.filter(number=number).first()
        if found is None:
            return
        yield bytes(found)


def file_name(export: Export) -> str:
    return f"{export.exported_object}-{export.created_at:%Y-%m-%d}-{export.public_id}.csv"
