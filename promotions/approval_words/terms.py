"""Differences of one campaign, tier, code, budget or rule in words, in the order of reading.

Each speaker tells about some keys of a content. What it has no words for is said as it stands there, so that
nothing that differs is ever left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from core import words
from core.errors import DomainError
from core.exact import exact
from core.instants import parse_instant
from engine.applicability import Applicability
from promotions import approval_parts, points, referral_codes, rule_words, version_words
from promotions.approval_words import belongings, conditions
from promotions.approval_words.lines import (
    MISSING,
    Content,
    Line,
    Telling,
    capital,
    differ,
    quoted,
    raw,
    spelled,
)
from promotions.models import Version, Voucher
from promotions.points import Keeper
from promotions.referral_codes import Programmes
from promotions.words import discount

type Tell = Callable[[Any, Any, Telling], list[Line]]
type TellAll = Callable[[Content, Content, Telling], list[Line]]
type Speakers = Sequence[tuple[tuple[str, ...], TellAll]]

UNREADABLE: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a content of another release, or of another hand, may lead to."""
_ANY_TIME: Final = "at any time"
_WINDOWS: Final = (
    "timeframe_interval",
    "timeframe_duration",
    "validity_day_of_week",
    "validity_hours",
)
_LABELS: Final[Mapping[str, str]] = {
    "name": "Name",
    "banner": "Text for customers",
    "hierarchy": "Place",
    "protected": "Write-protected",
    "applies": "Applies",
    "campaign": "Campaign",
    "code": "Code",
    "used_by": "Holds for",
    "reason": "Reason",
    "own": "Rules of its own",
}
_SAID_ELSEWHERE: Final = ("State", "Valid", "Field")


def differences(
    speakers: Speakers, subject: Version.Subject | None, before: Content, after: Content, telling: Telling
) -> list[Line]:
    """What differs; every key that does is in at least one line."""
    changed = [
        key
        for key in dict.fromkeys((*after, *before))
        if differ(before.get(key, MISSING), after.get(key, MISSING))
    ]
    lines: list[Line] = []
    for keys, tell in speakers:
        if mine := [key for key in keys if key in changed]:
            said = _safely(tell, before, after, telling)
            lines += said or _raw(mine, before, after, telling)
            changed = [key for key in changed if key not in mine]
    return [*lines, *_others(subject, changed, before, after, telling)]


def _others(
    subject: Version.Subject | None, keys: Sequence[str], before: Content, after: Content, telling: Telling
) -> list[Line]:
    """What the words of versions say of these keys; those that they do not speak of as they stand there."""
    spoken: dict[str, Line] = {}
    silent = []
    for key in keys:
        moved = {name: value for name, value in before.items() if name != key}
        if key in after:
            moved[key] = after[key]
        was, will = _said(subject, before, telling), _said(subject, moved, telling)
        labels = [label for label in {**will, **was} if was.get(label) != will.get(label)]
        if not labels:
            silent.append(key)
        for label in labels:
            spoken[label] = Line(label=label, text=telling.becomes(was.get(label, ""), will.get(label, "")))
    return [*(line for line in spoken.values() if line.text), *_raw(silent, before, after, telling)]


def _said(subject: Version.Subject | None, content: Content, telling: Telling) -> Mapping[str, str]:
    if subject is None:
        return {}
    known = {name: value for name, value in content.items() if name not in ("metadata", "discount")}
    try:
        found = version_words.said(subject, known, telling.known)
    except UNREADABLE:
        return {}
    return {label: text for label, text in found.items() if label not in _SAID_ELSEWHERE}


def _raw(keys: Iterable[str], before: Content, after: Content, telling: Telling) -> list[Line]:
    return [
        line
        for key in keys
        for line in raw(
            _LABELS.get(key) or capital(spelled(key)),
            before.get(key, MISSING),
            after.get(key, MISSING),
            telling,
        )
    ]


def _safely(tell: TellAll, before: Content, after: Content, telling: Telling) -> list[Line]:
    try:
        return tell(before, after, telling)
    except UNREADABLE:
        return []


def _of(key: str, tell: Tell) -> tuple[tuple[str, ...], TellAll]:
    """A speaker for one key, by its two values."""
    return (key,), lambda before, after, telling: tell(
        before.get(key, MISSING), after.get(key, MISSING), telling
    )


# One key each ---------------------------------------------------------------------------------------------
def _name(before: Any, after: Any, telling: Telling) -> list[Line]:
    return [] if telling.is_new else [Line(text=f"Is called {quoted(after)} instead of {quoted(before)}")]


def _switch(on: str, off: str) -> Tell:
    def tell(before: Any, after: Any, telling: Telling) -> list[Line]:
        is_on, was_on = after is True, before is True
        return [] if is_on == was_on else [Line(text=on if is_on else off)]

    return tell


