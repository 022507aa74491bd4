"""What an export asks for, read against what its object offers (contract: data file 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from django.db.models import QuerySet

from core.api.filters import WireFilters
from core.errors import DomainError, InvalidPayload
from integrations import csv_text, export_registry
from integrations.export_registry import Cell, ExportedObject

MAX_FIELDS: Final = 200
MAX_NAME: Final = 255

_FETCHED_AT_ONCE: Final = 2000


class InvalidExportFields(DomainError):
    key = "invalid_export_fields"
    message = "Invalid export fields"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The columns of a file, its rows and their order."""

    cells: Mapping[str, Cell]
    rows: QuerySet[Any]

    def header(self) -> list[str]:
        return [csv_text.harmless(name) for name in self.cells]

    def lines(self) -> Iterator[list[str]]:
        """The rows as cells: one SELECT, read as a stream. Needs a transaction."""
        # The key in front: `values_list()` without any column means all of them.
        columns: list[Any] = ["pk"]
        shown: list[tuple[Callable[..., Any], slice]] = []
        for cell in self.cells.values():
            shown.append((cell.show, slice(len(columns), len(columns) + len(cell.columns))))
            columns += cell.columns
        for row in self.rows.values_list(*columns).iterator(chunk_size=_FETCHED_AT_ONCE):
            yield [csv_text.text(show(*row[part])) for show, part in shown]


def described(name: str) -> ExportedObject:
    """:raises InvalidPayload: nothing of that name can be exported."""
    found = export_registry.find(name)
    if found is None:
        raise InvalidPayload(f"Property .exported_object must be one of {', '.join(export_registry.names())}")
    return found


def read(
    exported: ExportedObject,
    parameters: Mapping[str, Any],
    scope: Mapping[str, str],
    *,
    now: datetime,
    zone: tzinfo,
) -> Plan:
    """The plan behind `{fields?, order?, filters?}`; without an order the rows come oldest first.

    `now` and `zone` are what relative filters such as `$today` mean.

    :raises InvalidExportFields: an unknown field; the details list the known ones.
    :raises InvalidPayload: an unknown order or filter, or one of a wrong shape; likewise.
    """
    filters = {} if parameters.get("filters") is None else parameters["filters"]
    where = WireFilters.parse(filters, exported.filters, now=now, zone=zone, refusal=InvalidPayload).q()
    equalities = {name: {"conditions": {"$is": value}} for name, value in scope.items()}
    within = WireFilters.parse(equalities, exported.filters, now=now, zone=zone, refusal=InvalidPayload).q()
    order = _order(exported, parameters.get("order"))
    return Plan(
        cells=_cells(exported, parameters.get("fields") or list(exported.default_fields)),
        rows=exported.rows(now).filter(within).filter(where).order_by(*order),
    )


def _cells(exported: ExportedObject, names: Any) -> dict[str, Cell]:
    if not isinstance(names, list) or len(names) > MAX_FIELDS:
        raise InvalidPayload(f"Property .parameters.fields must be an array of at most {MAX_FIELDS} names")
    cells = {}
    for name in names:
        cell = exported.cell(name) if isinstance(name, str) and len(name) <= MAX_NAME else None
        if cell is None:
            allowed = ", ".join(exported.allowed_fields())
            raise InvalidExportFields(
                f"{exported.name} has no field {str(name)[:MAX_NAME]!r}. Allowed: {allowed}."
            )
        cells[name] = cell
    return cells


def _order(exported: ExportedObject, wanted: Any) -> tuple[str, ...]:
    if wanted is None:
        return ("pk",)
    if wanted not in exported.allowed_orders():
        allowed = ", ".join(exported.allowed_orders())
        raise InvalidPayload(f"Property .parameters.order must be one of {allowed}")
    sign = "-" if wanted.startswith("-") else ""
    return (f"{sign}{exported.orders[wanted.removeprefix('-')]}", f"{sign}pk")
