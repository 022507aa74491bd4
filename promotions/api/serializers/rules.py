"""Validation rules of a definition, as far as this version knows them: none can be assigned yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.errors import NotFound


def no_assignments() -> dict[str, Any]:
    return {"object": "list", "data_ref": "data", "data": [], "total": 0}


def refuse_rules(rule_ids: Sequence[str] | None) -> None:
    """Leaving a rule out would give discounts to everybody, so its absence is said.

    :raises NotFound: any rule is asked for.
    """
    for rule_id in rule_ids or ():
        raise NotFound.of("validation_rules", rule_id)
