"""Rows of `integrations` for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from integrations.models import AsyncAction, Export, ExportChunk

CREATED_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class AsyncActionFactory(DjangoModelFactory[AsyncAction]):
    class Meta:
        model = AsyncAction

    type = "CUSTOMERS.BULK_UPDATE"
    actor_kind = "api_key"
    actor_id = "key"
    actor_label = "Shop"
    actor_role = "ADMIN"
    channel = "API"
    request_id = factory.Sequence(lambda n: f"v-{n:018x}")
    created_at = CREATED_AT


class ExportFactory(DjangoModelFactory[Export]):
    class Meta:
        model = Export

    exported_object = "order"
    actor_kind = "api_key"
    actor_id = "key"
    actor_label = "Shop"
    actor_role = "ADMIN"
    channel = "API"
    created_at = CREATED_AT

    class Params:
        done = factory.Trait(status="DONE", started_at=CREATED_AT, finished_at=CREATED_AT)


def export_with_file(content: bytes, **values: Any) -> Export:
    """A finished export whose file is in pieces of ten bytes."""
    export: Export = ExportFactory(done=True, size_bytes=len(content), **values)
    pieces = [content[start : start + 10] for start in range(0, len(content), 10)]
    ExportChunk.objects.bulk_create(
        ExportChunk(export=export, number=number, content=piece) for number, piece in enumerate(pieces)
    )
    return export
