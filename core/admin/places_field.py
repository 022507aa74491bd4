"""A form field for areas and stores: a list to choose from, by area."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelect2MultipleWidget

from core import places
from core.models import Store
from core.selectors import areas
from core.services.assignments import Access, Places

type Choices = list[tuple[str, list[tuple[str, str]]]]


class PlacesField(forms.MultipleChoiceField):
    """Value: words of `core.places`, without those that go along with others.

    Who works in single areas is offered his own places only.
    """

    widget = UnfoldAdminSelect2MultipleWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "choices": offered, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return chosen(value or ())

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(chosen(initial or ())) != set(data or ())


def chosen(words: Iterable[str]) -> list[str]:
    return [word for word in words if not word.startswith(f"{places.SOME}:")]


def access(words: Iterable[str]) -> Access:
    """Exactly these places."""
    return Access(assign=Places.of(words), is_whole=True)


def offered() -> Choices:
    """By area: the area itself, all of its stores, each of them. Two queries."""
    limit = places.limit()
    stores: dict[int, list[Store]] = {}
    for store in areas.stores().order_by("name", "pk"):
        stores.setdefault(store.area_id, []).append(store)
    found: Choices = []
    for area in areas.areas().order_by("name", "pk"):
        entries = [
            (places.area(area.public_id), f"{area} (the area)"),
            (places.all_stores(area.public_id), f"All stores of {area}, also those to come"),
            *((places.store(one.public_id, area.public_id), one.name) for one in stores.get(area.pk, ())),
        ]
        if limit is not None:
            entries = [(word, text) for word, text in entries if limit.contains([word])]
        if entries:
            found.append((area.name, entries))
    return found
