"""Discounts before they are stored: only what the engine can calculate. Contract: semantics-core 5.1."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.errors import DomainError, NotFound
from engine import effects
from engine.effects import Effect
from promotions.selectors import articles
from promotions.selectors.needs import articles_given


def stored(
    wire: Mapping[str, Any], refusal: type[DomainError], *, targets_items: bool = False
) -> dict[str, Any]:
    """What is kept of a discount: type, the values that were given, the effective effect.

    `targets_items`: the rule attached to it says which items; then its default effect is one on items.

    stored({"type": "PERCENT", "percent_off": 10}, …)
        -> {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}

    :raises refusal: the engine cannot calculate it; `details` says what is supported.
    :raises NotFound: an article that it gives away does not exist.
    """
    try:
        effect = effects.parse(wire, targets_items=targets_items)
        if effects.is_payment(effect):
            raise effects.UnsupportedDiscount(f"discount {effect.type.value!r}", effects.supported())
    except effects.DiscountError as error:
        raise refusal(f"discount: {error}") from error
    _check_articles(effect)
    kept: dict[str, Any] = _plain(effects.to_wire(effect))
    return kept


def _check_articles(effect: Effect) -> None:
    wanted = articles_given(effect)
    missing = sorted(wanted - {article.id for article in articles.load(wanted).engine})
    if missing:
        raise NotFound.of("product", missing[0])


def merged(
    current: Mapping[str, Any] | None, wire: Mapping[str, Any], refusal: type[DomainError]
) -> dict[str, Any] | None:
    """The discount after a change of its values, or None when nothing may change.

    The type of a discount is fixed; another one is passed over in silence (contract: semantics-core 13).
    From one article to several, or back, the effect follows.
    """
    if current is None or wire.get("type", current["type"]) != current["type"]:
        return None
    kept = dict(current)
    if ("units" in wire) != ("units" in current) and {"units", "unit_off", "unit_type"} & wire.keys():
        kept = {"type": current["type"]}
    return stored({**kept, **wire}, refusal)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
