"""A change of a campaign that something proposes: begun in the wizard with the answer filled in.

Nothing of the campaign is changed: whoever follows sees the step, the preview and the review, and goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from promotions.admin.wizard import keys, views, works
from promotions.services import setup_notes


def begin(
    request: HttpRequest,
    campaign_id: int,
    *,
    excluded: Iterable[str] = (),
    not_segments: Iterable[str] = (),
    category: str = "",
) -> str:
    """The address of the step that says it: products that it is not for (`products_collection:pc_…`),
    segments whose customers do not get it, or its category (wire id).

    What this person has begun to change of the campaign already is gone on with.

    :raises Http404, PermissionDenied: as `works.work_of`.
    """
    work = works.work_of(request, f"{works.OF_CAMPAIGN}{campaign_id}")
    row = works.mine(request).filter(campaign=campaign_id, owner=request.user.pk).first()
    answers = dict(work.answers if row is None else row.answers)
    step, said = _said(answers, list(excluded), list(not_segments), category)
    now = timezone.now()
    if row is None:
        row = setup_notes.begin(
            owner_id=request.user.pk or 0,
            answers={**answers, step: said},
            campaign=work.campaign,
            base=work.base,
            now=now,
        )
    else:
        seen = setup_notes.mark(answers.get(step))
        row = setup_notes.keep(setup_id=row.pk, key=step, said=said, seen=seen, now=now)
    return views.url(str(row.pk), step)


def _said(
    answers: Mapping[str, Mapping[str, Any]], excluded: list[str], not_segments: list[str], category: str
) -> tuple[str, dict[str, Any]]:
    if category:
        return keys.TEXTS, {**(answers.get(keys.TEXTS) or {}), "category": category}
    step, name, more = (
        (keys.PRODUCTS, "excluded", excluded) if excluded else (keys.AUDIENCE, "not_segments", not_segments)
    )
    before = answers.get(step) or {}
    return step, {**before, name: list(dict.fromkeys([*(before.get(name) or ()), *more]))}
