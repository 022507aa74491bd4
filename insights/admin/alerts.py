"""Alerts: what is wrong, since when, what to do, and who looks at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from core import places, words
from core.admin.base import reported, staff_actor, staff_allows
from core.admin.dialogs import DialogsMixin
from core.admin.pages import Fact, ReadOnlyPageAdmin
from insights import alert_rule_words, alert_words
from insights.admin import muting
from insights.admin.forms.alerts import MuteForm, NoteForm, SnoozeForm
from insights.models import Alert, AlertRule
from insights.selectors import alerts as known
from insights.services import alerts
from promotions.models import Budget

_LATE: Final = timedelta(minutes=15)


def url_of(alert: Alert) -> str:
    return reverse("admin:insights_alert_change", args=[alert.pk])


def list_url() -> str:
    return reverse("admin:insights_alert_changelist")


class KindFilter(DropdownFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(AlertRule.Kind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        kind = self.value()
        return queryset.filter(rule__kind=kind) if kind in AlertRule.Kind.values else queryset


class GoesOnFilter(DropdownFilter):
    title = "goes on"
    parameter_name = "goes_on"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No, it is over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        match self.value():
            case "yes":
                return queryset.exclude(state=Alert.State.RESOLVED)
            case "no":
                return queryset.filter(state=Alert.State.RESOLVED)
        return queryset


@admin.register(Alert)
class AlertAdmin(DialogsMixin, ReadOnlyPageAdmin):
    """What rules found. Nobody makes or deletes alerts; people look at them, or put them off."""

    class Media:
        css: ClassVar = {"all": ("insights/alerts.css",)}

    resource = "alerts"
    empty_hint = "Nothing is wrong. Alert rules say what is watched, and who is told."
    list_before_template = "insights/admin/alerts_late.html"
    change_form_outer_before_template = "insights/admin/alert_head.html"
    list_display = ("what", "urgency", "condition", "since")
    list_display_links = ("what",)
    list_filter = (
        GoesOnFilter,
        ("state", ChoicesDropdownFilter),
        ("severity", ChoicesDropdownFilter),
        KindFilter,
        ("raised_at", RangeDateTimeFilter),
    )
    search_fields = ("rule__name", "campaign__name", "public_id__exact")
    search_help_text = "A part of the name of the rule or of the campaign."
    ordering = known.BY_URGENCY
    actions = ("acknowledge_selected",)
    actions_list = ("rules",)
    actions_detail = ("acknowledge", "snooze", "mute_rule")
    fields = ("found_by", "about", "seen", "again", "wire_id")
    readonly_fields = fields

    # Rights -----------------------------------------------------------------------------------------------
    def has_acknowledge_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, alerts.PERMISSION)

    def has_mute_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of a rule, which may tell of other areas, too."""
        return places.limit() is None and staff_allows(request.user, "alert_rules.modify")

    # List -------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        return super().get_queryset(request).select_related("rule", "campaign")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Where nobody looks at rules, an empty list is no good news."""
        looked_at = known.looked_at()
        is_late = looked_at is not None and timezone.now() - looked_at > _LATE
        context = {**(extra_context or {}), "alerts_looked_at": words.when(looked_at) if is_late else ""}
        return super().changelist_view(request, context)

    @display(description="Alert")
    def what(self, alert: Alert) -> SafeString:
        return format_html(
            '<span class="alert-title">{}</span><span class="alert-sentence">{}</span>',
            alert_words.title(alert),
            alert_words.sentence(alert),
        )

    @display(description="Severity", label=alert_words.SEVERITY_COLOURS, ordering=known.URGENT)
    def urgency(self, alert: Alert) -> str:
        return alert_words.severity(alert)

    @display(description="State", label=alert_words.STATE_COLOURS, ordering="state")
    def condition(self, alert: Alert) -> str:
        return alert_words.state(alert)

    @display(description="Since", ordering="raised_at")
    def since(self, alert: Alert) -> str:
        return words.when(alert.raised_at)

    # Page -------------------------------------------------------------------------------------------------
    def called(self, row: Alert) -> str:
        return alert_words.title(row)

    def title(self, obj: Alert) -> str:
        return alert_words.title(obj)

    def lead(self, request: HttpRequest, obj: Alert) -> str:
        return alert_words.sentence(obj)

    def facts(self, request: HttpRequest, obj: Alert) -> list[Fact]:
        lasted = (obj.resolved_at or timezone.now()) - obj.raised_at
        return [
            Fact(title="Severity", value=alert_words.severity(obj)),
            Fact(title="State", value=alert_words.state(obj), note=alert_words.story(obj)),
            Fact(title="Since", value=words.when(obj.raised_at), note=_lasting(lasted)),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj = kwargs.get("obj")
        if obj is not None:
            context = {
                **context,
                "alert_advice": "" if obj.is_over else alert_words.advice(obj),
                "alert_is_urgent": not obj.is_over and obj.severity == AlertRule.Severity.CRITICAL,
            }
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Rule")
    def found_by(self, alert: Alert) -> SafeString:
        url = reverse("admin:insights_alertrule_change", args=[alert.rule_id])
        link = words.link(alert.rule.name, url) if alert.rule.deleted_at is None else alert.rule.name
        return format_html("{} <br>{}", link, alert_rule_words.sentence(alert.rule))

    @display(description="It is about")
    def about(self, alert: Alert) -> str:
        """Where one goes on: the campaign, or the budget."""
        if alert.campaign is not None:
            url = reverse("admin:promotions_campaign_change", args=[alert.campaign_id])
            return words.link(alert.campaign.name, url)
        budget = Budget.objects.filter(public_id=alert.figures.get("budget_id", "")).first()
        if budget is not None:
            return words.link(budget.name, reverse("admin:promotions_budget_change", args=[budget.pk]))
        return alert_words.about(alert)

    @display(description="Found last")
    def seen(self, alert: Alert) -> str:
        return words.when(alert.seen_at)

    @display(description="How often")
    def again(self, alert: Alert) -> str:
        return "Once" if alert.times == 1 else f"It came back: {words.count(alert.times, 'time')} in all"

    @display(description="Id for the shop")
    def wire_id(self, alert: Alert) -> str:
        return alert.public_id

    # Buttons ----------------------------------------------------------------------------------------------
    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only the buttons that mean something now. The services decide again."""
        alert = Alert.objects.select_related("rule").filter(pk=object_id).first()
        if alert is None or alert.is_over:
            return []
        is_seen = alert.state == Alert.State.ACKNOWLEDGED
        useless = {"insights_alert_acknowledge"} if is_seen else set()
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if button.action_name not in useless]

    @action(description="Alert rules", icon="notification_settings", permissions=["view"])
    def rules(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:insights_alertrule_changelist"))

    @action(
        description="I look at it",
        icon="visibility",
        variant=ActionVariant.PRIMARY,
        permissions=["acknowledge"],
        dialog={
            "title": "You look at it?",
            "description": "Nobody is reminded any more, unless it gets worse. It is over by itself.",
            "form_class": NoteForm,
            "form_submit_text": "I look at it",
        },
    )
    def acknowledge(self, request: HttpRequest, form: NoteForm, object_id: str) -> HttpResponse:
        def do(alert: Alert) -> str:
            note = form.cleaned_data["note"]
            alerts.acknowledge(alert_id=alert.pk, note=note, actor=staff_actor(request), now=timezone.now())
            return "Everybody sees that you look at it."

        return self.confirmed(request, object_id, do)

    @action(
        description="Put off",
        icon="snooze",
        permissions=["acknowledge"],
        dialog={
            "title": "Put this alert off?",
            "description": "If it goes on then, people hear of it again; at once, if it gets worse.",
            "form_class": SnoozeForm,
            "form_submit_text": "Put off",
        },
    )
    def snooze(self, request: HttpRequest, form: SnoozeForm, object_id: str) -> HttpResponse:
        def do(alert: Alert) -> str:
            now = timezone.now()
            until = form.until(now)
            alerts.snooze(alert_id=alert.pk, until=until, actor=staff_actor(request), now=now)
            return f"Put off until {words.when(until)}."

        return self.confirmed(request, object_id, do)

    @action(
        description="Mute the rule",
        icon="notifications_off",
        permissions=["mute"],
        dialog=muting.dialog(title="Mute the rule of this alert?"),
    )
    def mute_rule(self, request: HttpRequest, form: MuteForm, object_id: str) -> HttpResponse:
        return self.confirmed(request, object_id, lambda alert: muting.mute(request, form, alert.rule))

    @admin.action(description="I look at the selected ones", permissions=["acknowledge"])
    def acknowledge_selected(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        done = 0
        for alert in queryset.exclude(state=Alert.State.RESOLVED):
            with reported(self, request, alert_words.title(alert)):
                alerts.acknowledge(alert_id=alert.pk, note="", actor=staff_actor(request), now=timezone.now())
                done += 1
        self.message_user(request, f"You look at {words.count(done, 'alert')}.", messages.SUCCESS)


def _lasting(time: timedelta) -> str:
    """for 3 hours"""
    for length, one in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
        if time >= length:
            return f"for {words.count(time // length, one)}"
    return f"for {words.count(max(1, time // timedelta(minutes=1)), 'minute')}"
