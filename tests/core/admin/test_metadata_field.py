from __future__ import annotations

from typing import Any

import pytest
from django import forms

from core.admin.metadata import MetadataField


class Sample(forms.Form):
    metadata = MetadataField()


def posted(*rows: tuple[str, str, str]) -> dict[str, str]:
    return {
        f"metadata-{number}-{cell}": text
        for number, row in enumerate(rows)
        for cell, text in zip(("key", "kind", "value"), row, strict=True)
    }


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "007", "007"),
        ("number", "7", 7),
        ("number", "7.5", 7.5),
        ("boolean", "yes", True),
        ("boolean", "no", False),
        ("stored", '{"a": [1]}', {"a": [1]}),
    ],
)
def test_rows_become_values(kind: str, text: str, value: Any) -> None:
    form = Sample(posted(("key", kind, text), ("", "text", "ignored")))

    assert form.is_valid()
    assert form.cleaned_data["metadata"] == {"key": value}


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([("a", "number", "x")], "“a”: x is not a number."),
        ([("a", "number", "Infinity")], "“a”: Infinity is not a number."),
        ([("a", "text", "1"), ("a", "text", "2")], "“a” is there twice."),
        ([("a", "stored", "{")], "“a” cannot be read."),
    ],
)
def test_mistakes_are_named_and_kept_in_the_form(rows: list[tuple[str, str, str]], text: str) -> None:
    form = Sample(posted(*rows))

    assert not form.is_valid()
    assert text in form.errors["metadata"][0]
    assert f'value="{rows[0][0]}"' in str(form["metadata"])


def test_stored_values_come_back_unchanged() -> None:
    stored = {"text": "a", "flag": True, "size": 3, "list": [1, {"b": None}], "gone": None}
    rows = posted(
        ("text", "text", "a"),
        ("flag", "boolean", "yes"),
        ("size", "number", "3"),
        ("list", "stored", '[1, {"b": null}]'),
    )

    form = Sample(rows, initial={"metadata": stored})

    assert form.is_valid()
    assert form.changed_data == []


def test_what_people_typed_is_escaped() -> None:
    form = Sample(initial={"metadata": {'"><script>': "x"}})

    assert "<script>" not in str(form["metadata"])
