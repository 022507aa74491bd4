"""Stores out to files and in from them, for the registries of this app: core knows nothing of files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db import transaction

from core.actors import Actor
from core.api.filters import DateTime, Text
from core.errors import DomainError, InvalidPayload
from core.models import Area, Store
from core.selectors import areas as known
from core.services import areas
from integrations import export_registry, import_registry, registry
from integrations.export_registry import ExportedObject, column
from integrations.import_registry import ImportColumn as Column
from integrations.import_registry import ImportKind
from integrations.imports import of_file
from integrations.registry import JobType, Row, RowFailure, SliceResult

JOB: Final = "STORES.IMPORT_CSV"
_POINT: Final = ("latitude", "longitude")


def register() -> None:
    export_registry.register(STORES)
    import_registry.register(KIND)
    registry.register(
        JobType(name=JOB, handler=import_stores, label="Import of stores", slice_size=200, made=of_file)
    )


STORES: Final = ExportedObject(
    name="store",
    resource="areas",
    rows=lambda now: known.stores(),
    fields={
        "id": column("public_id"),
        "area": column("area__name"),
        "name": column("name"),
        "code": column("code"),
        "timezone": column("own_time_zone"),
        "latitude": column("latitude"),
        "longitude": column("longitude"),
        "created_at": column("created_at"),
    },
    default_fields=("area", "name", "code", "timezone", "latitude", "longitude"),
    orders={"created_at": "created_at", "name": "name", "code": "code"},
    filters={"area": Text("area__name"), "code": Text("code"), "created_at": DateTime("created_at")},
)


def import_stores(rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime) -> SliceResult:
    """Known by their code: changed, or made in the area that is named. A bad row leaves no trace."""
    failures = []
    for row in rows:
        try:
            with transaction.atomic():
                _write(row.value, actor, now)
        except DomainError as error:
            reason = error.details or error.message
            failures.append(RowFailure(row=row.number, name=_name(row.value), key=error.key, reason=reason))
    return SliceResult(done=len(rows) - len(failures), failures=failures)


def _write(row: Mapping[str, str], actor: Actor, now: datetime) -> None:
    given = {name: text.strip() for name, text in row.items() if text.strip()}
    if "code" not in given:
        raise InvalidPayload("A row needs the code of the store.")
    values: dict[str, Any] = {name: given[name] for name in ("name", "code") if name in given}
    if "timezone" in row:
        values["own_time_zone"] = given.get("timezone", "")
    if set(_POINT) & set(row):
        values |= {name: _degrees(given.get(name)) for name in _POINT}
    stored = Store.objects.select_related("area").filter(code=given["code"]).first()
    if stored is not None:
        if given.get("area", stored.area.name) != stored.area.name:
            raise InvalidPayload(f"The store is in {stored.area}: a store never moves to another area.")
        areas.change_store(store_id=stored.pk, values=values, actor=actor, now=now)
        return
    area = Area.objects.filter(name=given.get("area", "")).first()
    if area is None:
        raise InvalidPayload(f"There is no area “{given.get('area', '')}”.")
    areas.create_store(area_id=area.pk, values={"name": given["code"], **values}, actor=actor, now=now)


def _degrees(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text.replace(",", ".")).quantize(Decimal("0.000001"))
    except InvalidOperation:
        raise InvalidPayload(f"“{text}” is no number of degrees.") from None


def _name(row: Any) -> str:
    code = row.get("code") if isinstance(row, Mapping) else None
    return code.strip() if isinstance(code, str) else ""


def _known(names: Collection[str], params: Mapping[str, Any]) -> set[str]:
    return set(Store.objects.filter(code__in=list(names)).values_list("code", flat=True))


KIND: Final = ImportKind(
    name="stores",
    label="Stores",
    help="One store a row, known by its code. Make the areas first: a row names its area.",
    resource="areas",
    job=JOB,
    needs=(("code",),),
    name_of=_name,
    known=_known,
    left_out=("id", "created_at"),
    order=90,
    columns=(
        Column(
            name="code", label="Code", guesses=("store", "store code", "store number", "number", "branch")
        ),
        Column(name="area", label="Area", guesses=("region", "area name"), help="The name of an area."),
        Column(name="name", label="Name", guesses=("store name", "branch name")),
        Column(
            name="timezone", label="Own time zone", guesses=("time zone", "tz"), help="Empty: the area's."
        ),
        Column(name="latitude", label="Latitude", guesses=("lat",)),
        Column(name="longitude", label="Longitude", guesses=("lng", "lon", "long")),
    ),
)
