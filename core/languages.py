"""Names in the language of the page: of models, their fields, forms, and whatever shared templates draw.

Screens say `description="Discount"`, `Fact(title="Stores")` or `help_text="Empty: all day."` and nothing
else; where the shared parts of a page draw such a text, they look it up in the catalogue of its language.
`tests.messages` collects these texts by where they stand. Sentences with numbers or names in them are marked
with gettext where they are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.utils.functional import Promise
from django.utils.safestring import SafeData
from django.utils.translation import gettext, gettext_lazy, override


def spoken(text: Any) -> Any:
    """`text` in the language of the page. What is no plain text, or HTML of our own making, is left alone."""
    if not isinstance(text, str) or isinstance(text, SafeData) or not text:
        return text
    return gettext(text)


def later(text: Any) -> Any:
    """The same for what is made once and drawn in many languages."""
    is_plain = isinstance(text, str) and not isinstance(text, SafeData) and text
    return gettext_lazy(text) if is_plain else text


@contextmanager
def plainly() -> Iterator[None]:
    """Inside, texts are English: they are stored, compared, or read by programs."""
    with override(settings.LANGUAGE_CODE):
        yield


def name_models() -> None:
    """Let our models say their names, and those of their fields, in the language of a page."""
    for config in apps.get_app_configs():
        for model in config.get_models() if "." not in config.name else ():
            meta: Any = model._meta
            meta.verbose_name = later(meta.verbose_name)
            meta.verbose_name_plural = later(str(meta.verbose_name_plural))
            for field in meta.concrete_fields:
                field.verbose_name = later(field.verbose_name)
                field.help_text = later(field.help_text)


def name_fields(form_class: type[forms.Form]) -> None:
    """Let the fields of a form speak. Choices that are read from somewhere are other people's words."""
    for field in form_class.base_fields.values():
        field.label = later(field.label)
        field.help_text = later(field.help_text)
        if type(field) in {forms.ChoiceField, forms.TypedChoiceField, forms.TypedMultipleChoiceField}:
            _name_choices(field)


def _name_choices(field: Any) -> None:
    if isinstance(field.choices, list):
        field.choices = [
            (value, name if isinstance(name, Promise | list | tuple) else later(name))
            for value, name in field.choices
        ]


def name_columns(screen: type) -> None:
    """Let columns, read-only fields and buttons of a screen speak, those of its mixins among them."""
    for part in screen.__mro__:
        for member in vars(part).values():
            if callable(member) and hasattr(member, "short_description"):
                member.short_description = later(member.short_description)


def spoken_sections(sections: Iterable[tuple[Any, Mapping[str, Any]]]) -> list[tuple[Any, dict[str, Any]]]:
    """Titles and introductions of the parts of a form."""
    return [(spoken(title), _introduced(options)) for title, options in sections]


def _introduced(options: Mapping[str, Any]) -> dict[str, Any]:
    said = options.get("description")
    return {**options, "description": spoken(said)} if said else dict(options)
