"""The last step: the whole promotion in words, what would stop it, who has to say yes; then it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from approvals.gate import ApprovalRequired
from core import words
from core.admin.base import sentence, staff_actor
from core.errors import DomainError
from promotions import approval_contents, approval_words
from promotions.admin.wizard.answers import Incomplete
from promotions.admin.wizard.forms.fields import local_instant
from promotions.admin.wizard.works import Work
from promotions.models import Campaign
from promotions.plans import PromotionPlan
from promotions.previews import plans as previewed
from promotions.previews.promise import promise
from promotions.selectors import launching, plans
from promotions.services import setup_notes, setups
from promotions.words import SCHEDULED, campaign_state

_TEMPLATE = "promotions/wizard/review.html"


class LaterForm(forms.Form):
    """When a new campaign is launched, if not now."""

    launch_at = local_instant(label="Launch at", required=True)

    def clean_launch_at(self) -> datetime:
        at: datetime = self.cleaned_data["launch_at"]
        if at <= timezone.now():
            raise forms.ValidationError("This time is past.")
        return at


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """`lines`: all that it says, or all that becomes different. `stages` have to say yes."""

    promise: str = ""
    lines: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    refusal: str = ""
    kept: tuple[str, ...] = ()
    changes_nothing: bool = False


def page(request: HttpRequest, work: Work, context: Mapping[str, Any]) -> HttpResponse:
    later, refused = LaterForm(), ""
    if request.method == "POST" and not context["missing"]:
        later = LaterForm(request.POST) if "_later" in request.POST else later
        if "_later" not in request.POST or later.is_valid():
            try:
                return _finished(request, work, later)
            except DomainError as refusal:
                refused = sentence(refusal)
    outlook = Outlook() if context["missing"] else _outlook(request, work)
    if refused:
        outlook = Outlook(**{**outlook.__dict__, "refusal": refused})
    titles = {one["step"].key: one["step"].title for one in context["rail"]}
    links = {one["step"].key: one["url"] for one in context["rail"]}
    todo = [(titles.get(key, key), links.get(key, ""), text) for key, text in context["missing"].items()]
    return TemplateResponse(request, _TEMPLATE, {**context, "outlook": outlook, "todo": todo, "later": later})


def _outlook(request: HttpRequest, work: Work) -> Outlook:
    actor, now = staff_actor(request), timezone.now()
    plan = work.plan()
    said = promise(previewed.of_plan(plan))
    try:
        if work.campaign is not None:
            return _of_change(work, work.campaign, plan, said, actor, now)
        lines, stages = setups.tried(
            plan=plan, show=lambda row: (_told(row), launching.asked(row, actor, now)), actor=actor, now=now
        )
    except DomainError as refusal:
        return Outlook(promise=said, refusal=sentence(refusal))
    return Outlook(promise=said, lines=tuple(lines), stages=tuple(stages))


def _of_change(
    work: Work, campaign: Campaign, plan: PromotionPlan, said: str, actor: Any, now: datetime
) -> Outlook:
    kept = plans.stored(campaign).kept
    if plan == plans.plan_of(campaign):
        return Outlook(promise=said, kept=kept, changes_nothing=True)
    proposal = setups.proposed(
        campaign_id=campaign.pk, plan=plan, seen=(work.base or {})["digest"], actor=actor, now=now
    )
    lines = approval_words.sentences("campaign", proposal.before.content, proposal.after.content)
    stages = [] if proposal.needed is None else [stage.name for stage in proposal.needed.stages]
    return Outlook(promise=said, lines=tuple(lines), stages=tuple(stages), kept=kept)


def _told(row: Campaign) -> list[str]:
    content = approval_contents.campaign(row.pk) or {}
    content.pop("active", None)
    return approval_words.introductions("campaign", [content])[0]


def _finished(request: HttpRequest, work: Work, later: LaterForm) -> HttpResponse:
    """:raises DomainError: nothing was made or changed; but who has to be asked is asked."""
    try:
        plan = work.plan()
    except Incomplete:
        return HttpResponseRedirect(request.path)
    try:
        campaign, text = _done(request, work, plan, later)
    except ApprovalRequired as refusal:
        refusal.settle()
        found = work.campaign or Campaign.objects.filter(name=plan.name, released_at=None).first()
        if found is None:
            raise
        campaign, text = found, f"{found} is submitted for review."
        if work.campaign is not None:
            text = f"Nothing of {found} is changed yet: others have to say yes."
        _tell(request, text, refusal.location or "")
    else:
        _tell(request, text, "")
    if work.row is not None:
        setup_notes.drop(setup_id=work.row.pk)
    return HttpResponseRedirect(reverse("admin:promotions_campaign_change", args=[campaign.pk]))


def _done(request: HttpRequest, work: Work, plan: PromotionPlan, later: LaterForm) -> tuple[Campaign, str]:
    actor, now = staff_actor(request), timezone.now()
    if work.campaign is not None:
        seen = (work.base or {})["digest"]
        changed = setups.change(campaign_id=work.campaign.pk, plan=plan, seen=seen, actor=actor, now=now)
        return changed, f"{changed} is changed."
    if "_draft" in request.POST:
        made = setups.create(plan=plan, actor=actor, now=now)
        return made, f"{made} is saved as a draft. Launch it when it is ready."
    if "_later" in request.POST:
        at = later.cleaned_data["launch_at"]
        made, asked = setups.launch_at(plan=plan, at=at, actor=actor, now=now)
        waits = " if everybody says yes" if asked.state == asked.State.PENDING else ""
        return made, f"{made} is a draft until then. It is launched at {words.when(at)}{waits}."
    made = setups.launch(plan=plan, actor=actor, now=now)
    is_early = campaign_state(made, now) == SCHEDULED
    begins = f" and begins on {words.day(made.starts_at)}" if is_early else ""
    return made, f"{made} is launched{begins}."


def _tell(request: HttpRequest, text: str, location: str) -> None:
    if not location:
        messages.success(request, text)
        return
    link = format_html('{} <a class="fanfare-link" href="{}">Open the request</a>', text, location)
    messages.warning(request, link)
