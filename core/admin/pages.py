"""The page of one object: numbers on top, related rows behind tabs. Related rows are read, never counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.contrib.admin import ShowFacets
from django.db import models
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from core import languages, words
from core.admin.base import ModelAdmin, ReadOnlyAdmin

SHOWN_ROWS: Final = 10


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One number on top of a page."""

    title: str
    value: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Related rows behind a tab. `rows` hold the first ones; `all_url` leads to the list of all.

    `content_url` is where the inside comes from once somebody opens the tab, instead of rows.
    """

    key: str
    title: str
    headers: Sequence[str] = ()
    rows: Iterable[Sequence[str]] = ()
    empty: str = ""
    all_url: str = ""
    all_label: str = "See all"
    content_url: str = ""


class PageMixin:
    """Adds `facts()` and `panels()` to the page of an object.

    `title()` is what people call it, `lead()` says in one line what it is. An empty list says `empty_hint`,
    the question before deleting `delete_hint`.
    """

    # What people see who may only read: instead of a form's field a method that says it in words, or nothing.
    in_words: ClassVar[Mapping[str, str]] = {"metadata": "noted"}
    empty_hint: ClassVar[str] = ""
    delete_hint: ClassVar[str] = ""
    delete_confirmation_template = "core/admin/delete.html"
    # Counting every choice of every filter is no use to anybody, and slow.
    show_facets = ShowFacets.NEVER
    change_form_outer_before_template = "core/admin/page_head.html"
    change_form_outer_after_template = "core/admin/page_panels.html"

    def title(self, obj: Any) -> str:
        return str(obj)

    @display(description="Metadata")
    def noted(self, obj: Any) -> str:
        return words.key_values(obj.metadata)

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        """The fieldsets of the form. Overridden instead of `get_fieldsets`, which puts them into words."""
        return super().get_fieldsets(request, obj)  # type: ignore[misc]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sections = languages.spoken_sections(self.sections(request, obj))
        if obj is None or self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return sections
        return [
            (title, {**options, "fields": fields})
            for title, options in sections
            if (fields := self._read(options["fields"], obj))
        ]

    def _read(self, fields: Sequence[Any], obj: Any) -> list[str]:
        """Of fields that depend on others only those that say something."""
        depends = getattr(self, "conditional_fields", None) or {}
        names = [name for line in fields for name in ([line] if isinstance(line, str) else line)]
        names = [name for name in names if name not in depends or getattr(obj, name, True)]
        found = (self.in_words.get(name, name) for name in names)
        return [name for name in dict.fromkeys(found) if name]

    def lead(self, request: HttpRequest, obj: Any) -> str:
        return ""

    def facts(self, request: HttpRequest, obj: Any) -> list[Fact]:
        return []

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        form = context.get("adminform")
        if form is not None and not form.form.fields:
            form.model_admin = _ForReading(self)
        if obj is not None and obj.pk is not None and not context.get("is_popup"):
            obj.page_title = self.title(obj)  # read by the breadcrumbs
            context = {
                **context,
                "page_lead": self.lead(request, obj),
                "page_facts": self.facts(request, obj),
                "page_panels": self.panels(request, obj),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)  # type: ignore[misc]

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        obj = context["object"]
        obj.page_title = self.title(obj)
        context = {**context, "object_title": obj.page_title, "delete_hint": self.delete_hint}
        return super().render_delete_form(request, context)  # type: ignore[misc, no-any-return]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Services decide what goes with it; `delete_hint` says so."""
        return [], {}, set(), []


class _ForReading:
    """A screen whose fields are text: there is nothing that shows or hides them."""

    conditional_fields = None

    def __init__(self, model_admin: Any) -> None:
        self._model_admin = model_admin

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model_admin, name)


class PageAdmin(PageMixin, ModelAdmin):
    """Base of the screens of the shop and of promotions."""

    formfield_overrides = {  # noqa: RUF012
        models.TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})}
    }


class ReadOnlyPageAdmin(PageMixin, ReadOnlyAdmin):
    """The same for facts that nobody changes."""
