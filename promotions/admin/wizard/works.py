"""One wizard at work: its answers so far, whose they are, and the campaign that they change.

In addresses it is `new` (nothing saved yet), `c12` (a change of campaign 12, nothing saved yet), or the
number of its notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from core.actors import Role
from core.admin.base import staff_actor
from core.staff import as_actor
from promotions.admin.wizard import answers as compiled
from promotions.admin.wizard import steps
from promotions.admin.wizard.answers import Incomplete
from promotions.admin.wizard.forms.base import Desk
from promotions.models import Campaign, CampaignSetup
from promotions.plans import PromotionPlan
from promotions.selectors import campaigns as known_campaigns
from promotions.selectors import plans
from promotions.services import setup_notes, setups

NEW: Final = "new"
OF_CAMPAIGN: Final = "c"
_LONGEST: Final = 19
"""Digits of a key."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """`base` is {"answers", "digest"} of the campaign when its change was begun, None of a new one."""

    ref: str
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    row: CampaignSetup | None = None
    campaign: Campaign | None = None
    base: Mapping[str, Any] | None = None

    @property
    def desk(self) -> Desk:
        return Desk(answers=self.answers, campaign=self.campaign)

    @property
    def title(self) -> str:
        if self.campaign is not None:
            return f"Change {self.campaign}"
        name = (self.answers.get("type") or {}).get("name")
        return str(name or "New campaign")

    def plan(self) -> PromotionPlan:
        """What is planned. Of a change: the campaign as it is, with what was answered otherwise.

        :raises Incomplete: a step is missing.
        """
        made = compiled.compile(self.answers)
        if self.campaign is None or self.base is None:
            return made
        stored = plans.plan_of(self.campaign)
        try:
            before = compiled.compile(self.base["answers"])
        except Incomplete:
            return made
        names = [one.name for one in fields(PromotionPlan)]
        return replace(
            stored,
            **{name: getattr(made, name) for name in names if getattr(made, name) != getattr(before, name)},
        )

    def is_outdated(self) -> bool:
        """Whether somebody changed the campaign since."""
        if self.campaign is None or self.base is None:
            return False
        return bool(setups.digest(plans.plan_of(self.campaign)) != self.base["digest"])


def work_of(request: HttpRequest, ref: str) -> Work:
    """:raises Http404: there is none, or it is somebody else's. :raises PermissionDenied: see `mine`."""
    if ref == NEW:
        _need(request, "create")
        return Work(ref=ref)
    if ref.startswith(OF_CAMPAIGN):
        _need(request, "modify")
        changed = _campaign(_number(ref.removeprefix(OF_CAMPAIGN)))
        return Work(ref=ref, campaign=changed, **begun(changed))
    row = mine(request).filter(pk=_number(ref)).first()
    if row is None:
        raise Http404
    _need(request, "create" if row.campaign_id is None else "modify")
    campaign = None if row.campaign_id is None else _campaign(row.campaign_id)
    return Work(ref=ref, answers=row.answers, row=row, campaign=campaign, base=row.base)


def mine(request: HttpRequest) -> QuerySet[CampaignSetup]:
    """What this person may go on with: his own; administrators everybody's."""
    rows = CampaignSetup.objects.select_related("campaign", "owner").order_by("-updated_at", "-pk")
    actor = as_actor(request.user)
    return rows if actor.role == Role.ADMIN else rows.filter(owner=request.user.pk)


def begun(campaign: Campaign) -> dict[str, Any]:
    """The answers of a campaign as it is."""
    plan = plans.plan_of(campaign)
    found = setup_notes.plain(compiled.of_plan(plan))
    return {"answers": found, "base": {"answers": found, "digest": setups.digest(plan)}}


def saved(request: HttpRequest, work: Work, form: Any, seen: str) -> Work:
    """The work with the answers of a valid form, kept from now on.

    :raises StepChanged: it was saved somewhere else meanwhile. :raises DomainError: as `settle` of the form.
    """
    now = timezone.now()
    form.settle(staff_actor(request), now)
    said = form.said()
    if work.row is None:
        row = setup_notes.begin(
            owner_id=request.user.pk or 0,
            answers={**work.answers, form.key: said},
            campaign=work.campaign,
            base=work.base,
            now=now,
        )
    else:
        row = setup_notes.keep(setup_id=work.row.pk, key=form.key, said=said, seen=seen, now=now)
    row.refresh_from_db()
    return Work(ref=str(row.pk), answers=row.answers, row=row, campaign=work.campaign, base=row.base)


def answers_with(work: Work, step: str, data: Any) -> dict[str, Mapping[str, Any]]:
    """The answers with those of the open step, as far as it is filled in properly. Nothing is kept."""
    try:
        form = steps.form_of(step, work.desk)(data, desk=work.desk)
    except LookupError:
        return dict(work.answers)
    return {**work.answers, **({step: form.said()} if form.is_valid() else {})}


def missing(work: Work) -> dict[str, str]:
    """What is not said yet, by step."""
    try:
        compiled.compile(work.answers)
    except Incomplete as reason:
        return reason.missing
    return {}


def _number(text: str) -> int:
    """0, which no row has, if it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _LONGEST else 0


def _campaign(pk: int) -> Campaign:
    found = known_campaigns.printable(known_campaigns.present()).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _need(request: HttpRequest, verb: str) -> None:
    if not as_actor(request.user).gets_to(f"campaigns.{verb}"):
        raise PermissionDenied
