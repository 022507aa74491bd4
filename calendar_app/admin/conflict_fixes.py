"""What would end a collision, as buttons: each opens the form in which it is done, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Conflict
from calendar_app.overlaps import FixKind
from promotions.admin.wizard import changes
from promotions.models import Category

_LABELS: Final = {
    FixKind.MOVE: (_("Move it"), "calendar_month"),
    FixKind.EXCLUDE_PRODUCTS: (_("Exclude the products"), "inventory_2"),
    FixKind.EXCLUDE_CUSTOMERS: (_("Exclude the customers"), "group_off"),
    FixKind.PRIORITY: (_("Set the order"), "low_priority"),
    FixKind.SAME_CATEGORY: (_("Use one category"), "category"),
}


@dataclass(frozen=True, kw_only=True)
class FixButton:
    """`url` is where the form is; `begins`: it is POSTed to with its `place`, which may begin a change."""

    place: int
    sentence: str
    label: str
    icon: str
    url: str
    begins: bool = False


def buttons(conflict: Conflict) -> list[FixButton]:
    """Those that lead somewhere."""
    found = []
    for place, fix in enumerate(conflict.facts.get("fixes") or ()):
        kind = FixKind(fix["kind"])
        begins = kind is not FixKind.MOVE
        url = _begin_url(conflict, fix) if begins else _move_url(fix)
        label, icon = _LABELS[kind]
        if url:
            found.append(
                FixButton(
                    place=place,
                    sentence=fix["sentence"],
                    label=str(label),
                    icon=icon,
                    url=url,
                    begins=begins,
                )
            )
    return found


def begun(request: HttpRequest, conflict: Conflict, place: int) -> str:
    """Where the fix stands in a form: a step of the wizard, or the category. Nothing is changed yet.

    :raises LookupError: there is no such fix. :raises PermissionDenied, Http404: see `changes.begin`.
    """
    if place < 0:
        raise LookupError(place)
    fix = (conflict.facts.get("fixes") or ())[place]
    kind, values = FixKind(fix["kind"]), fix["values"]
    if kind is FixKind.PRIORITY:
        return _category_url(values)
    campaign_id = _campaign_of(conflict, fix["key"])
    if campaign_id is None:
        raise LookupError(fix["key"])
    if kind is FixKind.SAME_CATEGORY:
        return changes.begin(request, campaign_id, category=values["category"])
    return changes.begin(
        request,
        campaign_id,
        excluded=[f"{item['object']}:{item['id']}" for item in values.get("items") or ()],
        not_segments=values.get("segments") or (),
    )


def _begin_url(conflict: Conflict, fix: Mapping[str, Any]) -> str:
    if fix["kind"] != FixKind.PRIORITY and _campaign_of(conflict, fix["key"]) is None:
        return ""
    return reverse("admin:calendar_conflict_fix", args=[conflict.pk])


def _campaign_of(conflict: Conflict, key: str) -> int | None:
    """The campaign that is changed; None: the fix is about a proposal, which its requester changes."""
    if key.startswith("proposal:"):
        return None
    return conflict.left_campaign_id if key == conflict.left_key else conflict.right_campaign_id


def _move_url(fix: Mapping[str, Any]) -> str:
    """The dialog that moves it, with the dates that end the collision."""
    what, _colon, key = str(fix["key"]).partition(":")
    if what not in ("campaign", "tier"):
        return ""
    values = fix["values"]
    query = {what: key, **{name: values.get(name) or "" for name in ("starts_at", "ends_at")}}
    try:
        return reverse("admin:calendar_move", query=query)
    except NoReverseMatch:
        return ""


def _category_url(values: Mapping[str, Any]) -> str:
    """:raises LookupError: it is gone."""
    pk = Category.objects.filter(public_id=values["category"]).values_list("pk", flat=True).first()
    if pk is None:
        raise LookupError(values["category"])
    url = reverse("admin:promotions_category_change", args=[pk])
    return f"{url}?hierarchy={values['hierarchy']}"
