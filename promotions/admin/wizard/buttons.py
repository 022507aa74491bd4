"""Where people find the wizard: above the list of campaigns, on the page of each, and its addresses."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.decorators import action
from unfold.enums import ActionVariant

from core.admin.base import ModelAdmin
from promotions.admin.wizard import views


class WizardButtons(ModelAdmin):
    """For campaigns."""

    class Media:
        css: ClassVar = {"all": ("promotions/wizard.css",)}

    actions_list: Any = ("begin",)
    list_before_template = "promotions/wizard/unfinished.html"

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        own = [
            path("wizard/", guarded(views.start_view), name="promotions_wizard"),
            path("wizard/<str:ref>/<slug:key>/", guarded(views.step_view), name="promotions_wizard_step"),
            path("<int:object_id>/wizard/", guarded(views.edit_view), name="promotions_wizard_edit"),
        ]
        return [*own, *super().get_urls()]

    def has_begin_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "create")

    @action(
        description="New campaign in steps",
        icon="auto_awesome",
        variant=ActionVariant.PRIMARY,
        permissions=["begin"],
    )
    def begin(self, request: HttpRequest) -> HttpResponse:
        """A link to the first page: nothing is changed here."""
        return HttpResponseRedirect(reverse(views.START))

    @action(description="Edit in steps", icon="auto_awesome", permissions=["change"])
    def edit_in_steps(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link to the steps with what the campaign is now: nothing is changed here."""
        return HttpResponseRedirect(reverse("admin:promotions_wizard_edit", args=[object_id]))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        begun = views.unfinished(request) if self.has_begin_permission(request) else []
        return super().changelist_view(request, {**(extra_context or {}), "begun": begun})
