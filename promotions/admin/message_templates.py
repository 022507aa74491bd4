from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core import branding, words
from core.admin.base import adopt, staff_actor
from core.admin.pages import PageAdmin
from promotions import message_text
from promotions.admin.forms.messages import TEMPLATE_CONDITIONS, TemplateForm
from promotions.models import Distribution, MessageTemplate
from promotions.selectors import message_facts
from promotions.services import distribution_sending, message_templates


@admin.register(MessageTemplate)
class MessageTemplateAdmin(PageAdmin):
    """The words of messages to customers, with what they look like."""

    class Media:
        css: ClassVar = {"all": ("promotions/messages.css",)}

    resource = "distributions"
    form = TemplateForm
    is_deletable = True
    conditional_fields = TEMPLATE_CONDITIONS
    change_form_outer_before_template = "promotions/admin/message_template.html"
    empty_hint = (
        "A template is what distributions say to customers: a subject and a text with names in braces."
    )
    in_words = {**PageAdmin.in_words, "lines": ""}  # noqa: RUF012
    list_display = ("name", "channel", "subject", "used_by", "created_at")
    list_filter = (("channel", ChoicesDropdownFilter),)
    search_fields = ("name", "subject")
    search_help_text = "A part of the name or the subject."
    ordering = ("name", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageTemplate]:
        in_use = Distribution.objects.filter(deleted_at=None).only("name", "template").order_by("pk")
        rows = super().get_queryset(request)
        return rows.prefetch_related(Prefetch("distributions", queryset=in_use, to_attr="in_use"))

    @display(description="Used by")
    def used_by(self, template: MessageTemplate) -> str:
        return ", ".join(one.name for one in template.in_use[:3]) or words.NOTHING  # type: ignore[attr-defined]

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        return [("Message", {"fields": ("name", "channel", "subject", "body", "lines")})]

    def lead(self, request: HttpRequest, obj: MessageTemplate) -> str:
        return "What customers read, here with the example of Ann Smith."

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        context = {**context, "known_names": list(message_text.names(message_facts.SAMPLE))}
        if obj is not None and obj.pk is not None and obj.channel == MessageTemplate.Channel.EMAIL:
            facts = message_facts.sample()
            brand = branding.current()
            letter = distribution_sending.email(obj, facts, brand, to=facts["customer"]["email"])
            context["letter"] = {
                "subject": letter.subject,
                "sender": letter.from_email,
                "to": letter.to[0],
                "html": distribution_sending.as_html(
                    distribution_sending.written(obj, facts), distribution_sending.below(brand)
                ),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request: HttpRequest, obj: MessageTemplate, form: Any, change: bool) -> None:
        actor, now, spec = staff_actor(request), timezone.now(), form.spec()
        if change:
            saved = message_templates.update(template_id=obj.pk, spec=spec, actor=actor, now=now)
        else:
            saved = message_templates.create(spec=spec, actor=actor, now=now)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: MessageTemplate) -> None:
        message_templates.delete(template_id=obj.pk, actor=staff_actor(request), now=timezone.now())
