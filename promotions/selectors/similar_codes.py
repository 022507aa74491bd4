"""Codes that were perhaps meant: the same letters in another case or with spaces, or one slip of the finger.

One query by the unique index of codes: the slips are written out and looked up, no code is read through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from core import project
from promotions.models import Voucher

MOST_SHOWN: Final = 3
LONGEST: Final = 40
SHORTEST: Final = 4
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
_JUNK: Final = str.maketrans("", "", " \t\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\"'`.,“”„«»")
# Dashes of word processors are no dashes of codes.
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


@dataclass(frozen=True, kw_only=True)
class Similar:
    """`difference` says how the codes differ. `deleted_at`: there was exactly this code, until then."""

    codes: tuple[str, ...] = ()
    difference: str = ""
    deleted_at: datetime | None = None


def find(code: str) -> Similar:
    """What an unknown code may have meant; nothing for a code that is too short or too long to guess."""
    settings = project.current()
    key = project.code_key(code, settings)
    clean = code.translate(_JUNK).translate(_DASHES)
    spellings = {clean, clean.upper(), clean.lower(), code.upper(), code.lower()}
    bases = {one.upper() for one in (clean, code) if SHORTEST <= len(one) <= LONGEST}
    slips = {slip for base in bases for slip in _slips(base)}
    if not settings.case_insensitive_codes and clean != clean.upper():
        slips |= {slip.lower() for slip in slips}
    keys = {project.code_key(one, settings) for one in spellings | slips}
    rows = Voucher.objects.filter(code_key__in=keys | {key}, released_at=None).order_by("code", "pk")
    found = list(rows.values_list("code", "code_key", "deleted_at", "campaign__deleted_at"))
    deleted = [own or of_campaign for _, known, own, of_campaign in found if known == key]
    present = [
        (name, known) for name, known, own, of_campaign in found if own is None and of_campaign is None
    ]
    alike = {project.code_key(one, settings) for one in spellings}
    exact = [name for name, known in present if known in alike]
    near = exact or [name for name, known in present if known != key]
    how = "the same but for letter case, spaces or dashes" if exact else "one character differs"
    return Similar(
        codes=tuple(near[:MOST_SHOWN]),
        difference=how if near else "",
        deleted_at=deleted[0] if deleted else None,
    )


def _slips(code: str) -> Iterator[str]:
    """Everything that is one wrong, missing, doubled or swapped character away."""
    for place in range(len(code) + 1):
        before, after = code[:place], code[place:]
        yield from (before + letter + after for letter in _LETTERS)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in _LETTERS)
    for place, (left, right) in enumerate(pairwise(code)):
        yield code[:place] + right + left + code[place + 2 :]
