"""The forms of the import pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from core.actors import Actor
from integrations import import_registry
from integrations.import_registry import ImportKind
from integrations.models import ImportFile

MAX_BYTES: Final = 512 * 1024 * 1024

LEFT_OUT: Final = ""
OWN: Final = "own"
_COLUMN: Final = "column:"


class UploadForm(forms.Form):
    """What is imported, into what, and the file."""

    kind = forms.ChoiceField(label="What is in the file", widget=UnfoldAdminSelectWidget)
    parent = forms.ChoiceField(label="Campaign", required=False, widget=UnfoldAdminSelectWidget)
    file = forms.FileField(
        label="File",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.tsv,.txt,.json,.jsonl,.ndjson"}),
        help_text="CSV with a header line, or JSON. Up to 512 MB.",
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = open_to(actor)
        chosen, parent = self.fields["kind"], self.fields["parent"]
        chosen.choices = [(kind.name, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        parents = next((kind.parents for kind in kinds if kind.parents is not None), None)
        choices = parents() if parents is not None else []
        parent.choices = [("", "Choose a campaign"), *choices]  # type: ignore[attr-defined]
        self.helps = [(kind.label, kind.help) for kind in kinds]
        self.has_parents = parents is not None

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError("The file is larger than 512 MB: cut it into several.")
        return file

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kind = import_registry.find(given.get("kind", ""))
        if kind is not None and kind.parent and not given.get("parent"):
            self.add_error("parent", "Say into which campaign the codes shall go.")
        return given

    def params(self) -> dict[str, Any]:
        kind = import_registry.kind(self.cleaned_data["kind"])
        return {kind.parent: int(self.cleaned_data["parent"])} if kind.parent else {}


def open_to(actor: Actor) -> list[ImportKind]:
    """What this person may import, or ask for."""
    return [kind for kind in import_registry.kinds() if actor.gets_to(kind.permission)]


@dataclass(frozen=True, kw_only=True)
class ColumnRow:
    """One column of the file on the page: its word, the first cells under it, and the question."""

    word: str
    cells: Sequence[str]
    field: Any


class ColumnsForm(forms.Form):
    """What each column is, and what happens to rows that are there already."""

    on_duplicate = forms.ChoiceField(
        label="If it is there already",
        choices=ImportFile.OnDuplicate,
        widget=UnfoldAdminRadioSelectWidget,
    )

    def __init__(self, *args: Any, file: ImportFile, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on_duplicate": file.on_duplicate})
        super().__init__(*args, **kwargs)
        self.file = file
        kind = import_registry.kind(file.kind)
        columns = [(f"{_COLUMN}{one.name}", _labelled(one.label, one.help)) for one in kind.columns]
        for index, word in enumerate(file.header):
            meant = file.mapping[index]
            own = [(OWN, f"Metadata “{word}”")] if word and kind.column(word) is None else []
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=f"Meaning of {word or 'the column without a name'}",
                required=False,
                choices=[(LEFT_OUT, "Leave out"), *columns, *own],
                initial=_chosen(meant, kind),
                widget=UnfoldAdminSelectWidget,
            )

    def rows(self) -> Iterator[ColumnRow]:
        for index, word in enumerate(self.file.header):
            cells = [row[index] for row in self.file.sample if index < len(row) and row[index]]
            yield ColumnRow(word=word, cells=cells[:3], field=self[f"column_{index}"])

    def mapping(self) -> list[str]:
        return [
            self._meant(word, self.cleaned_data[f"column_{index}"])
            for index, word in enumerate(self.file.header)
        ]

    def _meant(self, word: str, chosen: str) -> str:
        return word if chosen == OWN else chosen.removeprefix(_COLUMN)


def _chosen(meant: str, kind: ImportKind) -> str:
    if not meant:
        return LEFT_OUT
    return OWN if kind.column(meant) is None else f"{_COLUMN}{meant}"


def _labelled(label: str, help: str) -> str:
    return f"{label} ({help})" if help else label