def _instant(verb: str, never: str) -> Tell:
    """Ends 31 Mar 2026, 23:59 instead of 15 Mar 2026, 23:59"""

    def tell(before: Any, after: Any, telling: Telling) -> list[Line]:
        was, will = (never if one is MISSING else words.when(parse_instant(one)) for one in (before, after))
        if was == will:
            return []
        return [Line(text=f"{verb} {will}" if telling.is_new else f"{verb} {will} instead of {was}")]

    return tell


def _windows(before: Content, after: Content, telling: Telling) -> list[Line]:
    was, will = (version_words.windows(one) or _ANY_TIME for one in (before, after))
    return [] if was == will else [Line(label="Valid", text=telling.becomes(was, will))]


def _discount(before: Content, after: Content, telling: Telling) -> list[Line]:
    was, will = _offer(before, telling), _offer(after, telling)
    lines = [Line(label="Discount", text=telling.becomes(was, will))] if was != will else []
    return lines + _unspoken(before, after, telling)


def _offer(content: Content, telling: Telling) -> str:
    wire = content.get("discount")
    return discount(exact(wire), _targets(content), known=telling.known) if wire else ""


def _targets(content: Content) -> Applicability | None:
    """What the thing's own rule says about items."""
    found = rule_words.parsed(rule_words.document_in(content.get("conditions") or {}))
    return None if found is None or found.applicable_to.is_empty else found.applicable_to


def _unspoken(before: Content, after: Content, telling: Telling) -> list[Line]:
    """What differs within two discounts of one kind, and changes nothing of what is said."""
    was, will = before.get("discount"), after.get("discount")
    if not isinstance(was, Mapping) or not isinstance(will, Mapping):
        return []
    if any(was.get(name) != will.get(name) for name in ("type", "effect")):
        return []
    lines = []
    for key in dict.fromkeys((*will, *was)):
        pair = was.get(key, MISSING), will.get(key, MISSING)
        moved = {name: value for name, value in {**was, key: pair[1]}.items() if value is not MISSING}
        if differ(*pair) and _offer(before, telling) == _offer({**before, "discount": moved}, telling):
            lines += raw(f"Discount › {spelled(key)}", *pair, telling)
    return lines


def _metadata(before: Any, after: Any, telling: Telling) -> list[Line]:
    was, will = ({} if one is MISSING else one for one in (before, after))
    return [
        line
        for key in dict.fromkeys((*will, *was))
        for line in raw(f"Metadata {key}", was.get(key, MISSING), will.get(key, MISSING), telling)
    ]


def _balance(before: Any, after: Any, telling: Telling) -> list[Line]:
    verb, preposition = ("Adds", "to") if after > 0 else ("Takes", "from")
    return [Line(text=f"{verb} {words.money(abs(after))} {preposition} the balance")] if after else []


def _reason(before: Any, after: Any, telling: Telling) -> list[Line]:
    return [Line(label="Reason", text=after)] if isinstance(after, str) and after else []


def _codes(before: Content, after: Content, telling: Telling) -> list[Line]:
    count = after.get("codes")
    if not differ(before.get("codes", MISSING), after.get("codes", MISSING)) or not count:
        return []
    if not isinstance(count, int):
        raise ValueError("a number of codes that cannot be")
    lines = [
        Line(
            text=f"Makes {words.count(count, 'code')}"
            if telling.is_new
            else f"Adds {words.count(count, 'code')}"
        )
    ]
    like = belongings.plain(after.get("codes_like") or {})
    return [*lines, *raw("Codes", {}, like, Telling(known=telling.known, is_new=True))]


def _kind(before: Any, after: Any, telling: Telling) -> list[Line]:
    was, will = ("" if one is MISSING else str(Voucher.Type(one).label) for one in (before, after))
    return [Line(label="Kind", text=telling.becomes(was, will))]


def _gift_amount(before: Any, after: Any, telling: Telling) -> list[Line]:
    was, will = ("" if one in (MISSING, None) else words.money(one) for one in (before, after))
    return [] if was == will else [Line(label="Credits", text=telling.becomes(was, will))]


RULE: Final[Speakers] = (
    _of("name", _name),
    _of("rules", conditions.tree),
    _of("applicable_to", conditions.beside("Discounts on items", "applicable_to")),
    _of("bundle_rules", conditions.beside("Bundle", "bundle_rules")),
    _of("error", conditions.message),
)


