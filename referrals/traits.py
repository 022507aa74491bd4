"""What tells that two accounts are one person or one home, made comparable. Pure.

Different ways of writing give the same key; what says too little (an address without a number, a phone number
of zeros) gives an empty one, and empty keys are never alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from commerce.identity import email_key, phone_key
from referrals.attempts import Address, Person

_SHORTEST_PHONE: Final = 7
_SHORTEST_STEM: Final = 5
_LONGEST_FINGERPRINT: Final = 200
_WORD: Final = re.compile(r"[a-z]+|[0-9]+")
_LETTERS: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "a", "œ": "o", "þ": "th"})
_UMLAUTS: Final = (("ae", "a"), ("oe", "o"), ("ue", "u"))
# Words that one form has and another leaves out: kinds of streets, and what stands before a number.
_STREET_WORDS: Final = (
    "al aleja aleje ave avenida avenue blvd boulevard calle close court ct dr drive lane ln os osiedle pl "
    "plac place platz rd road rua rue sq square st str strase strasse street ul ulica via way weg"
)
_FLAT_WORDS: Final = (
    "apartment app appartement apt flat lok lokal m mieszkanie no nr num suite unit whg wohnung"
)
_LEFT_OUT: Final = frozenset(f"{_STREET_WORDS} {_FLAT_WORDS}".split(" "))
_STREET_ENDINGS: Final = ("strasse", "strase", "str")
_NO_FINGERPRINT: Final = frozenset({"", "0", "-", "n/a", "na", "none", "null", "undefined", "unknown"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """A person, ready to be compared."""

    mailbox: str
    stem: str
    phone: str
    address: str
    name: tuple[str, ...]
    surname: str
    devices: frozenset[str]
    payments: frozenset[str]


def of(person: Person, dial_code: str = "") -> Traits:
    return Traits(
        mailbox=email_key(person.email),
        stem=mailbox_stem(person.email),
        phone=phone(person.phone, dial_code),
        address=address(person.address),
        name=name_words(person.name),
        surname=surname(person.name),
        devices=person.devices,
        payments=person.payments,
    )


def fold(text: str) -> str:
    """Without capitals, accents and umlauts: fold("Łódź, Müllerstraße") = fold("lodz, muellerstrasse")."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    text = "".join(character for character in text if character.isascii())
    for two, one in _UMLAUTS:
        text = text.replace(two, one)
    return text


def mailbox_stem(email: str) -> str:
    """The name in an address, without tag, numbers and signs; empty if it is short.

    mailbox_stem("anna.nowak+x@gmail.com") = mailbox_stem("AnnaNowak77@wp.pl") = "annanowak"
    """
    mailbox = email_key(email).partition("@")[0]
    stem = "".join(_letters(fold(mailbox)))
    return stem if len(stem) >= _SHORTEST_STEM else ""


def phone(number: str, dial_code: str = "") -> str:
    """Digits with country. A number without one is completed by the project's `dial_code`.

    phone("+49 (0) 170 123456") = phone("0170/123456", "+49") = "+49170123456"; empty for short numbers
    and those of one digit.
    """
    key = phone_key(number.replace("(0)", ""))
    digits = key.removeprefix("+")
    if len(digits) < _SHORTEST_PHONE or len(set(digits)) == 1:
        return ""
    if dial_code and not key.startswith("+"):
        return f"+{phone_key(dial_code).removeprefix('+')}{key.lstrip('0')}"
    return key


def address(given: Address) -> str:
    """Place, words of the street in any order, and numbers in theirs.

    address(Address(line_1="ul. Długa 5/3", postal_code="00-123")) = address(Address(line_1="DLUGA 5 m. 3",
    postal_code="00123")) = "00123|dluga|5 3"; empty without a place or without a house number.
    """
    place = "".join(_WORD.findall(fold(given.postal_code))) or "".join(_WORD.findall(fold(given.city)))
    words = sorted({_street(word) for word in _letters(fold(given.line_1))} - _LEFT_OUT)
    # The second line has the flat, or a firm whose name others leave out.
    parts = [*_numbered(fold(given.line_1)), *_numbered(fold(given.line_2))]
    if not place or not parts:
        return ""
    return f"{place}|{' '.join(words)}|{' '.join(parts)}"


def name_words(name: str) -> tuple[str, ...]:
    """name_words("Nowak-Król, Łukasz") -> ("krol", "lukasz", "nowak")"""
    return tuple(sorted(_letters(fold(name))))


def surname(name: str) -> str:
    """The last of several words, without an ending that tells husband from wife.

    surname("Jan Kowalski") = surname("Anna Kowalska"); empty for a single word
    """
    words = _letters(fold(name))
    if len(words) < 2:
        return ""
    last = words[-1]
    return last[:-1] if len(last) > 4 and last[-1] in "aiy" else last


def is_same_name(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names can be one person's: order, middle names and initials apart.

    "Jan Nowak" is "Nowak Jan", "J. Nowak" and "Jan Adam Nowak", but neither "Anna Nowak" nor "Jan".
    """
    short, long = sorted((one, other), key=lambda words: (len(words), words))
    if len(short) < 2:
        return False
    left = list(long)
    full = 0
    # Whole words first, so that an initial never takes the place of one.
    for word in sorted(short, key=len, reverse=True):
        match = word if word in left else next((each for each in left if _is_initial(word, each)), None)
        if match is None:
            return False
        left.remove(match)
        full += len(word) > 1 and match == word
    return full > 0


def fingerprints(metadata: Mapping[str, Any], names: Iterable[str]) -> frozenset[str]:
    """The values of these metadata keys, texts, whole numbers or lists; what means "unknown" is left out."""
    found = set()
    for name in names:
        value = metadata.get(name)
        for each in value if isinstance(value, list | tuple) else (value,):
            if isinstance(each, str | int) and not isinstance(each, bool):
                text = str(each).strip()[:_LONGEST_FINGERPRINT]
                if text.casefold() not in _NO_FINGERPRINT:
                    found.add(text)
    return frozenset(found)


def _letters(folded: str) -> list[str]:
    return [word for word in _WORD.findall(folded) if word.isalpha()]


def _numbered(folded: str) -> list[str]:
    return [word.lstrip("0") or "0" for word in _WORD.findall(folded) if word.isdigit()]


def _street(word: str) -> str:
    """Without its kind: _street("hauptstrasse") = _street("hauptstr")."""
    for ending in _STREET_ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending)
    return word


def _is_initial(one: str, other: str) -> bool:
    return 1 in (len(one), len(other)) and one[0] == other[0]
