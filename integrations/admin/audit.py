"""The audit log of core, with a button that puts what the list shows into a file."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from core.admin.audit import AuditEntryAdmin as CoreAuditEntryAdmin
from core.admin.audit_filters import in_wire_form
from core.admin.base import sentence, staff_actor
from core.errors import DomainError
from core.models import AuditEntry
from integrations.services import exports

admin.site.unregister(AuditEntry)


@admin.register(AuditEntry)
class AuditEntryAdmin(CoreAuditEntryAdmin):
    list_before_template = "integrations/admin/audit_export.html"

    def get_urls(self) -> list[URLPattern]:
        name = "core_auditentry_export"
        return [path("export/", self.admin_site.admin_view(self.export_view), name=name), *super().get_urls()]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, "export")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        shown = {
            "may_export": self.has_export_permission(request),
            "narrowed_to": request.GET.urlencode(),
            "is_searched": bool(request.GET.get("q")),
        }
        answer: HttpResponse = super().changelist_view(request, {**shown, **(extra_context or {})})
        return answer

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the file; POST, with the address of the list in `narrowed_to`."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_export_permission(request):
            raise PermissionDenied
        query = QueryDict(request.POST.get("narrowed_to", ""))
        parameters = {"order": "-created_at", "filters": in_wire_form(query)}
        try:
            export = exports.request(
                exported_object="audit_entry",
                parameters=parameters,
                actor=staff_actor(request),
                now=timezone.now(),
            )
        except DomainError as error:
            self.message_user(request, sentence(error), messages.ERROR)
            return HttpResponseRedirect(self.list_url())
        self.message_user(request, "The file is being written; it is here in a moment.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:integrations_export_change", args=[export.pk]))
