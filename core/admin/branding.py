from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from core import branding as brands
from core.admin.base import ModelAdmin, adopt, staff_actor
from core.models import Branding
from core.services import branding


@admin.register(Branding)
class BrandingAdmin(ModelAdmin):
    """One for the project: the list goes straight to it, or to its form."""

    resource = "settings"
    is_deletable = True
    readonly_fields = ("end_of_mail",)
    fieldsets = (
        (
            "Brand",
            {
                "fields": (
                    "name",
                    "website_url",
                    "privacy_policy_url",
                    "terms_of_use_url",
                    "permission_reminder",
                ),
                "description": "E-mails to customers and to people who work here come in this name.",
            },
        ),
        ("Address", {"fields": ("street", "postal", "city", "state", "country")}),
        ("Contact", {"fields": ("email", "phone")}),
        ("What stands below an e-mail", {"fields": ("end_of_mail",)}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.fieldsets[:-1]

    @display(description="As of the last save")
    def end_of_mail(self, row: Branding) -> SafeString:
        return format_html('<pre class="fanfare-plain">{}</pre>', brands.current().footer)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Branding.objects.exists()

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """For the side menu, which every page asks for: it has no links to forms, so nothing is read."""
        return {
            "add": False,
            "change": self.has_change_permission(request),
            "delete": self.has_delete_permission(request),
            "view": self.has_view_permission(request),
        }

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if Branding.objects.exists():
            return HttpResponseRedirect(reverse("admin:core_branding_change", args=[brands.BRANDING_PK]))
        if self.has_add_permission(request):
            return HttpResponseRedirect(reverse("admin:core_branding_add"))
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Branding, form: Any, change: bool) -> None:
        actor, now = staff_actor(request), timezone.now()
        if change:
            values = {name: form.cleaned_data[name] for name in form.changed_data}
            saved = branding.update(values=values, actor=actor, now=now)
        else:
            saved = branding.create(values=form.cleaned_data, actor=actor, now=now)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Branding) -> None:
        branding.delete(actor=staff_actor(request), now=timezone.now())
