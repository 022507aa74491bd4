from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from core.admin.base import ModelAdmin, adopt, staff_actor
from core.models import ProjectSettings
from core.project import SETTINGS_PK
from core.services import project


@admin.register(ProjectSettings)
class ProjectSettingsAdmin(ModelAdmin):
    """One deployment, one project: the list goes straight to its only row."""

    resource = "settings"
    readonly_fields = ("project_id",)
    fieldsets = (
        (
            "Project",
            {
                "fields": (
                    "name",
                    "description",
                    "project_id",
                    "currency",
                    "time_zone",
                    "first_weekday",
                    "dial_code",
                ),
                "description": (
                    "Days, weeks and months, of limits and of time limits, begin at midnight in this time "
                    "zone. If you change it, they begin at the new midnight at once; what limits counted "
                    "today, this week and this month is added up again in the background, in minutes. "
                    "Budgets keep what was drawn in the days in which it was drawn."
                ),
            },
        ),
        (
            "Codes",
            {
                "fields": ("case_insensitive_codes",),
                "description": "Decide before the first code is made: afterwards it stays as it is.",
            },
        ),
        (
            "How many discounts go together",
            {
                "fields": (
                    "redeemables_limit",
                    "applicable_redeemables_limit",
                    "applicable_redeemables_per_category_limit",
                    "applicable_exclusive_redeemables_limit",
                    "applicable_exclusive_redeemables_per_category_limit",
                ),
                "description": (
                    "A redeemable is a code, a card or a promotion that a customer uses in one order. "
                    "Which categories are exclusive, and limits of single ones, are set on the categories."
                ),
            },
        ),
        (
            "How discounts are applied",
            {
                "fields": (
                    "redeemables_application_mode",
                    "redeemables_sorting_rule",
                    "grouped_redeemables_sorting_rule",
                    "redeemables_products_application_mode",
                    "redeemables_no_effect_rule",
                    "discount_calculation_mode",
                    "redeemables_rollback_order_mode",
                ),
                "description": "They hold for every validation and redemption from the moment you save.",
            },
        ),
        (
            "Shop and app (client keys)",
            {
                "fields": ("client_redeem_enabled", "client_publish_enabled", "client_events_enabled"),
                "description": "What browsers and apps may do with a client key. They may always validate.",
            },
        ),
        (
            "Margins",
            {
                "fields": ("cost_field",),
                "description": (
                    "Orders count with the costs of the moment at which they are counted, seconds after the "
                    "purchase. For orders of before: manage.py rebuild_metrics."
                ),
            },
        ),
        (
            "Signing in",
            {
                "fields": ("second_factor_required_from", "second_factor_required_for"),
                "description": "After the password a code of an authenticator app. Codes on paper help out.",
            },
        ),
        (
            "Events",
            {
                "fields": ("accept_unknown_events",),
                "description": "Events that the shop reports under names that nobody has defined.",
            },
        ),
    )

    @display(description="Id")
    def project_id(self, settings: ProjectSettings) -> str:
        return settings.public_id

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The time zone is chosen, not typed."""
        if db_field.name != "time_zone":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        names = sorted(available_timezones())
        return forms.ChoiceField(
            label="Time zone", choices=list(zip(names, names, strict=True)), widget=UnfoldAdminSelectWidget
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:core_projectsettings_change", args=[SETTINGS_PK]))

    def save_model(self, request: HttpRequest, obj: ProjectSettings, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        adopt(obj, project.update(changes=changes, actor=staff_actor(request), now=timezone.now()))
        if not project.CLOCK_FIELDS.isdisjoint(changes):
            text = (
                "Days and weeks begin by the new clock now. Limits that count by day, week or month are "
                "added up again; see Background jobs."
            )
            self.message_user(request, text, messages.INFO)
