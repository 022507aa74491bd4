"""What the audit log can be narrowed to; each filter says itself what it means on the wire, for exports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter, TextFilter
from unfold.utils import parse_datetime_str

from core.actors import ActorKind
from core.models import ApiKey, AuditEntry

type Conditions = dict[str, Any]

ACTORS: Final = {
    ActorKind.USER.value: "Person",
    ActorKind.API_KEY.value: "API key",
    ActorKind.SYSTEM.value: "Job or command",
}
_INSTANT: Final = "at"
_NOBODY: Final = "nobody"
_JUST: Final = timedelta(microseconds=1)


class _Exact:
    """Rows whose columns say exactly this. `wire` are the names that the columns have on the wire."""

    parameter_name: ClassVar[str]
    wire: ClassVar[Mapping[str, str]]

    @classmethod
    def wanted(cls, value: str) -> Mapping[str, list[str]]:
        """Column -> the texts one of which it must be."""
        return {next(iter(cls.wire)): [value]}

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        value = (self.value() or "").strip()  # type: ignore[attr-defined]
        if not value:
            return queryset
        return queryset.filter(**{f"{column}__in": texts for column, texts in self.wanted(value).items()})

    @classmethod
    def conditions(cls, value: str) -> Mapping[str, Conditions]:
        return {cls.wire[column]: {"$is": texts} for column, texts in cls.wanted(value).items()}


class Who(_Exact, DropdownFilter):
    """A person or a key, for those who may see people and keys."""

    title, parameter_name = "person or key", "who"
    wire: ClassVar = {"actor_kind": "actor_kind", "actor_id": "actor_id"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named: list[tuple[str, str]] = []
        seen = {model for model, page in _pages(model_admin) if page.has_view_permission(request)}
        if get_user_model() in seen:
            people = get_user_model()._default_manager.filter(is_staff=True)
            named += [(f"user:{user.pk}", user.get_full_name() or user.get_username()) for user in people]
        if ApiKey in seen:
            keys = ApiKey.objects.values_list("app_id", "name")
            named += [(f"api_key:{app_id}", f"{name} (key)") for app_id, name in keys]
        return sorted(named, key=lambda pair: pair[1].casefold())

    @classmethod
    def wanted(cls, value: str) -> Mapping[str, list[str]]:
        kind, _, actor_id = value.partition(":")
        return {"actor_kind": [kind], "actor_id": [actor_id]}


class ActorName(_Exact, TextFilter):
    """As it was when it was written down: of a person, a key or a job."""

    title, parameter_name = "name of the actor", "actor_name"
    wire: ClassVar = {"actor_label": "actor_name"}


class KindOfActor(_Exact, DropdownFilter):
    title, parameter_name = "kind of actor", "actor_kind"
    wire: ClassVar = {"actor_kind": "actor_kind"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(ACTORS.items())


class ObjectKind(_Exact, DropdownFilter):
    """What the person may see anyway, in people's words."""

    title, parameter_name = "kind of object", "entity_type"
    wire: ClassVar = {"entity_type": "related_object_type"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        seen = [model._meta for model, page in _pages(model_admin) if page.has_view_permission(request)]
        named = [(meta.model_name, capfirst(str(meta.verbose_name))) for meta in seen]
        return sorted(named, key=lambda pair: pair[1])


class ObjectId(_Exact, TextFilter):
    title, parameter_name = "id of the object", "entity_id"
    wire: ClassVar = {"entity_id": "related_object_id"}


class Address(_Exact, TextFilter):
    title, parameter_name = "address", "address"
    wire: ClassVar = {"address": "address"}


class RequestId(_Exact, TextFilter):
    title, parameter_name = "request id", "request_id"
    wire: ClassVar = {"request_id": "request_id"}


class Approval(_Exact, TextFilter):
    title, parameter_name = "approval", "approval_id"
    wire: ClassVar = {"approval_id": "approval_id"}


class Channel(_Exact, TextFilter):
    """Our own are in capitals; callers may name theirs as they like."""

    title, parameter_name = "channel", "channel"
    wire: ClassVar = {"channel": "channel"}

    @classmethod
    def wanted(cls, value: str) -> Mapping[str, list[str]]:
        return {"channel": sorted({value, value.upper()})}


class Action(TextFilter):
    """A part is enough: `budget`, `.deleted`."""

    title, parameter_name = "action", "action"

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        value = (self.value() or "").strip()
        return queryset.filter(action__contains=value.lower()) if value else queryset

    @classmethod
    def conditions(cls, value: str) -> Mapping[str, Conditions]:
        return {"action": {"$contains": [value.lower()]}}


class Period(RangeDateTimeFilter):
    """Days and times are the project's, as they are shown; both ends belong to it."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        since, until = (_instant(request.GET, side) for side in ("from", "to"))
        found = queryset.filter(at__gte=since) if since is not None else queryset
        return found.filter(at__lte=until) if until is not None else found


FILTERS: Final = (
    Who,
    ActorName,
    KindOfActor,
    Action,
    ObjectKind,
    ObjectId,
    Channel,
    Address,
    RequestId,
    Approval,
)


def in_wire_form(query: QueryDict) -> dict[str, dict[str, Conditions]]:
    """What the list was narrowed to, as `filters` of an export: the same rows.

    >>> in_wire_form(QueryDict("address=192.0.2.7"))
    {'address': {'conditions': {'$is': ['192.0.2.7']}}}
    """
    found: dict[str, Conditions] = {}
    for one in FILTERS:
        value = query.get(one.parameter_name, "").strip()
        for name, conditions in (one.conditions(value) if value else {}).items():
            if name in found and found[name] != conditions:
                conditions = {"$is": [_NOBODY]}  # a person, and the kind of keys
            found[name] = conditions
    found |= _period(query)
    return {name: {"conditions": conditions} for name, conditions in found.items()}


def _period(query: QueryDict) -> dict[str, Conditions]:
    """Both ends belong to it, as in the list; on the wire they do not."""
    since, until = (_instant(query, side) for side in ("from", "to"))
    conditions: Conditions = {}
    if since is not None:
        conditions["$after"] = [(since - _JUST).isoformat()]
    if until is not None:
        conditions["$before"] = [(until + _JUST).isoformat()]
    return {"created_at": conditions} if conditions else {}


def _instant(query: QueryDict, side: str) -> datetime | None:
    """Only a day with a time counts, as in the list."""
    parts = [query.get(f"{_INSTANT}_{side}_{number}", "") for number in (0, 1)]
    found: datetime | None = parse_datetime_str(" ".join(parts)) if all(parts) else None
    if found is None:
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _pages(model_admin: Any) -> Any:
    return model_admin.admin_site._registry.items()
