"""The pages of the wizard: where one begins, each step, and the end of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from core.admin.base import sentence, staff_actor, staff_allows
from core.errors import DomainError
from promotions import template_words
from promotions.admin.wizard import answers as compiled
from promotions.admin.wizard import copies, keys, review, steps, works
from promotions.admin.wizard.forms.start import CopyForm
from promotions.admin.wizard.works import Work
from promotions.models import CampaignTemplate
from promotions.services import setup_notes, setups

START, STEP = "admin:promotions_wizard", "admin:promotions_wizard_step"
MEDIA = forms.Media(
    css={
        "all": (
            "core/picker.css",
            "promotions/promotions.css",
            "promotions/templates.css",
            "promotions/preview.css",
            "promotions/wizard.css",
        )
    },
    js=("core/picker.js", "promotions/wizard.js"),
)
_MOST_TEMPLATES = 12


def start_view(request: HttpRequest) -> HttpResponse:
    """Blank, from a template, a copy, or what was begun before."""
    if not staff_allows(request.user, "campaigns.create"):
        raise PermissionDenied
    if request.method == "POST":
        return _begun(request)
    return _start(request, CopyForm())


def _start(request: HttpRequest, copy: CopyForm) -> HttpResponse:
    rows = list(CampaignTemplate.objects.order_by("name", "pk")[:_MOST_TEMPLATES])
    told = template_words.all_sentences(rows)
    context = {
        **admin.site.each_context(request),
        "title": "New campaign",
        "media": MEDIA + copy.media,
        "begun": unfinished(request),
        "templates": [
            (row, lines[0], template_words.kind(row)) for row, lines in zip(rows, told, strict=True)
        ],
        "copy": copy,
        "blank_url": url(works.NEW, keys.TYPE),
    }
    return TemplateResponse(request, "promotions/wizard/start.html", context)


def _begun(request: HttpRequest) -> HttpResponse:
    """POST: notes that begin with a template or another campaign; or notes that nobody needs any more."""
    now = timezone.now()
    if (dropped := request.POST.get("_drop", "")).isdecimal():
        row = works.mine(request).filter(pk=int(dropped)).first()
        if row is not None:
            setup_notes.drop(setup_id=row.pk)
            messages.success(request, f"{row} is thrown away.")
        return HttpResponseRedirect(reverse(START))
    copy = CopyForm()
    if (chosen := request.POST.get("_template", "")).isdecimal():
        template = CampaignTemplate.objects.filter(pk=int(chosen)).first()
        if template is None:
            raise Http404
        try:
            plan = setups.of_template(template=template, actor=staff_actor(request), now=now)
        except DomainError as refusal:
            messages.error(request, sentence(refusal))
            return HttpResponseRedirect(reverse(START))
        answers = compiled.of_plan(copies.renamed(plan))
        # A template says how codes look, not how many there are.
        answers[keys.CODES].pop("count")
    else:
        copy = CopyForm(request.POST)
        if not copy.is_valid():
            return _start(request, copy)
        answers = compiled.of_plan(copies.of_campaign(copy.original()))
    row = setup_notes.begin(owner_id=request.user.pk or 0, answers=answers, now=now)
    return HttpResponseRedirect(url(str(row.pk), keys.TYPE))


def edit_view(request: HttpRequest, object_id: int) -> HttpResponse:
    """A change of a campaign: goes on with the one that this person has begun, if there is one."""
    ref = f"c{object_id}"
    works.work_of(request, ref)
    row = works.mine(request).filter(campaign=object_id, owner=request.user.pk).first()
    return HttpResponseRedirect(url(str(row.pk) if row else ref, keys.REVIEW))


def step_view(request: HttpRequest, ref: str, key: str) -> HttpResponse:
    work = works.work_of(request, ref)
    if key not in [step.key for step in steps.of(work.desk)]:
        raise Http404
    if request.method == "POST" and "_discard" in request.POST:
        return _discarded(request, work)
    if request.method == "POST" and "_refresh" in request.POST:
        return _refreshed(request, work, key)
    if key == keys.REVIEW:
        return review.page(request, work, context(request, work, key))
    form_class = steps.form_of(key, work.desk)
    if request.method != "POST":
        return _drawn(request, work, form_class(desk=work.desk))
    form = form_class(request.POST, desk=work.desk)
    asked = request.POST.get("_to", "")
    if asked and not form.has_changed():
        return HttpResponseRedirect(url(work.ref, asked) if _is_step(asked, work) else request.path)
    if not form.is_valid():
        return _drawn(request, work, form, leave_to=asked)
    seen = request.POST.get("seen", "")
    try:
        work = works.saved(request, work, form, seen)
    except setup_notes.StepChanged as refusal:
        form.add_error(None, f"{sentence(refusal)} Save again to put yours in place of that.")
        return _drawn(request, works.work_of(request, ref), form)
    except DomainError as refusal:
        form.add_error(None, sentence(refusal))
        return _drawn(request, work, form)
    if "_save" in request.POST:
        messages.success(request, "Saved. You can go on at any time.")
        return HttpResponseRedirect(url(work.ref, key))
    following = asked if _is_step(asked, work) else steps.after(key, work.desk).key
    return HttpResponseRedirect(url(work.ref, following))


def unfinished(request: HttpRequest) -> list[dict[str, Any]]:
    """What can be gone on with, newest first."""
    titles = {step.key: step.title for step in steps.STEPS}
    rows = works.mine(request)[:_MOST_TEMPLATES]
    return [
        {
            "row": row,
            "title": f"Change of {row.campaign}" if row.campaign_id else str(row),
            "step": titles.get(row.step, titles[keys.TYPE]),
            "url": url(str(row.pk), row.step or keys.TYPE),
            "owner": "" if row.owner_id == request.user.pk else row.owner.get_full_name() or str(row.owner),
        }
        for row in rows
    ]


def url(ref: str, key: str) -> str:
    return reverse(STEP, args=[ref, key])


def context(request: HttpRequest, work: Work, key: str) -> dict[str, Any]:
    """What every step shows around its form."""
    missing = works.missing(work)
    rail = [
        {
            "step": step,
            "url": url(work.ref, step.key),
            "is_here": step.key == key,
            "is_missing": step.key in missing and (step.key in work.answers or key == keys.REVIEW),
            "is_done": step.key in work.answers and step.key not in missing,
        }
        for step in steps.of(work.desk)
    ]
    at = next(place for place, one in enumerate(rail, start=1) if one["is_here"])
    here, before = rail[at - 1]["step"], steps.before(key, work.desk)
    return {
        **admin.site.each_context(request),
        "title": work.title,
        "media": MEDIA,
        "work": work,
        "rail": rail,
        "here": here,
        "number": at,
        "count": len(rail),
        "back_url": url(work.ref, before.key) if before else "",
        "missing": missing,
        "is_outdated": work.is_outdated(),
        "preview_url": _preview_url(work, key),
        "campaign_url": _campaign_url(work),
    }


def _drawn(request: HttpRequest, work: Work, form: Any, *, leave_to: str = "") -> HttpResponse:
    found = context(request, work, form.key)
    found |= {
        "media": MEDIA + form.media,
        "form": form,
        "sections": form.drawn(),
        "note": form.note(),
        "hint": found["missing"].get(form.key, "") if form.key in work.answers and not form.errors else "",
        "seen": setup_notes.mark(work.answers.get(form.key)),
        "leave_url": url(work.ref, leave_to) if leave_to and _is_step(leave_to, work) else "",
    }
    return TemplateResponse(request, "promotions/wizard/step.html", found)


def _discarded(request: HttpRequest, work: Work) -> HttpResponse:
    if work.row is not None:
        setup_notes.drop(setup_id=work.row.pk)
    messages.success(request, "Thrown away. Nothing was changed.")
    return HttpResponseRedirect(_campaign_url(work) or reverse("admin:promotions_campaign_changelist"))


def _refreshed(request: HttpRequest, work: Work, key: str) -> HttpResponse:
    """Bring in what somebody else changed."""
    if work.row is None or work.campaign is None:
        return HttpResponseRedirect(url(work.ref, key))
    begun = works.begun(work.campaign)
    taken, both = setup_notes.rebase(setup_id=work.row.pk, current=begun["base"], now=timezone.now())
    titles = {step.key: step.title for step in steps.STEPS}
    if taken:
        messages.success(request, f"Taken over: {', '.join(titles[one] for one in taken)}.")
    if both:
        named = ", ".join(titles[one] for one in both)
        messages.warning(request, f"Both of you changed {named}. Yours would be put in place of theirs.")
    return HttpResponseRedirect(url(work.ref, key))


def _is_step(key: str, work: Work) -> bool:
    return any(step.key == key for step in steps.of(work.desk))


def _preview_url(work: Work, key: str) -> str:
    try:
        return f"{reverse('admin:promotions_preview')}?wizard={work.ref}&step={key}"
    except NoReverseMatch:
        return ""


def _campaign_url(work: Work) -> str:
    if work.campaign is None:
        return ""
    return reverse("admin:promotions_campaign_change", args=[work.campaign.pk])
