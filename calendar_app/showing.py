"""Where collisions show outside of the calendar: on campaigns, while drafting, beside requests for approval.

Pages below offer the places (`promotions.extras`, `approvals.registry`); this fills them from `apps.ready()`.
What draws them is imported when it is asked for: it needs the admin.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from approvals import registry
from approvals.registry import EvidencePanel
from calendar_app.models import Conflict
from calendar_app.models.conflicts import SEVERITY_RANK
from calendar_app.selectors import conflicts
from core.admin.pages import Panel
from core.staff import staff_allows
from promotions import extras
from promotions.extras import PreviewExtra
from promotions.models import Campaign
from promotions.previews.proposal import Proposal

KEY: Final = "collisions"
READ: Final = "calendar.read"


def register() -> None:
    extras.register_panels(KEY, panels)
    extras.register_preview(
        PreviewExtra(
            key=KEY,
            title="Collisions with other promotions",
            find=_found,
            render=_drawn,
            replaces=("overlaps",),
        )
    )
    extras.register_clashes(KEY, clash_url)
    registry.register_panel(
        EvidencePanel(name="calendar.collisions", title="What it would collide with", render=_evidence)
    )


def panels(request: HttpRequest, campaign: Campaign, now: datetime) -> Sequence[Panel]:
    """The tab "Collisions (3)" of a campaign; it is made when somebody opens it. One query."""
    from calendar_app.admin import conflict_panels

    if not staff_allows(request.user, READ):
        return ()
    number = conflicts.number_of_campaign(campaign.pk)
    title = gettext("Collisions (%(number)s)") % {"number": number} if number else "Collisions"
    return (Panel(key=KEY, title=title, content_url=conflict_panels.url(campaign)),)


def clash_url(campaign_id: int, other_ids: Sequence[int]) -> str:
    """The page of the collision of a campaign with one of others; "" if there is none. One query."""
    own, others = Q(left_campaign=campaign_id), Q(right_campaign__in=other_ids)
    turned = Q(right_campaign=campaign_id, left_campaign__in=other_ids)
    rows = Conflict.objects.filter(own & others | turned).exclude(state=Conflict.State.GONE)
    pk = rows.order_by(SEVERITY_RANK, "pk").values_list("pk", flat=True).first()
    return "" if pk is None else reverse("admin:calendar_conflict", args=[pk])


def _found(proposals: Sequence[Proposal], now: datetime) -> Any:
    from calendar_app.services import drafts

    return drafts.collisions(proposals, now=now)


def _drawn(found: Any, request: HttpRequest) -> str:
    from calendar_app.admin import conflict_panels

    return conflict_panels.beside_draft(found) if staff_allows(request.user, READ) else ""


def _evidence(asked: Any, request: HttpRequest) -> str:
    from calendar_app.admin import conflict_panels

    return conflict_panels.evidence(asked)
