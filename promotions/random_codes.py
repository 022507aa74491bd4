"""Random codes by the ten thousand, from the operating system's own source. Contract: semantics-core 14.

No database here.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from promotions.code_config import CodeConfig

_BYTE: Final = 256
_SLOTS: Final = re.compile("(#+)")


def draw(config: CodeConfig, count: int) -> list[str]:
    """`count` random codes of this form, each as likely as any other; some may be the same.

    draw(CodeConfig(pattern="A-##", charset="01"), 3) -> ["A-10", "A-01", "A-10"]
    """
    slots = config.slots
    text = characters(config.characters(), slots * count)
    pieces = [text[start : start + slots] for start in range(0, len(text), slots)] if slots else [""] * count
    before, after, inner = config.prefix, config.postfix, _SLOTS.split(config.pattern)
    if len(inner) == 3 and not inner[0] and not inner[2]:
        return [f"{before}{piece}{after}" for piece in pieces]
    return [f"{before}{_filled(inner, piece)}{after}" for piece in pieces]


def characters(alphabet: str, count: int) -> str:
    """`count` random characters of an alphabet of at most 256, each as likely as any other.

    A byte stands for a character by its rest; those above the largest multiple are thrown away, because the
    first characters would come up more often.
    """
    size = len(alphabet)
    fair = _BYTE - _BYTE % size
    places = bytes(byte % size for byte in range(_BYTE))
    unfair = bytes(range(fair, _BYTE))
    found = b""
    while len(found) < count:
        missing = count - len(found)
        raw = secrets.token_bytes(missing * _BYTE // fair + missing // 16 + 16)
        found += raw.translate(places, unfair)
    by_place = dict(enumerate(alphabet))
    return found[:count].decode("latin-1").translate(by_place)


def _filled(inner: list[str], piece: str) -> str:
    start, code = 0, ""
    for number, part in enumerate(inner):
        if number % 2:
            code += piece[start : start + len(part)]
            start += len(part)
        else:
            code += part
    return code
