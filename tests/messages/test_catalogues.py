"""Catalogues of translations are in step with the code, and say what their originals say."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

import pytest

from tests.messages import catalogues, python_texts
from tests.messages.python_texts import Text

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
# A start that is worth having: navigation, overview, campaigns, states, buttons.
AT_LEAST = 300


@pytest.fixture(scope="module")
def wanted() -> set[Text]:
    return catalogues.texts()


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_catalogues_hold_what_pages_say_and_nothing_else(language: str, wanted: set[Text]) -> None:
    """Run `make messages` when this fails."""
    catalogue, _ = catalogues.in_step(language, wanted)

    assert catalogues.path_of(language).read_bytes() == catalogues.written(catalogue)


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_compiled_catalogues_say_what_their_sources_say(language: str) -> None:
    """Run `make messages` when this fails."""
    fresh = catalogues.compiled(catalogues.read(language))

    kept = catalogues.path_of(language, "mo").read_bytes()
    assert catalogues.meanings(kept) == catalogues.meanings(fresh)


def translated(language: str) -> list[tuple[str, str]]:
    """Each original with each of its translations."""
    found = []
    for entry in catalogues.read(language):
        originals: Any = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        said: Any = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        if originals[0]:
            found += [(originals[-1], one) for one in said if one]
    return found


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translations_keep_the_placeholders(language: str) -> None:
    wrong = [
        pair
        for pair in translated(language)
        if set(PLACEHOLDER.findall(pair[0])) != set(PLACEHOLDER.findall(pair[1]))
    ]

    assert wrong == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translations_end_as_their_originals_do(language: str) -> None:
    """A sentence stays a sentence, a label a label."""
    ends = ".?!…:"
    wrong = [
        (one, other)
        for one, other in translated(language)
        if (one[-1] if one[-1] in ends else "") != (other[-1] if other[-1] in ends else "")
    ]

    assert wrong == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_plurals_have_every_form_or_none(language: str) -> None:
    for entry in catalogues.read(language):
        if isinstance(entry.id, tuple):
            forms = [bool(one) for one in entry.string]
            assert all(forms) or not any(forms), entry.id


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_a_real_start_is_made(language: str) -> None:
    said = {
        one for one, other in translated(language) if any(letter in string.ascii_letters for letter in other)
    }

    assert len(said) >= AT_LEAST


SOURCE = """
from core import words
from django.utils.translation import gettext, ngettext, pgettext

class Screen(PageAdmin):
    empty_hint = "Nothing yet."
    fieldsets = (("Part", {"fields": ("a",), "description": "What it is."}),)

    @display(description="Column")
    def column(self, row):
        return words.count(row.n, "code") + words.label("On", "good") + gettext("Said %(a)s.") % {"a": 1}

    def facts(self):
        return [Fact(title="Codes" if self.x else "Cards", value=f"{self.y}")]

    @action(description="Stop", dialog={"title": "Stop it?", "form_submit_text": "Yes"})
    def stop(self, request):
        messages.success(request, "Stopped.")
        shown = {"latest_headers": ("When", "Who")}
        return ngettext("%(n)s day", "%(n)s days", 2), pgettext("money", "%(a)s"), shown
"""


def test_texts_are_found_where_they_stand(tmp_path: Path) -> None:
    page = tmp_path / "shop" / "admin" / "screens.py"
    page.parent.mkdir(parents=True)
    page.write_text(SOURCE)

    found = python_texts.texts_of(page, tmp_path)

    labels = {"Part", "Column", "On", "Codes", "Cards", "Stop", "Stop it?", "Yes", "When", "Who"}
    sentences = {"Nothing yet.", "What it is.", "Said %(a)s.", "Stopped."}
    counted = {"%(number)s code", "%(n)s day", "%(a)s"}
    assert {text.one for text in found} == labels | sentences | counted
    assert Text("%(number)s code", "%(number)s codes") in found
    assert Text("%(a)s", context="money") in found


def test_services_say_only_what_is_marked(tmp_path: Path) -> None:
    module = tmp_path / "shop" / "services" / "things.py"
    module.parent.mkdir(parents=True)
    module.write_text('raise Refused(title="No", label="x")\nText = gettext("Marked")\n')

    assert python_texts.texts_of(module, tmp_path) == {Text("Marked")}
