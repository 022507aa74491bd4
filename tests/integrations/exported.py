"""Exports in tests: a thing that can be exported (background jobs, one row each), and files as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest

from core.actors import Actor
from core.api.filters import DateTime, Json, Number, Text
from integrations import export_registry
from integrations.export_registry import Cell, ExportedObject, column, json_object, money
from integrations.models import AsyncAction
from integrations.selectors import exports as known
from integrations.services import export_files, exports
from tests.conftest import NOW
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


def exported(name: str, **parameters: Any) -> list[dict[str, str]]:
    """Ask for a file, write it, and read it: `exported("order", fields=["id"])`."""
    export = exports.request(
        exported_object=name, parameters=parameters, actor=Actor.system("tests"), now=NOW
    )
    assert export_files.write_next(now=NOW)
    text = b"".join(known.content(export)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))
