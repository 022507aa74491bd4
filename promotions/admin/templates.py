"""Templates: a gallery that says what each holds, and new campaigns and tiers made of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from core import words
from core.admin.base import adopt, sentence, staff_actor, staff_allows
from core.admin.dialogs import DialogsMixin, Done
from core.admin.pages import Fact, PageAdmin, Panel
from core.errors import DomainError
from promotions import template_words
from promotions.admin.forms.clones import FromTemplateForm, TierOfTemplateForm
from promotions.models import CampaignTemplate
from promotions.services import templates
from promotions.services.templates import SetupSpec

_MOST_SHOWN = 100


class TemplateForm(ModelForm):
    """What it holds never changes: keep the campaign again under another name."""

    class Meta:
        model = CampaignTemplate
        fields: tuple[str, ...] = ("name", "description")
        widgets = {"name": UnfoldAdminTextInputWidget}  # noqa: RUF012


@admin.register(CampaignTemplate)
class CampaignTemplateAdmin(DialogsMixin, PageAdmin):
    """Patterns for campaigns and tiers."""

    class Media:
        css: ClassVar = {"all": ("promotions/templates.css",)}

    resource = "templates"
    form = TemplateForm
    in_words: ClassVar = {}
    search_fields = ("name", "description")
    ordering = ("name", "pk")
    actions_detail = ("use", "add_as_tier", "throw_away")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Templates are kept from the page of a campaign or tier."""
        return False

    def has_bin_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "delete")

    def has_use_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, "campaigns.create")

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "starters/",
                self.admin_site.admin_view(self.add_starters),
                name="promotions_campaigntemplate_starters",
            ),
            path(
                "<int:object_id>/new/",
                self.admin_site.admin_view(self.new_campaign),
                name="promotions_campaigntemplate_new",
            ),
        ]
        return [*own, *super().get_urls()]

    # Gallery ----------------------------------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("q", "").strip()[:100].replace("\0", "")
        rows, _ = self.get_search_results(request, self.get_queryset(request), asked)
        found = list(rows.order_by("name", "pk")[:_MOST_SHOWN])
        may_add = staff_allows(request.user, "templates.create")
        context = {
            **self.admin_site.each_context(request),
            "title": "Templates",
            "media": self.media,
            "cards": self._cards(found),
            "asked": asked,
            "may_use": self.has_use_permission(request),
            "may_add_starters": may_add and bool(templates.missing_starters()),
        }
        return TemplateResponse(request, "promotions/admin/templates.html", context)

    def _cards(self, found: list[CampaignTemplate]) -> list[dict[str, Any]]:
        return [
            {
                "row": row,
                "kind": template_words.kind(row),
                "lines": lines,
                "url": self.url_of(row),
                "new_url": reverse("admin:promotions_campaigntemplate_new", args=[row.pk]),
            }
            for row, lines in zip(found, template_words.all_sentences(found), strict=True)
        ]

    def add_starters(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not staff_allows(request.user, "templates.create"):
            raise PermissionDenied
        added = templates.add_starters(actor=staff_actor(request), now=timezone.now())
        self.message_user(request, f"{words.count(len(added), 'template')} added.", messages.SUCCESS)
        return HttpResponseRedirect(self.list_url())

    # Page -------------------------------------------------------------------------------------------------
    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        return (("Basics", {"fields": ("name", "description")}),)

    def lead(self, request: HttpRequest, obj: CampaignTemplate) -> str:
        return f"{template_words.sentences(obj)[0]}."

    def facts(self, request: HttpRequest, obj: CampaignTemplate) -> list[Fact]:
        return [
            Fact(title="Makes", value=template_words.kind(obj)),
            Fact(title="Kept on", value=words.day(obj.created_at)),
        ]

    def panels(self, request: HttpRequest, obj: CampaignTemplate) -> list[Panel]:
        lines = [line.partition(": ") for line in template_words.sentences(obj)]
        return [
            Panel(
                key="content",
                title="What it holds",
                headers=("What", "As kept"),
                rows=[(head, rest) if rest else ("", head) for head, _, rest in lines],
                empty="Nothing.",
            ),
            Panel(
                key="named",
                title="What it names",
                headers=("Kept with it, and made anew if it is gone",),
                rows=[(one[:1].upper() + one[1:],) for one in template_words.listed(obj)],
                empty="Its conditions name no products, collections or segments.",
            ),
        ]

    def save_model(self, request: HttpRequest, obj: CampaignTemplate, form: Any, change: bool) -> None:
        given = form.cleaned_data
        saved = templates.update(
            template_id=obj.pk,
            name=given["name"],
            description=given["description"],
            actor=staff_actor(request),
            now=timezone.now(),
        )
        adopt(obj, saved)

    # New from it ------------------------------------------------------------------------------------------
    def new_campaign(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not (self.has_view_permission(request) and self.has_use_permission(request)):
            raise PermissionDenied
        template = self.found(request, str(object_id))
        form = FromTemplateForm(request.POST or None, template=template)
        if request.method == "POST" and form.is_valid():
            try:
                return self._made(request, template, form)
            except DomainError as refusal:
                refusal.settle()
                if refusal.location:
                    self.message_user(request, sentence(refusal), messages.WARNING)
                    return HttpResponseRedirect(refusal.location)
                form.add_error(None, sentence(refusal))
        context = {
            **self.admin_site.each_context(request),
            "title": "New campaign from a template",
            "media": self.media + form.media,
            "form": form,
            "card": self._cards([template])[0],
            "named": template_words.listed(template),
        }
        return TemplateResponse(request, "promotions/admin/template_new.html", context)

    def _made(self, request: HttpRequest, template: CampaignTemplate, form: FromTemplateForm) -> HttpResponse:
        given = form.cleaned_data
        zone = timezone.get_current_timezone()
        dates = {}
        if given.get("starts_on"):
            dates["starts_at"] = datetime.combine(given["starts_on"], time.min, zone)
        if given.get("ends_on"):
            dates["ends_at"] = datetime.combine(given["ends_on"] + timedelta(days=1), time.min, zone)
        spec = SetupSpec(
            name=given["name"],
            values=dates,
            vouchers_count=given.get("codes") or 0,
            code=given.get("code") or "",
            is_draft="_draft" in request.POST,
        )
        setup = templates.set_up_campaign(
            template=template, spec=spec, actor=staff_actor(request), now=timezone.now()
        )
        text = "is saved as a draft. Launch it when it is ready." if setup.row.is_draft else "is launched."
        self.message_user(request, f"{setup.row} {text}", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:promotions_campaign_change", args=[setup.row.pk]))

    @action(
        description="New campaign", icon="rocket_launch", variant=ActionVariant.PRIMARY, permissions=["use"]
    )
    def use(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link to the form: nothing is changed here."""
        return HttpResponseRedirect(reverse("admin:promotions_campaigntemplate_new", args=[object_id]))

    @action(
        description="Add as a tier",
        icon="sell",
        permissions=["use"],
        dialog={
            "title": "Add to a promotion",
            "description": "Its discount, without a code, as the last tier of a promotion.",
            "form_class": TierOfTemplateForm,
            "form_submit_text": "Add the tier",
        },
    )
    def add_as_tier(self, request: HttpRequest, form: TierOfTemplateForm, object_id: str) -> HttpResponse:
        def do(template: CampaignTemplate) -> Done:
            setup = templates.set_up_tier(
                template=template,
                campaign_id=form.cleaned_data["campaign"].pk,
                spec=SetupSpec(name=form.cleaned_data["name"]),
                actor=staff_actor(request),
                now=timezone.now(),
            )
            url = reverse("admin:promotions_promotiontier_change", args=[setup.row.pk])
            return Done(said=f"{setup.row} is added to {setup.row.campaign}.", url=url)

        return self.confirmed(request, object_id, do)

    @action(
        description="Delete",
        icon="delete",
        variant=ActionVariant.DANGER,
        permissions=["bin"],
        dialog={
            "title": "Delete this template?",
            "description": "For good. Campaigns and tiers that were made of it stay as they are.",
            "form_submit_text": "Delete",
        },
    )
    def throw_away(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(template: CampaignTemplate) -> str:
            templates.delete(template_id=template.pk, actor=staff_actor(request), now=timezone.now())
            return f"{template} is deleted."

        return self.confirmed(request, object_id, do, leaves=True)
