"""The button "Publish" of campaigns and codes, and the page that says before what it would take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.forms import BaseDialogForm

from core import words
from core.admin.base import sentence, staff_actor, staff_allows, tell_refusal
from core.admin.dialogs import DialogsMixin
from core.errors import DomainError
from promotions.admin.campaign_buttons import CampaignButtons
from promotions.admin.forms.publishing import PublishForm, PublishVoucherForm
from promotions.models import Campaign, Voucher
from promotions.services import code_pool, publication_runs, publications
from promotions.services.publication_runs import Plan

PAGE: Final = "promotions_campaign_publish"
_COUNTED: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What pressing the button would do, line by line; `is_refused`: it would do nothing."""

    lines: tuple[str, ...]
    is_refused: bool = False


class PublishButton(CampaignButtons):
    """For campaigns."""

    def get_urls(self) -> list[URLPattern]:
        own = path("<int:object_id>/publish/", self.admin_site.admin_view(self.publish_view), name=PAGE)
        return [own, *super().get_urls()]

    def makes_of(self, campaign: Campaign) -> list[str]:
        gives = campaign.campaign_type != Campaign.CampaignType.PROMOTION and not campaign.is_draft
        return [*(["publish"] if gives else []), *super().makes_of(campaign)]

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, "vouchers.publish")

    @action(description="Publish", icon="redeem", permissions=["publish"])
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link to the page: nothing is changed here."""
        return HttpResponseRedirect(reverse(f"admin:{PAGE}", args=[object_id]))

    def publish_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        campaign = self.get_object(request, str(object_id))
        if campaign is None or campaign.deleted_at is not None:
            raise Http404
        if not self.has_publish_permission(request, campaign):
            raise PermissionDenied
        now = timezone.now()
        form = PublishForm(request.POST or None, campaign=campaign)
        preview = None
        if form.is_bound and form.is_valid():
            if "_publish" in request.POST and (done := self._published(request, form)) is not None:
                return done
            preview = _preview(form, now)
        context = {
            **admin.site.each_context(request),
            "title": f"Publish codes of {campaign.name}",
            "form": form,
            "media": self.media + form.media,
            "campaign": campaign,
            "preview": preview,
            "pool": pool_in_words(campaign, now),
            "back": self.url_of(campaign),
        }
        return TemplateResponse(request, "promotions/admin/publish.html", context)

    def _published(self, request: HttpRequest, form: PublishForm) -> HttpResponse | None:
        """The page of what came of it; None: it was refused, and is shown again with the reason."""
        actor, now = staff_actor(request), timezone.now()
        try:
            if form.is_for_many:
                run = publication_runs.start(spec=form.run_spec(), actor=actor, now=now)
                said = (
                    f"{words.count(run.customers_count, 'customer')} will get a code. You need not wait here."
                )
                target = reverse("admin:promotions_publicationrun_change", args=[run.pk])
            else:
                given = publications.publish(spec=form.publication_spec(), actor=actor, now=now)
                codes = ", ".join(voucher.code for voucher in given.vouchers)
                said = f"Has it already: {codes}." if given.is_repeated else f"Given: {codes}."
                target = reverse("admin:promotions_publication_change", args=[given.publication.pk])
        except DomainError as error:
            error.settle()
            if error.location:
                tell_refusal(self, request, error)
                return HttpResponseRedirect(error.location)
            return None
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(target)


class PublishVoucherButton(DialogsMixin):
    """For codes, generic ones and those of a campaign: mixed in before the base of the screen."""

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return staff_allows(request.user, "vouchers.publish")

    @action(
        description="Publish",
        icon="redeem",
        permissions=["publish"],
        dialog={
            "title": "Give this code to a customer",
            "description": (
                "It goes into the customer's wallet. A code of many belongs to one customer; one that "
                "everybody may use can be given to any number."
            ),
            "form_class": PublishVoucherForm,
            "form_submit_text": "Publish",
        },
    )
    def publish(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(voucher: Voucher) -> str:
            given = publications.publish(
                spec=form.spec(voucher), actor=staff_actor(request), now=timezone.now()
            )
            said = "has it already" if given.is_repeated else "has it now"
            name = given.customer.name or given.customer.email or str(given.customer)
            return f"{name} {said}."

        return self.confirmed(request, object_id, do)


def pool_in_words(campaign: Campaign, now: datetime) -> str:
    """What the campaign could give out: 480 codes are free."""
    if campaign.type == Campaign.Type.STANDALONE:
        return "It has one code for everybody."
    free = code_pool.count_free(campaign=campaign, now=now, most=_COUNTED)
    said = f"{words.count(free, 'code')} {'is' if free == 1 else 'are'} free"
    if campaign.type == Campaign.Type.AUTO_UPDATE:
        return f"{said}; more are made as they are given out."
    return f"{said}. Nobody was given them, and nobody used them."


def _preview(form: PublishForm, now: datetime) -> Preview:
    try:
        if form.is_for_many:
            return _of_many(publication_runs.plan(spec=form.run_spec(), now=now))
        return _of_one(form, now)
    except DomainError as error:
        return Preview(lines=(sentence(error),), is_refused=True)


def _of_many(planned: Plan) -> Preview:
    lines = [f"{words.count(planned.customers, 'customer')}: {planned.audience}."]
    if planned.have_one:
        lines.append(f"{planned.have_one:,} of them have a code already and get no other.")
    if planned.have_one == planned.customers:
        return Preview(lines=(*lines, "So there is nobody to give one to."), is_refused=True)
    if planned.campaign.type == Campaign.Type.STANDALONE:
        return Preview(lines=(*lines, "Everybody gets the one code of the campaign."))
    lines.append(f"{words.count(planned.needed, 'code')} needed, {planned.free:,} free.")
    if planned.promised:
        lines.append(f"{planned.promised:,} of the free ones are wanted by others that are being served.")
    if not planned.missing:
        left = planned.free - planned.promised - planned.needed
        return Preview(lines=(*lines, f"{words.count(left, 'code')} will be left."))
    if planned.makes_more:
        return Preview(lines=(*lines, f"{words.count(planned.missing, 'code')} will be made."))
    lines.append(f"Add {words.count(planned.missing, 'code')} first, or choose fewer customers.")
    return Preview(lines=tuple(lines), is_refused=True)


def _of_one(form: PublishForm, now: datetime) -> Preview:
    count = form.publication_spec().count
    free = code_pool.count_free(campaign=form.campaign, now=now, most=_COUNTED)
    if form.campaign.type == Campaign.Type.STANDALONE:
        return Preview(lines=("The customer gets the one code of the campaign.",))
    if free < count and form.campaign.type != Campaign.Type.AUTO_UPDATE:
        return Preview(lines=(f"{words.count(count, 'code')} needed, {free:,} free.",), is_refused=True)
    return Preview(lines=(f"{words.count(count, 'code')} of {free:,} free ones.",))
