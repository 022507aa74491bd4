"""A thing that can be exported, for tests: background jobs, one row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest

from core.api.filters import DateTime, Json, Number, Text
from integrations import export_registry
from integrations.export_registry import Cell, ExportedObject, column, json_object, money
from integrations.models import AsyncAction
from tests.factories.integrations import AsyncActionFactory

NAME: Final = "note"


@dataclass
class Notes:
    """`watch` is called with each type that is written into a file."""

    watch: Callable[[str], None] = lambda kind: None

    def seen(self, kind: str) -> str:
        self.watch(kind)
        return kind

    def described(self) -> ExportedObject:
        return ExportedObject(
            name=NAME,
            resource="notes",
            rows=lambda now: AsyncAction.objects.exclude(type="hidden"),
            fields={
                "type": Cell(columns=("type",), show=self.seen),
                "cost": money("rows_count"),
                "progress": column("progress"),
                "metadata": json_object("params"),
            },
            default_fields=("type", "cost"),
            orders={"type": "type", "progress": "progress"},
            filters={
                "type": Text("type"),
                "channel": Text("channel"),
                "progress": Number("progress"),
                "created_at": DateTime("created_at"),
                "metadata": Json("params"),
            },
            scopes=("channel",),
        )


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    found = Notes()
    monkeypatch.setitem(export_registry._objects, NAME, found.described())
    return found


def note(kind: str, **values: Any) -> AsyncAction:
    return AsyncActionFactory(type=kind, **values)
