"""Collisions on pages of others: the tab of a campaign, beside a draft, on a request for approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from calendar_app import conflict_words
from calendar_app.admin import conflict_receipts
from calendar_app.admin.conflict_cards import blackout_pages
from calendar_app.admin.conflict_receipts import ReceiptShown
from calendar_app.models import Conflict
from calendar_app.overlaps import Found, Item
from calendar_app.selectors import conflict_lists, proposed
from calendar_app.selectors.conflict_lists import Wanted
from calendar_app.services import drafts
from calendar_app.services.drafts import Collisions
from core import words
from promotions.models import Campaign

_CAMPAIGN: Final = "campaign"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One collision in short. `accepted`: who said about the same two that it is meant to be so, and why."""

    sentence: str
    look: str
    severity: str
    kind: str
    window: str
    url: str
    unknown: Sequence[str]
    receipt: ReceiptShown | None
    accepted: str = ""


def url(campaign: Campaign) -> str:
    return reverse("admin:calendar_conflicts_of", args=[campaign.pk])


def beside_draft(found: Collisions) -> str:
    return render_to_string("calendar_app/admin/beside_draft.html", {**_context(found, {})})


def evidence(asked: Any) -> str:
    """What the campaign of a request would collide with as it is proposed; "" where it reaches nobody."""
    now = timezone.now()
    items = proposed.items_of_request(asked, now=now)
    if not items:
        return ""
    found = drafts.collisions_of(items, now=now)
    context = _context(found, _accepted(asked.target_id))
    return render_to_string("calendar_app/admin/evidence.html", context)


def _context(found: Collisions, accepted: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    names = conflict_receipts.names_of(one.receipt for one in found.shown)
    others = [_other(one.found, found.unit) for one in found.shown]
    pages = blackout_pages(others)
    return {
        "lines": [
            Line(
                sentence=one.sentence,
                look=one.found.severity.value.lower(),
                severity=words.label(*map(str, conflict_words.SEVERITIES[one.found.severity])),
                kind=conflict_words.kind(one.found.kind),
                window=_window(one.found),
                url=pages.get(other) or _campaign_page(one.found, found.unit),
                unknown=one.found.opaque,
                receipt=conflict_receipts.shown(one.receipt, names, one.found.left.label, _label(one.found)),
                accepted=accepted.get((one.found.kind.value, other), ""),
            )
            for one, other in zip(found.shown, others, strict=True)
        ],
        "more": found.more,
        "small": words.count(found.small, "small overlap") if found.small else "",
    }


def _label(found: Found) -> str:
    return found.right.label if found.right is not None else ""


def _other_item(found: Found, own: str) -> Item | None:
    """The side that is not asked about; None: a blackout."""
    return found.left if found.left.unit != own else found.right


def _other(found: Found, own: str) -> str:
    """The unit of the other side."""
    item = _other_item(found, own)
    if item is not None:
        return item.unit
    return f"blackout:{found.closure.id}" if found.closure is not None else ""


def _campaign_page(found: Found, own: str) -> str:
    """The campaign that it collides with."""
    item = _other_item(found, own)
    pk = item.campaign_id if item is not None else 0
    return reverse("admin:promotions_campaign_change", args=[pk]) if pk else ""


def _window(found: Found) -> str:
    return conflict_words.window(*found.spans[0]) if found.spans else ""


def _accepted(public_id: str) -> dict[tuple[str, str], str]:
    """What people said about collisions of the campaign as it is, by kind and the other side."""
    campaign = Campaign.objects.filter(public_id=public_id).first()
    if campaign is None:
        return {}
    wanted = Wanted(states=(Conflict.State.ACCEPTED.value,), campaign_id=campaign.pk)
    own = f"{_CAMPAIGN}:{campaign.pk}"
    return {
        (row.kind, row.right_unit if row.left_unit == own else row.left_unit): _said(row)
        for row in conflict_lists.listed(wanted)
    }


def _said(row: Conflict) -> str:
    if row.acceptance is None:
        return ""
    text = gettext("%(who)s accepted the same on %(day)s: “%(reason)s”")
    said = row.acceptance
    return text % {"who": said.actor_label, "day": words.day(said.at), "reason": said.reason}
