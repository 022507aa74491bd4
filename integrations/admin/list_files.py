"""The buttons above a list: what it shows into a file, and a file into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from core.admin.base import sentence, staff_actor
from core.errors import DomainError
from integrations import export_registry, export_screens
from integrations.admin.import_forms import open_to
from integrations.services import exports

_OF_THE_PAGE = ("p", "o", "all", "_changelist_filters")


class ListFilesMixin:
    """Puts "Export" and "Import" above a list: mixed in before the base of the screen.

    `exported_object` is what the contract calls the rows, `import_kind` a kind of import. `parent_of(query)`
    leads to what a file would belong to, if the list shows only that.
    """

    exported_object: ClassVar[str]
    import_kind: ClassVar[str] = ""
    list_before_template = "integrations/admin/list_files.html"

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "export/",
                self.admin_site.admin_view(self.export_view),  # type: ignore[attr-defined]
                name=f"{self.opts.app_label}_{self.opts.model_name}_export",  # type: ignore[attr-defined]
            ),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def may_export(self, request: HttpRequest) -> bool:
        resource = _described(self.exported_object).resource
        return staff_actor(request).may(f"{resource}.export")

    def parent_of(self, query: QueryDict) -> tuple[str, str] | None:
        """The kind of import and the key of its parent; None: the list shows many."""
        return None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        shown = {
            "may_export": self.may_export(request),
            "export_url": reverse(self._url_name("export")),  # type: ignore[attr-defined]
            "narrowed_to": request.GET.urlencode(),
            "import_url": self._import_url(request),
        }
        answer: HttpResponse = super().changelist_view(request, {**shown, **(extra_context or {})})  # type: ignore[misc]
        return answer

    def _import_url(self, request: HttpRequest) -> str:
        found = self.parent_of(request.GET)
        kind, parent = found or (self.import_kind, "")
        if not kind or kind not in {one.name for one in open_to(staff_actor(request))}:
            return ""
        query = {"kind": kind} | ({"parent": parent} if parent else {})
        return f"{reverse('admin:integrations_importfile_new')}?{urlencode(query)}"

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the file; POST, with the address of the list in `narrowed_to`."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.may_export(request):
            raise PermissionDenied
        back = f"{self.list_url()}?{request.POST.get('narrowed_to', '')}"  # type: ignore[attr-defined]
        try:
            export = exports.request(
                exported_object=self.exported_object,
                parameters={"fields": list(_described(self.exported_object).fields), "order": None},
                screen={
                    "model": self.opts.label_lower,  # type: ignore[attr-defined]
                    "query": _kept(request.POST.get("narrowed_to", "")),
                },
                actor=staff_actor(request),
                now=timezone.now(),
            )
        except DomainError as error:
            self.message_user(request, sentence(error), messages.ERROR)  # type: ignore[attr-defined]
            return HttpResponseRedirect(back)
        return HttpResponseRedirect(reverse("admin:integrations_export_change", args=[export.pk]))


@export_screens.found_by
def rows_of(screen: Mapping[str, str], user_id: str) -> QuerySet[Any]:
    """The rows of a list, as it would show them to that person now.

    :raises LookupError: the list, the person or one of its filters is gone.
    """
    model_admin = admin.site._registry.get(apps.get_model(screen["model"]))
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if model_admin is None or user is None:
        raise LookupError("The list that was to be exported is gone, or the person who asked.")
    request = HttpRequest()
    request.method, request.GET, request.user = "GET", QueryDict(screen["query"]), user
    try:
        changes = model_admin.get_changelist_instance(request)
    except (IncorrectLookupParameters, ValueError) as error:
        raise LookupError("A filter of the list means nothing any more.") from error
    found: QuerySet[Any] = changes.get_queryset(request)
    return found.order_by()


def _kept(query: str) -> str:
    given = QueryDict(query, mutable=True)
    for name in _OF_THE_PAGE:
        given.pop(name, None)
    return given.urlencode()


def _described(name: str) -> export_registry.ExportedObject:
    found = export_registry.find(name)
    if found is None:
        raise LookupError(f"{name!r} is no exported object.")
    return found
