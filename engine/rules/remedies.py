"""What would make a refused rule work, in a sentence. Made from the gaps that `gaps.py` found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from engine.rules.logic import parse_logic
from engine.rules.tree import Any_, Leaf, Logic
from engine.rules.verdict import LeafVerdict, Verdict
from engine.rules.words import article, count, either, instant, money, requirement

type Gap = Mapping[str, Any]


def remedy(verdict: Verdict) -> str | None:
    """All of what is missing, joined as the logic joins the rules; None when something cannot be helped."""
    parts = [] if verdict.bundle is None or verdict.bundle.quantity else [_bundle(verdict)]
    if any(leaf.holds is False for leaf in verdict.leaves):
        by_key = {leaf.key: leaf for leaf in verdict.leaves}
        joined = _joined(parse_logic(verdict.logic, by_key), by_key)
        if joined is None:
            return None
        parts += [joined] if joined else []
    text = " and ".join(parts)
    return text[:1].upper() + text[1:] if text else None


def leaf_remedy(leaf: LeafVerdict) -> str | None:
    """What would make this one rule hold; None when it holds or cannot be helped."""
    text = _leaf(leaf) if leaf.holds is False else None
    return text[:1].upper() + text[1:] if text else None


def _joined(logic: Logic, leaves: Mapping[str, LeafVerdict]) -> str | None:
    """ "" when this part holds."""
    if isinstance(logic, Leaf):
        leaf = leaves[logic.key]
        return _leaf(leaf) if leaf.holds is False else ""
    parts = [_joined(part, leaves) for part in logic.of]
    if isinstance(logic, Any_):
        known = [part for part in parts if part is not None]
        return "" if "" in known else (" or ".join(known) or None)
    if None in parts:
        return None
    return " and ".join(dict.fromkeys(part for part in parts if part))


def _leaf(leaf: LeafVerdict) -> str | None:
    found = _SENTENCES.get(leaf.gap.get("kind"))
    text = None if found is None else found(leaf.gap, leaf)
    return text[:1].lower() + text[1:] if text else None


def _bundle(verdict: Verdict) -> str:
    missing = () if verdict.bundle is None else verdict.bundle.missing
    parts = [f"{count(part.quantity)} more {part.item.name or part.item.id}" for part in missing]
    return f"add {either(parts, 'and')}" if parts else "complete the bundle"


def _amount(gap: Gap, leaf: LeafVerdict) -> str:
    items = either([article(item) for item in gap.get("items") or []])
    suffix = f" from {items}" if items else ""
    if "more" in gap:
        return f"add {money(gap['more'])} more{suffix}"
    return f"take {money(gap['less'])} out{suffix}"


def _units(gap: Gap, leaf: LeafVerdict) -> str:
    items = either([article(item) for item in gap.get("items") or []])
    suffix = f" from {items}" if items else ""
    if "more" in gap:
        return f"add {count(gap['more'])} more{suffix}"
    return f"take {count(gap['less'])} out{suffix}"


def _number(gap: Gap, leaf: LeafVerdict) -> str:
    return f"{gap['more']} more are needed" if "more" in gap else f"use {gap['less']} fewer"


def _membership(word: str) -> Callable[[Gap, LeafVerdict], str]:
    def sentence(gap: Gap, leaf: LeafVerdict) -> str:
        if "join" in gap:
            return f"for customers of {word} {either([str(one) for one in gap['join']])}"
        return f"not for customers of {word} {either([str(one) for one in gap['leave']])}"

    return sentence


def _remove(gap: Gap, leaf: LeafVerdict) -> str | None:
    lines = either([str(line + 1) for line in gap["lines"]], "and")
    return f"remove order line {lines}" if lines else None


def _limit(gap: Gap, leaf: LeafVerdict) -> str | None:
    if "at" in gap:
        return f"works again from {instant(gap['at'], gap['since'])}"
    if gap.get("period") is not None:
        return {"weekly": "works again next week"}.get(gap["period"])
    return None


def _from(gap: Gap, leaf: LeafVerdict) -> str:
    return f"works from {instant(gap['at'], gap['since'])}"


def _says(text: str) -> Callable[[Gap, LeafVerdict], str]:
    return lambda gap, leaf: text


_SENTENCES: Final[Mapping[Any, Callable[[Gap, LeafVerdict], str | None]]] = {
    "order": _says("send the order"),
    "customer": _says("say who the customer is"),
    "holder": _says("redeem it as the customer who holds it"),
    "amount": _amount,
    "units": _units,
    "number": _number,
    "segment": _membership("segment"),
    "tier": _membership("loyalty tier"),
    "remove": _remove,
    "limit": _limit,
    "from": _from,
    "value": lambda gap, leaf: requirement(leaf),
}
