"""Buttons that make something new of what is there: clone, keep as a template, vary."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from core.admin.base import ModelAdmin, staff_actor, staff_allows
from core.admin.dialogs import DialogsMixin, Done
from promotions.admin import variations
from promotions.admin.forms.clones import CloneForm, KeepForm, TierCloneForm
from promotions.models import Campaign, CampaignTemplate, PromotionTier
from promotions.services import cloning, templates

_KEPT = (
    "Discount, settings, time, conditions and what they name are copied. Its name, codes, category and areas "
    "are not. What becomes of it later does not change the template."
)


class KeepButton(DialogsMixin, ModelAdmin):
    """For campaigns and tiers."""

    def has_clone_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.allows(request, "create")

    def has_keep_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return staff_allows(request.user, "templates.create")

    @action(
        description="Keep as a template",
        icon="bookmark_add",
        permissions=["keep"],
        dialog={
            "title": "Keep as a template",
            "description": _KEPT,
            "form_class": KeepForm,
            "form_submit_text": "Keep",
        },
    )
    def keep(self, request: HttpRequest, form: KeepForm, object_id: str) -> HttpResponse:
        def do(row: Campaign | PromotionTier) -> Done:
            template = templates.create(
                of=row,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                actor=staff_actor(request),
                now=timezone.now(),
            )
            url = reverse("admin:promotions_campaigntemplate_change", args=[template.pk])
            return Done(said=f"{template} is kept as a template.", url=url)

        return self.confirmed(request, object_id, do)


class CampaignCloneButtons(KeepButton):
    """For campaigns: on their page, and in each row of the list."""

    actions_row = ("clone", "vary")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(variations.page)
        own = path("<int:object_id>/variations/", page, name="promotions_campaign_variations")
        return [own, *super().get_urls()]

    @action(
        description="Clone",
        icon="content_copy",
        permissions=["clone"],
        dialog={
            "title": "Clone this campaign",
            "description": (
                "A draft like it, with its conditions, tiers, stacks and areas. Codes and results stay here."
            ),
            "form_class": CloneForm,
            "form_submit_text": "Clone",
        },
    )
    def clone(self, request: HttpRequest, form: CloneForm, object_id: str) -> HttpResponse:
        def do(campaign: Campaign) -> Done:
            made = cloning.campaign(
                campaign_id=campaign.pk, spec=form.spec(), actor=staff_actor(request), now=timezone.now()
            )
            said = f"{made} is a draft. Change what is to be different, then launch it."
            return Done(said=said, url=self.url_of(made))

        return self.confirmed(request, object_id, do)

    @action(description="Variations", icon="grid_view", permissions=["view"])
    def vary(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link to the page of its variations: nothing is changed here."""
        return HttpResponseRedirect(reverse(variations.PAGE, args=[object_id]))

    def makes_of(self, campaign: Campaign) -> list[str]:
        """The buttons of these that mean something for this campaign."""
        is_kept = campaign.campaign_type in CampaignTemplate.CampaignType.values and not campaign.is_draft
        return ["clone", *(["keep"] if is_kept else []), "vary"]


class TierCloneButtons(KeepButton):
    """For tiers."""

    @action(
        description="Clone",
        icon="content_copy",
        permissions=["clone"],
        dialog={
            "title": "Clone this tier",
            "description": "A tier like it with conditions of its own, in the last place.",
            "form_class": TierCloneForm,
            "form_submit_text": "Clone",
        },
    )
    def clone(self, request: HttpRequest, form: TierCloneForm, object_id: str) -> HttpResponse:
        def do(tier: PromotionTier) -> Done:
            made = cloning.tier(
                tier_id=tier.pk, spec=form.spec(), actor=staff_actor(request), now=timezone.now()
            )
            return Done(said=f"{made} is added to {made.campaign}.", url=self.url_of(made))

        return self.confirmed(request, object_id, do)
