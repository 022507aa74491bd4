"""Choosing something by its name: what is looked up, and how a stored id reads to people.

Each area makes its own `Pickers` of what it knows; those above add to those below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, JsonResponse

MOST: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Picked:
    """One thing by its kind and its id of the wire. `name` is for people only; `alias` names it, too."""

    kind: str
    id: str
    name: str = ""
    note: str = ""
    source_id: str | None = None
    alias: str = ""

    @property
    def value(self) -> str:
        """What a form sends: `product:prod_7gh…`"""
        return f"{self.kind}:{self.id}"

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "id": self.id, "name": self.name, "note": self.note}


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a kind is found: its rows, by which column people search, what stands behind the name.

    `searched` are the lookups of a search, where it is not only for a part of the name. `id` is the column of
    the wire's id. `told` says more of a row where its name is not all that people read. `page` is whose page
    decides who may see it, where it has none of its own.
    """

    model: type[Model]
    rows: Callable[[], QuerySet[Any]]
    name: str
    word: str
    id: str = "public_id"
    has_source_id: bool = True
    searched: tuple[str, ...] = ()
    told: Callable[[Any], Mapping[str, str]] | None = None
    page: type[Model] | None = None


class Pickers:
    """Kinds of things by the wire's names of the objects."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = dict(sources)

    def add(self, kind: str, source: Source) -> None:
        """Called by a floor above, from `AppConfig.ready()`."""
        self._sources[kind] = source

    def known(self, kinds: Iterable[str]) -> tuple[str, ...]:
        return tuple(kind for kind in kinds if kind in self._sources)

    def visible(self, request: HttpRequest, kinds: Iterable[str]) -> tuple[str, ...]:
        """Those kinds whose pages the person may see."""
        return tuple(
            kind
            for kind in self.known(kinds)
            if (page := self._page(kind)) is not None and page.has_view_permission(request)
        )

    def answer(self, request: HttpRequest) -> JsonResponse:
        """What a picker of a page offers for a part of a name; only kinds that the person may see."""
        kinds = self.visible(request, request.GET.get("kinds", "").split(","))
        hits = self.search(kinds, request.GET.get("q", "").strip())
        return JsonResponse({"results": [hit.as_json() for hit in hits]})

    def search(self, kinds: Iterable[str], typed: str) -> list[Picked]:
        """The first hits of each kind by a part of the name, the shop's id or ours; one query a kind."""
        if "\0" in typed:  # no column can hold it
            return []
        found = []
        for kind in self.known(kinds):
            source = self._sources[kind]
            wanted = Q(**{source.id: typed})
            if source.has_source_id:
                wanted |= Q(source_id=typed)
            for lookup in source.searched or (f"{source.name}__icontains",):
                wanted |= Q(**{lookup: typed})
            rows = source.rows().filter(wanted).order_by(source.name, "pk")[:MOST]
            found += [self._picked(kind, row) for row in rows]
        return found

    def by_value(self, values: Iterable[str]) -> dict[str, Picked]:
        """Present things by what a form or the wire says: `kind:id`, or the shop's id. One query a kind."""
        wanted: dict[str, set[str]] = {}
        for value in values:
            kind, _, key = value.partition(":")
            if kind in self._sources and key and "\0" not in key:
                wanted.setdefault(kind, set()).add(key)
        found: dict[str, Picked] = {}
        for kind, keys in wanted.items():
            source = self._sources[kind]
            condition = Q(**{f"{source.id}__in": keys})
            if source.has_source_id:
                condition |= Q(source_id__in=keys)
            for row in source.rows().filter(condition):
                picked = self._picked(kind, row)
                found[picked.value] = picked
                if picked.source_id:
                    found[f"{kind}:{picked.source_id}"] = picked
        return found

    def by_text(self, kinds: Sequence[str], typed: str) -> Picked | None:
        """What was typed and not chosen from the list: the one thing with exactly this name or id."""
        hits = [hit for hit in self.search(kinds, typed) if typed.casefold() in _names(hit)]
        return hits[0] if len(hits) == 1 else None

    def _page(self, kind: str) -> admin.ModelAdmin[Any] | None:
        source = self._sources[kind]
        return admin.site._registry.get(source.page or source.model)

    def _picked(self, kind: str, row: Any) -> Picked:
        source = self._sources[kind]
        told = source.told(row) if source.told is not None else {}
        return Picked(
            kind=kind,
            id=getattr(row, source.id),
            source_id=row.source_id if source.has_source_id else None,
            **{"name": str(row), "note": source.word, **told},
        )


def _names(hit: Picked) -> set[str]:
    return {text.casefold() for text in (hit.name, hit.id, hit.source_id, hit.alias) if text}
