"""Public holidays of the world, by the library of that name; nothing is asked over the network.

Names come in the language that is asked for where the library speaks it, else in English, else in the
country's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import holidays as library
from holidays.registry import COUNTRIES

_ENGLISH: Final = ("en_US", "en_GB", "en")
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LITTLE: Final = {"And", "Of", "The"}


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Holiday:
    day: date
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Country:
    """`code` as in ISO 3166; `parts` are its states or regions, code and name."""

    code: str
    name: str
    parts: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def countries() -> tuple[Country, ...]:
    """All that are known, by name."""
    known = library.list_supported_countries(include_aliases=False)
    found = [
        Country(code=codes[0], name=_name(title), parts=_parts(codes[0], known.get(codes[0], ())))
        for title, *codes in COUNTRIES.values()
    ]
    return tuple(sorted(found, key=lambda country: country.name))


def country(code: str) -> Country | None:
    return next((one for one in countries() if one.code == code), None)


def place_name(code: str, part: str) -> str:
    """Germany; Germany, Bayern"""
    found = country(code)
    name = code if found is None else found.name
    return f"{name}, {part_name(code, part)}" if part else name


def part_name(code: str, part: str) -> str:
    """Bavaria for ("DE", "BY"), as the library calls it; the code itself where it has no name."""
    found = country(code)
    return dict(found.parts).get(part, part) if found is not None else part


def between(code: str, part: str, first: date, last: date, *, language: str = "en") -> list[Holiday]:
    """The public holidays from the first to the last day, both included, by day. Of a country that is not
    known: none.
    """
    years = range(first.year, last.year + 1)
    found = (one for year in years for one in _of_year(code, part, year, language))
    return [one for one in found if first <= one.day <= last]


@lru_cache(maxsize=2048)
def _of_year(code: str, part: str, year: int, language: str) -> tuple[Holiday, ...]:
    known = country(code)
    if known is None or (part and part not in dict(known.parts)):
        return ()
    rows = library.country_holidays(code, subdiv=part or None, years=year, language=_spoken(code, language))
    return tuple(sorted(Holiday(day=day, name=name) for day, name in rows.items()))


def _spoken(code: str, language: str) -> str | None:
    """The language to ask the library for; None: it has only one for this country."""
    spoken: Iterable[str] = library.country_holidays(code).supported_languages
    wanted = language.replace("-", "_").casefold()
    for one in spoken:
        if one.casefold() == wanted or one.casefold().partition("_")[0] == wanted.partition("_")[0]:
            return one
    return next((one for one in _ENGLISH if one in spoken), None)


def _parts(code: str, parts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """By name; the first of several names of one part."""
    names: dict[str, str] = {}
    aliases: dict[str, str] = getattr(library.country_holidays(code), "subdivisions_aliases", {})
    for name, part in aliases.items():
        names.setdefault(part, name)
    return tuple(sorted(((part, names.get(part, part)) for part in parts), key=lambda pair: pair[1]))


def _name(title: str) -> str:
    """United States for UnitedStates."""
    words = _WORD.sub(" ", title).split()
    return " ".join(word.lower() if place and word in _LITTLE else word for place, word in enumerate(words))
