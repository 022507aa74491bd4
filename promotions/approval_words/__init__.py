"""What somebody says yes to, as sentences: the difference of two contents of `approval_contents`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from core import words
from promotions import version_words
from promotions.approval_words import terms
from promotions.approval_words.lines import MISSING, Content, Line, Telling, differ, quoted
from promotions.approval_words.terms import UNREADABLE, Speakers, differences, whole
from promotions.models import Version

__all__ = ["DELETED", "TYPES", "introductions", "sentences"]

DELETED: Final = "Is deleted"

type Type = tuple[Speakers, Version.Subject | None, Callable[[Content], str]]


def _campaign(content: Content) -> str:
    verb = "Goes live" if content.get("active") else "Is made, switched off"
    return f"{verb}: {quoted(content.get('name'))}"


def _code(content: Content) -> str:
    verb = "Goes live" if content.get("active") else "Is made, switched off"
    return f"{verb}: {'code ' + str(content['code']) if content.get('code') else 'a random code'}"


def _budget(content: Content) -> str:
    verb = "Comes into force" if content.get("active") else "Is made, switched off"
    return f"{verb}: budget {quoted(content.get('name'))}"


def _other(content: Content) -> str:
    return f"Is new: {quoted(content['name'])}" if content.get("name") else "Is new"


TYPES: Final[Mapping[str, Type]] = {
    "campaign": (terms.CAMPAIGN, Version.Subject.CAMPAIGN, _campaign),
    "voucher": (terms.VOUCHER, Version.Subject.VOUCHER, _code),
    "validation_rule": (terms.RULE, None, _other),
    "budget": (terms.BUDGET, Version.Subject.BUDGET, _budget),
    "category": (terms.CATEGORY, None, _other),
    "stacking_rules": ((), None, _other),
    "vouchers": (terms.CODES, None, _other),
}
"""Type of a target -> who speaks, which versions its terms have, how something new is introduced."""


def sentences(target_type: str, before: Content | None, after: Content | None) -> list[str]:
    """What becomes different, in the order of reading; empty only if nothing does.

    What comes new, or goes live, is told wholly. One query for each kind of thing that is named.
    """
    with words.speaking_for(words.whose()):
        return [line.alone() for line in _lines(target_type, before, after)]


def introductions(target_type: str, contents: Sequence[Content]) -> list[list[str]]:
    """What each of these says of itself, its name left out. As many queries for many as for one."""
    speakers, subject, _ = TYPES[target_type]
    telling = Telling(known=_names(contents))
    with words.speaking_for(words.whose()):
        return [[line.alone() for line in whole(speakers, subject, one, telling)] for one in contents]


def _lines(target_type: str, before: Content | None, after: Content | None) -> list[Line]:
    if after is None:
        return [] if before is None else [Line(text=DELETED)]
    speakers, subject, introduced = TYPES[target_type]
    telling = Telling(known=_names([one for one in (before, after) if one is not None]))
    if before is None:
        told = {key: value for key, value in after.items() if key != "active"}
        return [Line(text=introduced(after)), *whole(speakers, subject, told, telling)]
    changed = differences(speakers, subject, before, after, telling)
    if not (after.get("active") is True and before.get("active") is False):
        return changed
    same = {key: value for key, value in after.items() if not differ(before.get(key, MISSING), value)}
    return [*changed, *whole(speakers, subject, same, telling)]


def _names(contents: Sequence[Content]) -> dict[str, str]:
    """What the ids in rules and discounts are called."""
    parts = [part for content in contents for part in _parts(content)]
    rules = [
        part for part in (*parts, *(one.get("conditions") for one in parts)) if isinstance(part, Mapping)
    ]
    try:
        return version_words.names_of_terms(
            rules=rules, discounts=[one["discount"] for one in parts if one.get("discount")]
        )
    except UNREADABLE:
        return {}


def _parts(content: Content) -> Iterator[Content]:
    yield content
    tiers = content.get("tiers")
    yield from (tier for tier in (tiers if isinstance(tiers, list) else ()) if isinstance(tier, Mapping))
