"""What can be imported from files, filled by the apps' `imports.py` from `AppConfig.ready()`.

A kind says what its columns are called, what a row is called and which rows are there already. Reading the
file, the trial run, what happens to rows that are there, the report: the same for all of them. The kind's
background job (`integrations.registry`) does the work itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.errors import InvalidPayload

_NOT_A_LETTER: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True)
class ImportColumn:
    """One thing a column may be. `name` is the contract's header in lower case, `label` what people call it.

    `also` are other headers of the contract; `guesses` are what other programs call it. `is_ours`: the
    contract does not know it, so that in its own files such a word is metadata.
    """

    name: str
    label: str
    also: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()
    help: str = ""
    is_ours: bool = False

    def is_called(self, word: str) -> bool:
        return plain(word) in {plain(name) for name in (self.name, *self.also)}

    def may_be_called(self, word: str) -> bool:
        return plain(word) in {plain(name) for name in (self.label, *self.guesses)}


@dataclass(frozen=True, kw_only=True)
class ImportKind:
    """`name_of(row)` is what a row is called, the same for two rows of one thing, "" where it has no name.

    `known(names, params)` are those of these names that are there already. `needs`: of each of these groups
    one column must be there. `parent` is what a file may belong to (a campaign's key, as `params[parent]`),
    `parents()` are those to choose from, as keys and labels.
    `job` works off CSV files, `json_job` files of JSON. The permission to import is `<resource>.<action>`;
    `start(file_id, actor, now, is_forced)` begins an import where a gate stands before it. `left_out` are
    columns of exports that no file can set.
    """

    name: str
    label: str
    resource: str
    action: str = "modify"
    job: str
    columns: tuple[ImportColumn, ...]
    needs: tuple[tuple[str, ...], ...]
    name_of: Callable[[Mapping[str, Any]], str]
    known: Callable[[Collection[str], Mapping[str, Any]], Collection[str]]
    help: str = ""
    parent: str = ""
    parents: Callable[[], Sequence[tuple[str, str]]] | None = None
    json_job: str = ""
    start: Callable[..., Any] | None = None
    left_out: tuple[str, ...] = ()
    order: int = 0

    @property
    def permission(self) -> str:
        return f"{self.resource}.{self.action}"

    def job_of(self, separator: str) -> str:
        """The background job for a file with this separator; none: it is JSON."""
        return self.job if separator else self.json_job

    def column(self, name: str) -> ImportColumn | None:
        return next((column for column in self.columns if column.name == name), None)

    def exact_mapping(self, header: Sequence[str]) -> list[str]:
        """The header as the contract reads it: known words in any case, all others are metadata.

        :raises InvalidPayload: two columns mean the same.
        """
        found: list[str] = []
        for word in header:
            known = (one.name for one in self.columns if not one.is_ours and one.is_called(word))
            name = next(known, word)
            if name and name in found:
                first = header[found.index(name)]
                raise InvalidPayload(f"The columns {first!r} and {word!r} mean the same: leave one out.")
            found.append(name)
        return found

    def guessed_mapping(self, header: Sequence[str]) -> list[str]:
        """The header as its words probably mean; a column that is somebody else's already is metadata."""
        found = [""] * len(header)
        for fits in (ImportColumn.is_called, ImportColumn.may_be_called):
            for index, word in enumerate(header):
                names = (column.name for column in self.columns if fits(column, word))
                found[index] = found[index] or next((name for name in names if name not in found), "")
        taken = {*self.left_out, *(column.name for column in self.columns)}
        return [name or ("" if word in taken else word) for name, word in zip(found, header, strict=True)]


def plain(word: str) -> str:
    """`E-Mail address` -> `emailaddress`: letters and digits, whatever stands between them."""
    return _NOT_A_LETTER.sub("", word).casefold()


_kinds: dict[str, ImportKind] = {}


def register(*kinds: ImportKind) -> None:
    """Safe to repeat; two different kinds under one name are a bug.

    :raises ValueError: the name is taken.
    """
    for kind in kinds:
        if _kinds.get(kind.name, kind) is not kind:
            raise ValueError(f"Two kinds of imports are called {kind.name!r}.")
        _kinds[kind.name] = kind


def find(name: str) -> ImportKind | None:
    return _kinds.get(name)


def kind(name: str) -> ImportKind:
    """:raises InvalidPayload: nothing of that name can be imported."""
    found = _kinds.get(name)
    if found is None:
        raise InvalidPayload(f"Nothing called {name!r} can be imported.")
    return found


def kinds() -> list[ImportKind]:
    """All kinds, in the order in which people are offered them."""
    return sorted(_kinds.values(), key=lambda one: (one.order, one.label))
