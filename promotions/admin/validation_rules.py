from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path
from unfold.decorators import display

from core.admin.pages import PageAdmin
from promotions.admin import pickers
from promotions.models import ValidationRule


@admin.register(ValidationRule)
class ValidationRuleAdmin(PageAdmin):
    """Conditions: who and what a discount is for."""

    resource = "validation_rules"
    empty_hint = "Conditions say for whom and for what a discount is. Campaigns, codes and tiers share them."
    list_display = ("name", "used")
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the name."
    ordering = ("-created_at", "-pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @display(description="Used by")
    def used(self, rule: ValidationRule) -> str:
        return str(rule.assignments.count())

    def get_urls(self) -> list[URLPattern]:
        look_up = path(
            "look_up/", self.admin_site.admin_view(self.look_up), name="promotions_validationrule_look_up"
        )
        found: list[URLPattern] = [look_up, *super().get_urls()]
        return found

    def look_up(self, request: HttpRequest) -> JsonResponse:
        """What pickers offer for a part of a name; only kinds that the person may see."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        kinds = pickers.visible(request, request.GET.get("kinds", "").split(","))
        hits = pickers.search(kinds, request.GET.get("q", "").strip())
        return JsonResponse({"results": [hit.as_json() for hit in hits]})
