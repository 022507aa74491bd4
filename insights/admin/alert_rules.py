"""Alert rules: what is watched, how strictly, and who is told."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import places, words
from core.admin.base import adopt, staff_actor
from core.admin.dialogs import DialogsMixin
from core.admin.pages import SHOWN_ROWS, PageAdmin, Panel
from insights import alert_rule_words, alert_words
from insights.admin import alerts as alerts_page
from insights.admin import muting
from insights.admin.forms.alerts import CONDITIONS, NUMBER_FIELDS, AlertRuleForm, MuteForm
from insights.models import Alert, AlertRule
from insights.selectors import alerts as known
from insights.services import alert_rules


@admin.register(AlertRule)
class AlertRuleAdmin(DialogsMixin, PageAdmin):
    """What people are told without asking."""

    class Media:
        css: ClassVar = {"all": ("insights/alerts.css",)}

    resource = "alert_rules"
    form = AlertRuleForm
    conditional_fields = CONDITIONS
    empty_hint = "A rule says what is watched, how strictly, and who is told when it is found."
    in_words: ClassVar = {
        **PageAdmin.in_words,
        "kind": "in_full",
        "groups": "told",
        **dict.fromkeys(
            (
                *NUMBER_FIELDS, "scope", "campaign", "category", "area", "is_each", "direction", "reasons",
                "processes", "people", "addresses", "in_app", "by_mail", "by_webhook",
            ),
            "",
        ),
    }  # fmt: skip
    list_display = ("name_and_sentence", "urgency", "condition", "going_on", "told")
    list_display_links = ("name_and_sentence",)
    list_filter = (("kind", ChoicesDropdownFilter), ("severity", ChoicesDropdownFilter), "is_active")
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the name."
    ordering = ("name", "pk")
    autocomplete_fields = ("campaign", "category", "area")
    readonly_fields = ("in_full", "told")
    actions_list = ("alerts",)
    actions_detail = ("mute", "unmute", "remove")

    # Rights: a rule tells of everything: who works in single areas neither sees nor changes it -----------
    def _may(self, request: HttpRequest, verb: str) -> bool:
        return places.limit() is None and super()._may(request, verb)

    # List -------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[AlertRule]:
        rows = super().get_queryset(request).filter(deleted_at=None)
        going_on = Count("alerts", filter=~Q(alerts__state=Alert.State.RESOLVED))
        return (
            rows.select_related("campaign", "category", "area")
            .prefetch_related("people")
            .annotate(going_on=going_on)
        )

    @display(description="Rule", ordering="name")
    def name_and_sentence(self, rule: AlertRule) -> SafeString:
        return format_html(
            '<span class="alert-title">{}</span><span class="alert-sentence">{}</span>',
            rule.name,
            alert_rule_words.sentence(rule),
        )

    @display(description="Severity", label=alert_words.SEVERITY_COLOURS, ordering=known.URGENT)
    def urgency(self, rule: AlertRule) -> str:
        return AlertRule.Severity(rule.severity).label

    @display(description="State", label=alert_rule_words.STATE_COLOURS)
    def condition(self, rule: AlertRule) -> str:
        return alert_rule_words.state(rule, timezone.now())

    @display(description="Going on", ordering="going_on")
    def going_on(self, rule: Any) -> str:
        if not rule.going_on:
            return words.NOTHING
        url = f"{alerts_page.list_url()}?goes_on=yes&rule__id__exact={rule.pk}"
        return words.link(words.count(rule.going_on, "alert"), url)

    @display(description="Tells")
    def told(self, rule: AlertRule) -> str:
        return alert_rule_words.told(rule)

    # Page -------------------------------------------------------------------------------------------------
    @display(description="Tells")
    def in_full(self, rule: AlertRule) -> str:
        return alert_rule_words.sentence(rule)

    def lead(self, request: HttpRequest, obj: AlertRule) -> str:
        now = timezone.now()
        said = [alert_rule_words.sentence(obj)]
        if not obj.is_active:
            said.append("It is switched off.")
        if obj.is_muted(now):
            said.append(f"It is muted until {words.when(obj.muted_until)}: nobody is told.")
        if obj.last_error:
            said.append(f"It could not be judged the last time: {obj.last_error}")
        return " ".join(said)

    def sections(self, request: HttpRequest, obj: AlertRule | None = None) -> Any:
        watched = ("scope", "campaign", "category", "area", "is_each")
        return (
            ("Basics", {"fields": ("name", "severity", "is_active")}),
            (
                "What is watched",
                {"fields": ("kind", *watched, *NUMBER_FIELDS, "direction", "reasons", "processes")},
            ),
            ("Who is told", {"fields": ("groups", "people", "addresses")}),
            ("How", {"fields": ("in_app", "by_mail", "by_webhook", "remind_hours")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: AlertRule | None = None) -> Any:
        is_form = obj is None or self.has_change_permission(request, obj)
        return () if is_form else self.readonly_fields

    def panels(self, request: HttpRequest, obj: AlertRule) -> list[Panel]:
        rows = known.listed().filter(rule=obj).order_by("-raised_at", "-pk")[:SHOWN_ROWS]
        return [
            Panel(
                key="alerts",
                title="Alerts",
                headers=("Since", "Alert", "State"),
                rows=[
                    (
                        words.link(words.when(alert.raised_at), alerts_page.url_of(alert)),
                        alert_words.title(alert),
                        words.label(
                            alert_words.state(alert), alert_words.STATE_COLOURS[alert_words.state(alert)]
                        ),
                    )
                    for alert in rows
                ],
                empty="It has found nothing yet.",
                all_url=f"{alerts_page.list_url()}?rule__id__exact={obj.pk}",
            )
        ]

    def save_model(self, request: HttpRequest, obj: AlertRule, form: Any, change: bool) -> None:
        given = {"spec": form.spec(), "actor": staff_actor(request), "now": timezone.now()}
        saved = alert_rules.update(rule_id=obj.pk, **given) if change else alert_rules.create(**given)
        adopt(obj, saved)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service wrote the people, too."""

    # Buttons ----------------------------------------------------------------------------------------------
    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only the buttons that mean something now. The services decide again."""
        rule = AlertRule.objects.filter(pk=object_id, deleted_at=None).first()
        if rule is None:
            return []
        useless = f"insights_alertrule_{'mute' if rule.is_muted(timezone.now()) else 'unmute'}"
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if button.action_name != useless]

    def has_remove_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete")

    @action(description="Alerts", icon="notification_important", permissions=["view"])
    def alerts(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:insights_alert_changelist"))

    @action(
        description="Mute",
        icon="notifications_off",
        permissions=["change"],
        dialog=muting.dialog(title="Mute this rule?"),
    )
    def mute(self, request: HttpRequest, form: MuteForm, object_id: str) -> HttpResponse:
        return self.confirmed(request, object_id, lambda rule: muting.mute(request, form, rule))

    @action(
        description="Unmute",
        icon="notifications_active",
        variant=ActionVariant.PRIMARY,
        permissions=["change"],
        dialog={
            "title": "Tell people again?",
            "description": "From now on people are told what it finds.",
            "form_submit_text": "Unmute",
        },
    )
    def unmute(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(rule: AlertRule) -> str:
            alert_rules.mute(rule_id=rule.pk, until=None, actor=staff_actor(request), now=timezone.now())
            return f"{rule} tells people again."

        return self.confirmed(request, object_id, do)

    @action(
        description="Delete",
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["remove"],
        dialog={
            "title": "Delete this rule?",
            "description": "It watches nothing any more, and its alerts are over. They stay in the list.",
            "form_submit_text": "Delete",
        },
    )
    def remove(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(rule: AlertRule) -> str:
            alert_rules.delete(rule_id=rule.pk, actor=staff_actor(request), now=timezone.now())
            return f"{rule} is deleted."

        return self.confirmed(request, object_id, do, leaves=True)
