"""The filters of the calendar as a form, and those that are on as words, each with a way to take it off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from calendar_app.admin.calendar.lanes import rest_of
from calendar_app.admin.calendar.question import NOTHING, Lanes, Question
from calendar_app.scale import Scale
from calendar_app.selectors import scopes, timeline
from calendar_app.selectors.timeline import Asked
from calendar_app.standing import Standing
from core import places
from core.models import ApiKey
from core.selectors import areas
from promotions.admin import pickers
from promotions.admin.forms.pickers import PickerField
from promotions.admin.pickers import Kind
from promotions.models import Campaign, Category

_PICKED: Final = {"segment": Kind.SEGMENT, "collection": Kind.COLLECTION}
_MOST_CHOICES: Final = 300


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A filter that is on: `url` is the page without it."""

    label: str
    value: str
    url: str


class FilterForm(forms.Form):
    """Only draws and names the choices: what was asked is read from the address."""

    q = forms.CharField(label=_("Name or description"), required=False, widget=UnfoldAdminTextInputWidget)
    state = forms.ChoiceField(label=_("State"), required=False, widget=UnfoldAdminSelectWidget)
    type = forms.ChoiceField(label=_("Kind of campaign"), required=False, widget=UnfoldAdminSelectWidget)
    category = forms.ChoiceField(label=_("Category"), required=False, widget=UnfoldAdminSelectWidget)
    place = forms.ChoiceField(label=_("Applies in"), required=False, widget=UnfoldAdminSelectWidget)
    channel = forms.ChoiceField(label=_("Works through"), required=False, widget=UnfoldAdminSelectWidget)
    owner = forms.ChoiceField(label=_("Owner"), required=False, widget=UnfoldAdminSelectWidget)
    segment = PickerField([Kind.SEGMENT], label=_("Names the segment"))
    collection = PickerField([Kind.COLLECTION], label=_("Names the product collection"))

    def __init__(self, question: Question) -> None:
        super().__init__(initial=_initial(question))
        for name, choices in _choices().items():
            field: Any = self.fields[name]
            field.choices = [("", gettext("All")), *choices]


def _initial(question: Question) -> dict[str, str]:
    found = question.filters
    return {name: f"{_PICKED[name]}:{value}" if name in _PICKED else value for name, value in found.items()}


def _choices() -> dict[str, list[tuple[str, str]]]:
    """What there is to choose from (five queries)."""
    stores = areas.stores().order_by("area__name", "name", "pk")[:_MOST_CHOICES]
    return {
        "state": [(one.value, gettext(one.text)) for one in Standing if one is not Standing.DISABLED],
        "type": [(str(value), gettext(str(label))) for value, label in Campaign.CampaignType.choices],
        "category": [
            *Category.objects.order_by("name", "pk").values_list("public_id", "name")[:_MOST_CHOICES],
            (NOTHING, rest_of(Lanes.CATEGORY)),
        ],
        "place": [
            *((places.area(one.public_id), one.name) for one in areas.areas().order_by("name", "pk")),
            *((places.store(one.public_id, one.area.public_id), f"{one.area}: {one}") for one in stores),
        ],
        "channel": [
            (str(app_id), str(name))
            for app_id, name in ApiKey.objects.order_by("name", "pk").values_list("app_id", "name")[
                :_MOST_CHOICES
            ]
        ],
        "owner": [(one.id, one.name) for one in scopes.owners()[:_MOST_CHOICES]],
    }


def picked(question: Question, query: QueryDict) -> Question:
    """With segment and collection by their ids: they come as `kind:id`, or as a name that was typed."""
    found = {}
    for name, kind in _PICKED.items():
        value = getattr(question, name)
        typed = query.get(f"{name}-text", "").strip()
        if value.startswith(f"{kind}:"):
            found[name] = value.partition(":")[2]
        elif not value and typed and (hit := pickers.by_text([kind], typed)) is not None:
            found[name] = hit.id
    return replace(question, **found) if found else question


def asked(question: Question, scale: Scale) -> Asked:
    """What the selectors are asked."""
    named = [question.category] if question.category else []
    return Asked(
        since=scale.since,
        until=scale.until,
        kinds=[question.type] if question.type else (),
        categories=["" if one == NOTHING else one for one in named],
        places=timeline.within(question.place) if question.place else (),
        channel=question.channel,
        segment=question.segment,
        collection=question.collection,
        owner=question.owner,
        standings=[Standing(question.state)] if question.state else (),
        text=question.q,
        tiers_of=question.tiers,
        with_scopes=question.lanes in (Lanes.CHANNEL, Lanes.SEGMENT),
        with_owners=question.lanes is Lanes.OWNER,
    )


def chips(question: Question, form: FilterForm) -> Iterator[Chip]:
    names = pickers.by_value(
        f"{kind}:{value}" for name, kind in _PICKED.items() if (value := question.filters.get(name))
    )
    for name, value in question.filters.items():
        field: Any = form.fields[name]
        known = dict(field.choices) if hasattr(field, "choices") else {}
        hit = names.get(f"{_PICKED.get(name, '')}:{value}")
        yield Chip(
            label=str(field.label),
            value=hit.name if hit else str(known.get(value, value)),
            url=f"?{question.without(name).query}",
        )
