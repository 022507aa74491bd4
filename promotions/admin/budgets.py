from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
)
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import project, words
from core.admin.base import adopt, staff_actor
from core.admin.pages import Fact, PageAdmin, Panel
from promotions import budget_words
from promotions.admin import budget_panels
from promotions.admin.budget_chart import chart
from promotions.admin.forms.budgets import CONDITIONS, BudgetForm, CampaignsWidget
from promotions.admin.versioned import VersionedMixin
from promotions.models import Budget
from promotions.selectors import budget_outlook
from promotions.selectors import budgets as selectors
from promotions.services import budgets
from promotions.services.budget_terms import LimitTooLow


class LimitFilter(DropdownFilter):
    title = "what is left"
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("NEAR", f"{budget_words.NEAR} % or more is taken"), ("NOTHING", "Nothing is left")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Budget]) -> QuerySet[Budget]:
        share = {"NEAR": budget_words.NEAR, "NOTHING": 100}.get(self.value() or "")
        if share is None:
            return queryset
        return selectors.taken_at_least(queryset, share, project.current(), timezone.now())


@admin.register(Budget)
class BudgetAdmin(VersionedMixin, PageAdmin):
    """What may be spent, by one campaign or by several that share it."""

    class Media:
        css: ClassVar = {"all": ("promotions/budgets.css",)}

    resource = "budgets"
    form = BudgetForm
    conditional_fields = CONDITIONS
    change_form_outer_before_template = "promotions/admin/budget_head.html"
    empty_hint = (
        "A budget says how much campaigns may give away, in all or each month. Several can share one."
    )
    in_words = {  # noqa: RUF012
        **PageAdmin.in_words,
        "limit_money": "limit_in_words",
        "drawing": "campaigns_in_words",
        "thresholds": "thresholds_in_words",
        **dict.fromkeys(("limit_count", "customer_key", "field", "channels", "stores", "months"), ""),
    }
    list_display = ("name_and_kind", "state", "used", "left", "runs_out", "campaigns_listed")
    list_filter = (
        LimitFilter,
        ("measure", ChoicesDropdownFilter),
        ("period", ChoicesDropdownFilter),
        ("campaigns", AutocompleteSelectFilter),
        "is_active",
    )
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the name."
    ordering = ("name", "pk")
    actions_detail = ("enable", "disable", "to_bin")
    readonly_fields = ("wire_id", "limit_in_words", "campaigns_in_words", "thresholds_in_words", "created_at")

    # List -------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        return selectors.printable(super().get_queryset(request).filter(deleted_at=None))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """How the budgets of the page stand is looked up together."""
        found = super().get_changelist_instance(request)
        outlooks = budget_outlook.outlooks(found.result_list, project.current(), timezone.now())
        for budget in found.result_list:
            budget.outlook = outlooks[budget.pk]
        return found

    @display(description="Budget", header=True, ordering="name")
    def name_and_kind(self, budget: Budget) -> tuple[str, str]:
        return budget.name, budget_words.subject_of_limit(budget)

    @display(description="State")
    def state(self, budget: Any) -> str:
        has_campaigns = bool(budget.draws.all())
        return budget_panels.state_label(budget, budget.outlook.fullest.standing, has_campaigns=has_campaigns)

    @display(description="Used")
    def used(self, budget: Any) -> str:
        full = budget.outlook.fullest
        one = {Budget.Per.STORE: "store", Budget.Per.CHANNEL: "channel", Budget.Per.CUSTOMER: "customer"}
        note = ""
        if budget.per in one and full.counters:
            note = f"the fullest of {words.count(full.counters, one[budget.per])}"
        return budget_panels.bar(budget, full.standing, note=note)

    @display(description="Left")
    def left(self, budget: Any) -> str:
        return budget_words.amount(budget, budget.outlook.fullest.standing.left)

    @display(description="Runs out")
    def runs_out(self, budget: Any) -> str:
        today = timezone.localdate()
        return budget_words.lasts(budget, budget.outlook.forecast, today)

    @display(description="Campaigns")
    def campaigns_listed(self, budget: Budget) -> str:
        names = [draw.campaign.name for draw in budget.draws.all()]
        if not names:
            return words.NOTHING
        return names[0] if len(names) == 1 else f"{names[0]} and {words.count(len(names) - 1, 'other')}"

    # Page -------------------------------------------------------------------------------------------------
    @display(description="Id for the shop")
    def wire_id(self, budget: Budget) -> str:
        return budget.public_id

    @display(description="Limit")
    def limit_in_words(self, budget: Budget) -> str:
        return budget_words.sentence(budget)

    @display(description="Campaigns that draw on it")
    def campaigns_in_words(self, budget: Budget) -> str:
        return ", ".join(draw.campaign.name for draw in budget.draws.all()) or words.NOTHING

    @display(description="Tell people at")
    def thresholds_in_words(self, budget: Budget) -> str:
        return ", ".join(f"{threshold} %" for threshold in budget.thresholds) or words.NOTHING

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        found = super().get_form(request, obj, change=change, **kwargs)
        if "drawing" in found.base_fields:
            found.base_fields["drawing"].widget = CampaignsWidget()
        return found

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        found: list[tuple[str, dict[str, Any]]] = [
            ("Basics", {"fields": ("name", "measure", "limit_money", "limit_count", "period")}),
            ("Who", {"fields": ("per", "customer_key", "field", "drawing", "channels", "stores")}),
            ("When it runs low", {"fields": ("policy", "thresholds")}),
            ("Plan", {"fields": (("starts_on", "ends_on"), "months")}),
        ]
        return [*found, ("More", {"fields": ("wire_id", "created_at")})] if obj else found

    def lead(self, request: HttpRequest, obj: Budget) -> str:
        left = "Beyond that, what is left is given." if obj.policy != Budget.Policy.REFUSE else ""
        return f"{budget_words.sentence(obj)} {left}".strip()

    def facts(self, request: HttpRequest, obj: Any) -> list[Fact]:
        return self._page(obj).facts()

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return [*self._page(obj).panels(), *self.version_panels(request, obj)]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        if obj is not None and obj.pk is not None:
            page = self._page(obj)
            course = budget_outlook.course(obj, page.settings, page.now)
            context = {
                **context,
                "budget_chart": chart(obj, course, page.first_forecast),
                "budget_warning": _warning(obj),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _page(self, obj: Any) -> budget_panels.Page:
        """One for all that this request asks of the budget."""
        if not hasattr(obj, "page_of_budget"):
            stored = selectors.printable(Budget.objects.filter(pk=obj.pk)).get()
            obj.page_of_budget = budget_panels.Page(stored, timezone.now())
        found: budget_panels.Page = obj.page_of_budget
        return found

    def save_model(self, request: HttpRequest, obj: Budget, form: Any, change: bool) -> None:
        actor, now, spec = staff_actor(request), timezone.now(), form.spec()
        if not change:
            adopt(obj, budgets.create(spec=spec, actor=actor, now=now))
            return
        try:
            if self.postponed(request, form, "budgets.update", budget_id=obj.pk, spec=spec):
                return
            adopt(obj, budgets.update(budget_id=obj.pk, spec=spec, actor=actor, now=now))
        except LimitTooLow as error:
            raise LimitTooLow(error.lowest, shown=budget_words.amount(obj, error.lowest)) from error

    # Buttons ----------------------------------------------------------------------------------------------
    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only the buttons that mean something now. The services decide again."""
        budget = selectors.present().filter(pk=object_id).first()
        if budget is None:
            return []
        useless = f"promotions_budget_{'enable' if budget.is_active else 'disable'}"
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if button.action_name != useless]

    def has_bin_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "delete")

    @action(
        description="Put in force",
        icon="play_circle",
        permissions=["change"],
        dialog={
            "title": "Put this budget in force?",
            "description": "From now on its campaigns draw on it. Earlier redemptions are not counted.",
            "form_submit_text": "Put in force",
        },
    )
    def enable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switched(request, object_id, True)

    @action(
        description="Switch off",
        icon="pause_circle",
        permissions=["change"],
        dialog={
            "title": "Switch this budget off?",
            "description": "It limits and counts nothing until it is in force again: its campaigns can spend "
            "without it.",
            "form_submit_text": "Switch off",
        },
    )
    def disable(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._switched(request, object_id, False)

    @action(
        description="Delete",
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["bin"],
        dialog={
            "title": "Delete this budget?",
            "description": "It limits nothing any more: its campaigns can spend without it. What was drawn "
            "stays in the audit log and with the redemptions.",
            "form_submit_text": "Delete",
        },
    )
    def to_bin(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(budget: Budget) -> str:
            budgets.delete(budget_id=budget.pk, actor=staff_actor(request), now=timezone.now())
            return f"{budget} is deleted."

        return self.confirmed(request, object_id, do, leaves=True)

    def _switched(self, request: HttpRequest, object_id: str, is_active: bool) -> HttpResponse:
        def do(budget: Budget) -> str:
            budgets.set_active(
                budget_id=budget.pk, is_active=is_active, actor=staff_actor(request), now=timezone.now()
            )
            return f"{budget} is {'in force' if is_active else 'switched off'}."

        return self.confirmed(request, object_id, do)


def _warning(budget: Budget) -> str:
    if not budget.draws.exists():
        return "No campaign draws on this budget, so it limits and counts nothing. Choose campaigns below."
    return "" if budget.is_active else "This budget is switched off: it limits and counts nothing."
