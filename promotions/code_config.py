"""How codes look: pattern, characters, what stands around them. Contract: semantics-core 14.

Low in the house, because the wire, the services and the admin all ask it. No database here.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Self

from core.errors import DomainError

DEFAULT_LENGTH: Final = 8
DEFAULT_CHARSET: Final = string.digits + string.ascii_lowercase + string.ascii_uppercase
LONGEST_CODE: Final = 255
SAFE_CAPACITY: Final = 2**40
_LARGEST_CHARSET: Final = 128
_SLOT: Final = "#"


class InvalidCodeConfig(DomainError):
    key = "invalid_code_config"
    message = "Invalid code config"


@dataclass(frozen=True, kw_only=True)
class CodeConfig:
    """Each `#` of `pattern` becomes a random character; `prefix` and `postfix` stand around the pattern.

    CodeConfig.from_wire({"prefix": "SPRING-", "length": 4, "charset": "AB"}) -> 16 possible codes.
    """

    charset: str = DEFAULT_CHARSET
    prefix: str = ""
    postfix: str = ""
    pattern: str = _SLOT * DEFAULT_LENGTH

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any] | None) -> Self:
        """Null and absent mean the default; a pattern beats the length.

        :raises InvalidCodeConfig: a wrong type, an empty character set, or a code longer than 255.
        """
        given = {name: value for name, value in (wire or {}).items() if value is not None}
        charset = _text(given, "charset", DEFAULT_CHARSET, longest=_LARGEST_CHARSET)
        if not charset:
            raise InvalidCodeConfig(f"charset: 1 to {_LARGEST_CHARSET} characters are expected")
        pattern = _text(given, "pattern", "") or _SLOT * _length(given)
        config = cls(
            charset=charset,
            prefix=_text(given, "prefix", ""),
            postfix=_text(given, "postfix", ""),
            pattern=pattern,
        )
        if len(config.prefix) + len(pattern) + len(config.postfix) > LONGEST_CODE:
            raise InvalidCodeConfig(f"A code may have at most {LONGEST_CODE} characters")
        return config

    def to_wire(self) -> dict[str, Any]:
        """With every default spelled out; `prefix` and `postfix` only where there are any."""
        wire: dict[str, Any] = {"length": self.slots, "charset": self.charset}
        if self.prefix:
            wire["prefix"] = self.prefix
        if self.postfix:
            wire["postfix"] = self.postfix
        return {**wire, "pattern": self.pattern}

    @property
    def slots(self) -> int:
        return self.pattern.count(_SLOT)

    def capacity(self, *, ignore_case: bool) -> int:
        """How many different codes there can be."""
        characters = self.charset.casefold() if ignore_case else self.charset
        return int(len(set(characters)) ** self.slots)

    @property
    def beginning(self) -> str:
        """What all the codes begin with."""
        return self.prefix + self.pattern.partition(_SLOT)[0]

    def is_guessable(self, *, ignore_case: bool) -> bool:
        """Fewer than 40 bits: a program that tries codes all day has a chance (INVARIANTS part 6)."""
        return self.capacity(ignore_case=ignore_case) < SAFE_CAPACITY

    def regex(self) -> str:
        """What codes of the pattern look like (without prefix and postfix), for PostgreSQL."""
        return "".join("." if piece == _SLOT else re.escape(piece) for piece in self.pattern)

    def characters(self) -> str:
        """The character set without repetitions, in its order."""
        return "".join(dict.fromkeys(self.charset))

    def code(self, characters: Sequence[str]) -> str:
        """The code with these characters in its slots, one for each."""
        filling = iter(characters)
        inner = "".join(next(filling) if piece == _SLOT else piece for piece in self.pattern)
        return f"{self.prefix}{inner}{self.postfix}"


def _text(given: Mapping[str, Any], name: str, default: str, *, longest: int = LONGEST_CODE) -> str:
    value = given.get(name, default)
    if not isinstance(value, str):
        raise InvalidCodeConfig(f"{name}: a string is expected")
    if len(value) > longest:
        raise InvalidCodeConfig(f"{name}: at most {longest} characters are allowed")
    return value


def _length(given: Mapping[str, Any]) -> int:
    value = given.get("length", DEFAULT_LENGTH)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_CODE:
        raise InvalidCodeConfig(f"length: a whole number from 1 to {LONGEST_CODE} is expected")
    return value
