"""What the script of a page with a filter asks: how many match, whether one does and why, names to choose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone

from commerce.admin.filter_editor import document as documents
from commerce.admin.filter_editor import preview
from commerce.admin.filter_editor.catalogue import Field
from commerce.admin.pickers import PICKERS
from core.admin.condition_builder import question
from core.api.filters import FilterFields

type Wire = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A kind of thing that a filter finds. `matching` gives those that it takes; `shown` says one of them;
    `found` says what there was of a field of one.
    """

    kind: str
    one: str
    many: str
    matching: Callable[[Wire, datetime], QuerySet[Any]]
    shown: Callable[[Any], str]
    found: Callable[[Any, str, datetime], str]


class FilterPageMixin:
    """For the admin of segments and collections."""

    filter_fields: tuple[Field, ...]
    filter_page: str

    def filter_tables(self) -> tuple[FilterFields, ...]:
        raise NotImplementedError

    def filter_kinds(self) -> tuple[Asked, ...]:
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        views = (("preview", self.preview), ("test", self.test), ("look_up", self.look_up))
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"{self.filter_page}_{name}")  # type: ignore[attr-defined]
            for name, view in views
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The rows of the form in words, how many they match, and some of them. Nothing is written."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._refuse_strangers(request)
        now = timezone.now()
        try:
            wire, mistakes = self._wire(request, now)
        except documents.Unreadable:
            return JsonResponse({"lines": [], "mistakes": 1, "count": "", "examples": ""}, status=400)
        if mistakes or len(wire) == 1:
            said = "Some rows are not complete yet." if mistakes else ""
            return JsonResponse({"lines": [], "mistakes": len(mistakes), "count": said, "examples": ""})
        kinds = self.filter_kinds()
        count, examples = preview.counted(
            [(one.one, one.many, one.matching(wire, now)) for one in kinds], shown=kinds[0].shown
        )
        lines = documents.lines(wire, self.filter_fields)
        return JsonResponse({"lines": lines, "mistakes": 0, "count": count, "examples": examples})

    def test(self, request: HttpRequest) -> HttpResponse:
        """Whether the rows of the form take somebody or something, and why. Nothing is written."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._refuse_strangers(request)
        now = timezone.now()
        try:
            wire, mistakes = self._wire(request, now)
            asked = question.read(request.POST.get("question", ""))
        except documents.Unreadable:
            return JsonResponse({"refusal": "The conditions cannot be read. Reload the page and try again."})
        except ValidationError as error:
            return JsonResponse({"refusal": " ".join(error.messages)})
        if mistakes or len(wire) == 1:
            return JsonResponse({"refusal": "Some rows are not complete yet: complete them first."})
        kind, _, key = asked.who.partition(":")
        found = next((one for one in self.filter_kinds() if one.kind == kind), None)
        hit = PICKERS.by_value([asked.who]).get(asked.who) if found is not None else None
        if found is None or hit is None or not PICKERS.visible(request, [kind]):
            return JsonResponse({"refusal": "Choose from the list who or what is tried."})
        try:
            return JsonResponse(tried(wire, self.filter_fields, found, hit.id, hit.name, now=now))
        except preview.TookTooLong:
            return JsonResponse({"refusal": "Trying this takes too long. Saving works all the same."})

    def look_up(self, request: HttpRequest) -> JsonResponse:
        self._refuse_strangers(request)
        return PICKERS.answer(request)

    def _wire(self, request: HttpRequest, now: datetime) -> tuple[dict[str, Any], dict[str, str]]:
        document = documents.read(request.POST.get("document", ""))
        return documents.wire_of(document, self.filter_fields, *self.filter_tables(), now=now)

    def _refuse_strangers(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied


def tried(
    wire: Wire, fields: tuple[Field, ...], asked: Asked, key: str, name: str, *, now: datetime
) -> dict[str, Any]:
    """Each condition on its own, and all of them: what the page shows. One short query for each.

    :raises TookTooLong: they are not answered soon.
    """

    def takes(part: Wire) -> bool:
        return asked.matching(part, now).filter(public_id=key).exists()

    with preview.soon():
        rows: Iterable[Model] = asked.matching({}, now).filter(public_id=key)
        row = next(iter(rows), None)
        is_in = takes(wire)
        conditions = [
            {
                "text": said,
                "found": f"Found: {asked.found(row, field, now)}" if row is not None else "",
                "holds": takes({field: {"conditions": {operator: wire[field]["conditions"][operator]}}}),
                "remedy": "",
                "depth": 0,
            }
            for (field, operator), said in documents.phrases(wire, fields)
        ]
    met = sum(one["holds"] is True for one in conditions)
    return {
        "holds": is_in,
        "verdict": f"{name} {'belongs to it' if is_in else 'does not belong to it'}: "
        f"{met} of {len(conditions)} conditions are met.",
        "rows": conditions,
        "note": "" if str(wire.get("junction", "and")).lower() == "and" else "One of them is enough.",
    }
