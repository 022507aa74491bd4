"""A formula's text cut into tokens. Contract: 5.10."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.formula.errors import FormulaSyntaxError

LONGEST_TEXT: Final = 2000
"""Characters of a formula (contract 5.10)."""
LONGEST_NUMBER: Final = 30
"""Digits of a number, so that reading it is exact and cheap."""


class Kind(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    NAME = "name"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """`text` is the number, name or sign as the grammar writes it, or the content of a quoted text."""

    kind: Kind
    text: str
    position: int


_PATTERN: Final = re.compile(
    r"(?P<space>[ \t\r\n\u00a0]+)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r'|"(?P<text>(?:[^"\\\x00]|\\["\\])*)"'
    r"|(?P<times>[xX](?![A-Za-z_]))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>>=|<=|[-+*/%<>=();])"
    r"|(?P<other>[\u00d7\u00f7\u2212\u2265\u2264])"
)
_OTHER_SPELLINGS: Final = {
    "\N{MULTIPLICATION SIGN}": "*",
    "\N{DIVISION SIGN}": "/",
    "\N{MINUS SIGN}": "-",
    "\N{GREATER-THAN OR EQUAL TO}": ">=",
    "\N{LESS-THAN OR EQUAL TO}": "<=",
}
_HINTS: Final = {
    ",": "arguments are separated by ; and decimals by a point",
    "'": 'text stands in "double quotes"',
    "!": "write isNot for 'is not equal'",
    "&": "write AND",
    "|": "write OR",
    "^": "write POW(a;b)",
    '"': "the text that starts here has no closing quote",
}


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of `text`, ending with one of kind END.

    :raises FormulaSyntaxError: too long, a character that no formula has, or a quote that stays open.
    """
    if len(text) > LONGEST_TEXT:
        raise FormulaSyntaxError(f"a formula has at most {LONGEST_TEXT} characters", LONGEST_TEXT)
    found = []
    position = 0
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is None:
            raise _unexpected(text, position)
        if match.lastgroup != "space":
            found.append(_token(match, position))
        position = match.end()
    return (*found, Token(kind=Kind.END, text="", position=len(text)))


def _token(match: re.Match[str], position: int) -> Token:
    group = match.lastgroup or ""
    content = match[group]
    if group == "number":
        if len(content) > LONGEST_NUMBER:
            raise FormulaSyntaxError(f"a number has at most {LONGEST_NUMBER} digits", position)
        return Token(kind=Kind.NUMBER, text=content, position=position)
    if group == "text":
        plain = re.sub(r'\\(["\\])', r"\1", content)
        return Token(kind=Kind.TEXT, text=plain, position=position)
    if group == "name":
        return Token(kind=Kind.NAME, text=content, position=position)
    sign = "*" if group == "times" else _OTHER_SPELLINGS.get(content, content)
    return Token(kind=Kind.SIGN, text=sign, position=position)


def _unexpected(text: str, position: int) -> FormulaSyntaxError:
    character = text[position]
    hint = _HINTS.get(character)
    return FormulaSyntaxError(f"{ascii(character)} is not expected" + (f": {hint}" if hint else ""), position)
