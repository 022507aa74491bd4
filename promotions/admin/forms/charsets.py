"""The sets of characters that marketers choose from."""

from __future__ import annotations

from typing import Final

# Without signs that people mix up: 0 and O, 1 and I.
CHARSETS: Final = {
    "easy": ("Letters and digits that are easy to read", "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"),
    "digits": ("Digits only", "0123456789"),
    "letters": ("Capital letters only", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
}
OWN: Final = "own"
"""The choice of characters that somebody types himself."""

DEFAULT_PATTERN: Final = "########"
CHOICES: Final = [*((key, text) for key, (text, _) in CHARSETS.items()), (OWN, "Characters of my own")]


def code_config(pattern: str | None, charset: str | None, characters: str | None = None) -> dict[str, str]:
    """The wire form of how codes look."""
    known = CHARSETS.get(charset or "easy", CHARSETS["easy"])[1]
    return {
        "pattern": pattern or DEFAULT_PATTERN,
        "charset": characters if charset == OWN and characters else known,
    }


def chosen(charset: str | None) -> str:
    """The choice that stands for these characters."""
    return next((key for key, (_, characters) in CHARSETS.items() if characters == charset), OWN)
