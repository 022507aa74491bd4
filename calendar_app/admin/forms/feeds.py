from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminSelectWidget

from calendar_app.admin.calendar import filters as calendar_filters
from calendar_app.admin.calendar import question
from calendar_app.models import Feed
from calendar_app.selectors import saved_views

ALL: Final = "all"
KEPT: Final = "kept"
_VIEW: Final = "view:"


class FeedForm(forms.ModelForm):
    """What a feed shows: everything, a saved view as it is now, or what somebody looked at when he came."""

    shows = forms.ChoiceField(
        label="Shows",
        widget=UnfoldAdminSelectWidget,
        help_text="A saved view counts as it is now; a later change of it changes nothing here.",
    )
    looked_at = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Feed
        fields = ("name", "with_drafts", "with_days")

    viewer: int = 0
    """The primary key of whoever fills it in; the admin sets it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.instance.filters or filters_of(self._looked_at())
        choices = [(ALL, gettext("The whole calendar"))]
        if kept:
            choices.insert(0, (KEPT, gettext("Only %(filters)s") % {"filters": in_words(kept)}))
        views = saved_views.offered_to(self.viewer)
        choices += [(f"{_VIEW}{view.pk}", gettext("View “%(name)s”") % {"name": view.name}) for view in views]
        field = self.fields["shows"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices
        self.initial.setdefault("shows", KEPT if kept else ALL)

    def filters(self) -> dict[str, str]:
        """Those that were chosen, by their names in the calendar's address."""
        chosen = self.cleaned_data["shows"]
        if chosen == ALL:
            return {}
        if chosen == KEPT:
            found: dict[str, str] = self.instance.filters or filters_of(self.cleaned_data["looked_at"])
            return found
        view = saved_views.offered_to(self.viewer).get(pk=chosen.removeprefix(_VIEW))
        return filters_of(view.query)

    def _looked_at(self) -> str:
        return str(self.data.get("looked_at") or self.initial.get("looked_at") or "")


def in_words(kept: Mapping[str, str]) -> str:
    """Category: Spring; State: Running"""
    asked = question.read(QueryDict(urlencode(kept)))
    chips = calendar_filters.chips(asked, calendar_filters.FilterForm(asked))
    return "; ".join(f"{chip.label}: {chip.value}" for chip in chips)


def filters_of(query: str) -> dict[str, str]:
    """The filters of an address of the calendar."""
    return question.read(QueryDict(query)).filters
