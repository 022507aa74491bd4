"""`/v1/audit-entries`: who did what, from where, before and after; and whether that can still be proven."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, ClassVar

import django_filters
from django.db.models import F, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core import audit
from core.api.filter_fields import DateTime, Text
from core.api.filters import WireFilterSet
from core.api.pagination import CursorPagination, Rows
from core.api.serializers.audit import audit_entry_output, verification_output
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.errors import NotFound
from core.models import AuditEntry
from core.services import audit_verification, sealing

# The names of the wire and their columns.
FILTERS = {
    "action": "action",
    "actor_kind": "actor_kind",
    "actor_id": "actor_id",
    "actor_name": "actor_label",
    "actor_role": "actor_role",
    "channel": "channel",
    "address": "address",
    "related_object_type": "entity_type",
    "related_object_id": "entity_id",
    "request_id": "request_id",
    "approval_id": "approval_id",
}


class AuditEntryFilters(WireFilterSet):
    """Each of `FILTERS` alone (`?actor_id=…`), or with operators (`filters[actor_id][conditions][$is]=…`)."""

    FILTER_FIELDS: ClassVar = {
        **{name: Text(column) for name, column in FILTERS.items()},
        "created_at": DateTime("at"),
    }
    ID_FIELD: ClassVar[str] = ""
    DATE_FIELDS: ClassVar = {"created_at": "at"}
    ORDER_FIELDS: ClassVar = {}

    class Meta:
        model = AuditEntry
        fields: tuple[str, ...] = ()

    @classmethod
    def get_filters(cls) -> dict[str, django_filters.Filter]:
        own = {name: django_filters.CharFilter(column, label=name) for name, column in FILTERS.items()}
        return {**super().get_filters(), **own}


class EntryPagination(CursorPagination):
    """An entry's id is no column: it says the entry's number."""

    def _place(self, everything: Rows, cursor: str) -> tuple[datetime, int] | None:
        number = _number(cursor)
        return everything.filter(pk=number).values_list("created_at", "pk").first() if number else None


class AuditEntriesView(ProjectListView):
    """`GET /v1/audit-entries`, newest first."""

    resource = "audit"
    queryset = AuditEntry.objects.none()  # For the schema, of which nobody is the caller.
    filterset_class = AuditEntryFilters
    pagination_class = EntryPagination

    def output(self, entry: AuditEntry) -> dict[str, Any]:  # type: ignore[override]
        return audit_entry_output(entry, sealed_to=self.sealed_to)

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return audit.readable_by(actor_of(self.request)).annotate(created_at=F("at"))

    def get(self, request: Request) -> Response:
        self.sealed_to = sealing.sealed_to(AuditEntry)
        return self.listed(request)


class AuditEntryView(ProjectAPIView):
    """`GET /v1/audit-entries/{auditEntryId}`."""

    resource = "audit"

    def get(self, request: Request, audit_entry_id: str) -> Response:
        number = _number(audit_entry_id)
        readable = audit.readable_by(actor_of(request))
        found = readable.filter(pk=number).first() if number is not None else None
        if found is None:
            raise NotFound.of("audit_entry", audit_entry_id)
        return Response(audit_entry_output(found, sealed_to=sealing.sealed_to(AuditEntry)))


class AuditVerificationView(ProjectAPIView):
    """`GET /v1/audit-entries/verification`: how the last verification of everything sealed ended."""

    resource = "audit"

    def get(self, request: Request) -> Response:
        return Response(verification_output(audit_verification.last()))


def _number(public_id: str) -> int | None:
    found = re.fullmatch(rf"{AuditEntry.PREFIX}_([1-9][0-9]{{0,17}})", public_id, re.ASCII)
    return int(found[1]) if found else None
