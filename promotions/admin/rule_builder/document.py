"""The document that the page edits: `{"rules", "applicable_to", "bundle_rules"}` in wire form, checked by the
engine, described by it, with the names of everything that it mentions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from core.admin.condition_builder.outline import LOGIC
from engine import rules
from engine.rules import RuleSyntaxError
from engine.rules.families.customer import LOYALTY_TIER
from promotions import rule_words
from promotions.admin import pickers
from promotions.rule_words import PARTS, Document
from promotions.selectors.budgets_in_force import USUAL_STORE_FIELD

_PREFIXES: Final = (
    ("sku_", pickers.Kind.SKU),
    ("pc_", pickers.Kind.COLLECTION),
    ("seg_", pickers.Kind.SEGMENT),
    ("ltr_", pickers.Kind.LOYALTY_TIER),
)
# Texts that name nothing of the shop.
_NOT_IDS: Final = frozenset({"name", "property", "logic", "error", "object", "effect", "target", "type"})


def read(text: str) -> Document:
    """:raises ValueError: no document at all; only something else than the page sends that."""
    found = json.loads(text or "{}", parse_float=Decimal)
    if not isinstance(found, dict):
        raise ValueError("an object is expected")
    return {part: found.get(part) for part in PARTS if found.get(part) is not None}


def write(document: Mapping[str, Any]) -> str:
    return json.dumps(document, default=_plain, ensure_ascii=False)


def mistakes(document: Document) -> dict[str, str]:
    """What is wrong, by its place: "rules.2.conditions.$is" -> words. All rows are asked, one by one."""
    found: dict[str, str] = {}
    for part in _parts(document):
        try:
            rules.parse(part)
        except RuleSyntaxError as error:
            found.setdefault(error.path, plain(error))
    if not found:
        try:
            rules.parse(document)
        except RuleSyntaxError as error:
            found[error.path] = plain(error)
    return found


def _parts(document: Document) -> Iterator[Document]:
    wire = document.get("rules")
    if isinstance(wire, Mapping):
        yield from ({"rules": {key: rule}} for key, rule in wire.items() if key != LOGIC)
    for part in PARTS[1:]:
        if part in document:
            yield {part: document[part]}


_NEEDS_PROPERTY, _NEEDS_VALUE = "must have a 'property'", "needs a value"
_PLAIN: Final = (
    (_NEEDS_PROPERTY, "Write the name of the metadata key."),
    (_NEEDS_VALUE, "Choose or write a value."),
    ("must have a 'name'", "Choose what the condition is about."),
    ("must have 'conditions'", "Say how it is compared, and with what."),
    ("'$is' with one value is expected", "Choose an item."),
    ("A text is expected", "Write a text."),
    ("A number is expected", "Write a number."),
    ("A product, SKU or collection is expected", "Choose a product, SKU or collection from the list."),
    ("has an 'id'", "Choose a product, SKU or collection from the list."),
    ("A date or an instant", "Choose a date."),
)


def plain(error: RuleSyntaxError) -> str:
    """The engine's message as people read it beside the row."""
    text = str(error)
    return next((words for sign, words in _PLAIN if sign in text), f"{text}.")


def in_words(document: Document) -> list[dict[str, Any]]:
    """`{"text", "depth", "joint"}` lines about a rule that can be read, else nothing."""
    rule_set = rule_words.parsed(document)
    if rule_set is None:
        return []
    return [
        {"text": line.text, "depth": line.depth, "joint": line.joint.value if line.joint else ""}
        for line in rule_words.lines(rule_set, rule_words.names_of([document]))
    ]


def mentioned(documents: Document | Sequence[Document]) -> set[str]:
    """`kind:id` of every article and segment in it."""
    return set(_mentioned(documents))


def _mentioned(value: Any, kind: str = pickers.Kind.PRODUCT) -> Iterator[str]:
    if isinstance(value, Mapping):
        if str(value.get("name")).endswith("segment"):
            kind = pickers.Kind.SEGMENT
        elif value.get("name") == LOYALTY_TIER:
            kind = pickers.Kind.LOYALTY_TIER
        elif value.get("property") == USUAL_STORE_FIELD:
            kind = pickers.Kind.STORE
        own = str(value.get("object") or _guess(value.get("id"), kind))
        yield from (f"{own}:{value[key]}" for key in ("id", "source_id") if value.get(key))
        for name, item in value.items():
            if name not in _NOT_IDS and name not in ("id", "source_id") and not name.endswith("_formula"):
                yield from _mentioned(item, kind)
    elif isinstance(value, list):
        for item in value:
            yield from _mentioned(item, kind)
    elif isinstance(value, str) and value:
        yield f"{_guess(value, kind)}:{value}"


def _guess(value: Any, kind: str) -> str:
    return next((found for prefix, found in _PREFIXES if str(value).startswith(prefix)), kind)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is not a value of a rule")