def _conditions(before: Any, after: Any, telling: Telling) -> list[Line]:
    """The rule that something has: another one, or the same with another content."""
    if before is MISSING:
        said = conditions.paragraph(after, telling)
        if telling.is_new:
            return [Line(label="Conditions", text=said)] if said else []
        return [Line(text=f"Gets the conditions {quoted(after['name'])}: {said}")]
    if after is MISSING:
        said = conditions.paragraph(before, telling)
        return [Line(text=f"Drops the conditions {quoted(before['name'])}: {said}")]
    lines = differences(RULE, Version.Subject.RULE, _unnamed(before), _unnamed(after), telling)
    if before["name"] == after["name"]:
        return lines
    names = f"Has the conditions {quoted(after['name'])} instead of {quoted(before['name'])}"
    return [Line(text=names), *lines]


def _unnamed(rule: Content) -> Content:
    return {name: value for name, value in rule.items() if name != "name"}


_LIMITED: Final[Speakers] = (
    (("discount",), _discount),
    _of("start_date", _instant("Starts", "at once")),
    _of("expiration_date", _instant("Ends", "never")),
    (_WINDOWS, _windows),
    _of("conditions", _conditions),
)
TIER: Final[Speakers] = (
    _of("name", _name),
    _of("active", _switch("Is switched on", "Is switched off")),
    *_LIMITED,
    _of("metadata", _metadata),
)
VOUCHER: Final[Speakers] = (
    _of("type", _kind),
    _of("active", _switch("Is switched on", "Is switched off")),
    _of("balance_change", _balance),
    _of("reason", _reason),
    _of("gift_amount", _gift_amount),
    *_LIMITED,
    _of("metadata", _metadata),
)
BUDGET: Final[Speakers] = (
    _of("name", _name),
    _of("active", _switch("Is put in force", "Is switched off: it limits nothing")),
    _of("campaigns", belongings.campaigns),
    _of("plan", belongings.plan),
)


CATEGORY: Final[Speakers] = (_of("name", _name),)
CODES: Final[Speakers] = ((("codes", "entries", "entries_sha256"), belongings.entries),)


def whole(
    speakers: Speakers, subject: Version.Subject | None, content: Content, telling: Telling
) -> list[Line]:
    """All that something says; what it is called, and that it is switched on, need not be told."""
    before = {"active": True} if "active" in content else {}
    named = {key: value for key, value in content.items() if key not in ("name", "code")}
    return differences(speakers, subject, before, named, Telling(known=telling.known, is_new=True))


def _tier(before: Content, after: Content, telling: Telling) -> list[Line]:
    return differences(TIER, Version.Subject.TIER, before, after, telling)


def _whole_tier(content: Content, telling: Telling) -> list[Line]:
    return whole(TIER, Version.Subject.TIER, content, telling)


def _budget(before: Content, after: Content, telling: Telling) -> list[Line]:
    return differences(BUDGET, Version.Subject.BUDGET, before, after, telling)


def _loyalty(before: Any, after: Any, telling: Telling) -> list[Line]:
    return _settings(points.keeper(), before, after, telling)


def _referral(before: Any, after: Any, telling: Telling) -> list[Line]:
    return _settings(referral_codes.programmes(), before, after, telling)


def _settings(keeper: Keeper | Programmes, before: Any, after: Any, telling: Telling) -> list[Line]:
    """Settings of a programme, one by one."""
    was, will = _spoken(keeper, before), _spoken(keeper, after)
    lines = [
        Line(label=label, text=telling.becomes(was.get(label, ""), text))
        for label, text in will.items()
        if was.get(label) != text
    ]
    if not lines:
        raise ValueError("settings that nobody has words for")
    return lines


def _parts(before: Any, after: Any, telling: Telling) -> list[Line]:
    """What belongs to a programme, in the words of those who know it."""
    was, will = (one if isinstance(one, Mapping) else {} for one in (before, after))
    if not all(isinstance(one, Mapping) for one in (*was.values(), *will.values())):
        raise ValueError("parts that cannot be")
    if not (said := approval_parts.sentences(was, will)):
        raise ValueError("parts that nobody has words for")
    return [Line(text=one) for one in said]


def _spoken(keeper: Keeper | Programmes, settings: Any) -> dict[str, str]:
    if settings in (MISSING, None):
        return {}
    try:
        return dict(keeper.in_words(keeper.checked(settings)))
    except DomainError as error:
        raise ValueError("settings that cannot be") from error


CAMPAIGN: Final[Speakers] = (
    _of("name", _name),
    _of("active", _switch("Goes live", "Is switched off: nothing of it can be redeemed")),
    *_LIMITED,
    _of("loyalty", _loyalty),
    _of("referral", _referral),
    _of("parts", _parts),
    _of("tiers", belongings.tiers(_tier, _whole_tier)),
    _of("stacks", belongings.stacks),
    _of("budgets", belongings.budgets(_budget)),
    (("codes", "codes_like"), _codes),
    (("own_discounts", "other_discounts", "other_discounts_sha256"), belongings.own_discounts),
    _of("metadata", _metadata),
)
