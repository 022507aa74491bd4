"""The tab "Waiting changes": what somebody asked for and what is planned, and how to cancel it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from approvals import registry
from approvals.admin.inbox import state_label
from approvals.models import ApprovalRequest
from approvals.selectors import options
from approvals.selectors import requests as known
from approvals.services import requests
from core import words
from core.actors import Actor
from core.admin.pages import Panel
from promotions.admin.rows import dialog_link

_SHOWN: Final = 20
_SENTENCES: Final = 6


def panel(
    target: tuple[str, str],
    withdraw_url: str,
    actor: Actor,
    now: datetime,
    *,
    belongings: Collection[str] = (),
) -> Panel:
    """What waits about `target` (its type and id, as requests name it) and what belongs to it; what comes
    first comes first.
    """
    found = list(known.open_about(*target, *belongings)[: _SHOWN + 1])
    requests_url = reverse("admin:approvals_approvalrequest_changelist")
    return Panel(
        key="waiting",
        title=f"Waiting changes ({len(found)})" if found else "Waiting changes",
        headers=("Takes effect", "What changes"),
        rows=[(_when(one, withdraw_url, actor, now), what(one)) for one in found[:_SHOWN]],
        empty="Nothing waits. To change something later, fill in “Takes effect” in the details.",
        all_url=f"{requests_url}?{urlencode({'target_id': target[1]})}" if len(found) > _SHOWN else "",
    )


def _when(request: ApprovalRequest, withdraw_url: str, actor: Actor, now: datetime) -> SafeString:
    """Its time, its state, and the way to call it off for who may."""
    url = f"{withdraw_url}?{urlencode({'request': request.public_id})}"
    return format_html(
        "<b>{}</b><div>{}</div>{}",
        _instant(request, now),
        state_label(request),
        dialog_link("Withdraw", url) if options.withdraws(request, actor) else "",
    )


def _instant(request: ApprovalRequest, now: datetime) -> str:
    if request.effective_at is None:
        return "When it is approved"
    return words.when(request.effective_at) if request.effective_at > now else "Now"


def what(request: ApprovalRequest) -> SafeString:
    """The sentences, and the way to the request."""
    sentences = registry.differences(request.target_type, request.base, request.proposal)
    more = len(sentences) - _SENTENCES
    shown = [*sentences[:_SENTENCES], *([f"and {more} more"] if more > 0 else [])]
    link = format_html('<a class="fanfare-link" href="{}">{}</a>', requests.page(request), request.title)
    lines = format_html_join("", "<div>{}</div>", ((sentence,) for sentence in shown))
    return format_html(
        '{}<div class="fanfare-muted">{}, asked by {}</div>', lines, link, request.requester_label
    )
