"""Which candidates may stand beside each other, in which order. Contract: stacking 6.3 to 6.6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

from engine.reasons import Reason, ReasonKey
from engine.snapshot import Candidate
from engine.stacking_rules import GroupedSortingRule, SortingRule, StackingRules, StackingType

_MESSAGES: Final = {
    ReasonKey.APPLICABLE_LIMIT: "Applicable redeemables limit exceeded",
    ReasonKey.APPLICABLE_PER_CATEGORY_LIMIT: "Applicable redeemables per category limit exceeded",
    ReasonKey.EXCLUSIVE_LIMIT: "Applicable exclusive redeemables limit exceeded",
    ReasonKey.EXCLUSIVE_PER_CATEGORY_LIMIT: "Applicable exclusive redeemables per category limit exceeded",
    ReasonKey.EXCLUSION_RULES: "Redeemable cannot be applied due to exclusion rules",
    ReasonKey.PRECEDING_VALIDATION: "Redeemable cannot be applied due to preceding validation failure",
    ReasonKey.NO_EFFECT: "Redeemable has no effect on the order",
}


def skipped(key: ReasonKey, *, details: str | None = None, remedy: str | None = None) -> Reason:
    """Why a candidate is SKIPPED, with the contract's message."""
    return Reason(key=key, message=_MESSAGES[key], details=details, remedy=remedy)


def stacking_type(candidate: Candidate) -> StackingType | None:
    """EXCLUSIVE, JOINT, or None = Common (also without a category)."""
    return None if candidate.category is None else candidate.category.stacking_type


def in_application_order(candidates: Sequence[Candidate], rules: StackingRules) -> list[Candidate]:
    """Contract 6.3: requested order, or stable by category hierarchy with uncategorised ones last.

    Then JOINT ones go last when EXCLUSIVE ones are there too and the grouped rule says so.
    """
    ordered = list(candidates)
    if rules.redeemables_sorting_rule is SortingRule.CATEGORY_HIERARCHY:
        ordered.sort(key=_hierarchy)
    has_exclusive = any(stacking_type(candidate) is StackingType.EXCLUSIVE for candidate in ordered)
    if has_exclusive and rules.grouped_redeemables_sorting_rule is GroupedSortingRule.JOINT_ALWAYS_LAST:
        ordered.sort(key=lambda candidate: stacking_type(candidate) is StackingType.JOINT)
    return ordered


class Tally:
    """Counts the APPLICABLE ones of a request against the four limits. Contract 6.5 d."""

    def __init__(self, rules: StackingRules) -> None:
        self._rules = rules
        self._all = 0
        self._exclusive = 0
        self._by_category: dict[str, int] = {}

    def copy(self) -> Self:
        """The same counts, to go on from here in another direction."""
        twin = type(self)(self._rules)
        twin._all, twin._exclusive = self._all, self._exclusive
        twin._by_category = dict(self._by_category)
        return twin

    def add(self, candidate: Candidate) -> None:
        """Count one that applies."""
        self._all += 1
        self._exclusive += stacking_type(candidate) is StackingType.EXCLUSIVE
        if candidate.category is not None:
            self._by_category[candidate.category.id] = self._in_category(candidate) + 1

    def limit_reached(self, candidate: Candidate) -> Reason | None:
        """The first limit that leaves no room for `candidate`. Uncategorised ones have no category limit."""
        for key, count, limit in self._limits(candidate):
            if limit is not None and count >= limit:
                return skipped(key, details=f"{count} already applied, the limit is {limit}")
        return None

    def _limits(self, candidate: Candidate) -> list[tuple[ReasonKey, int, int | None]]:
        rules, category = self._rules, candidate.category
        found: list[tuple[ReasonKey, int, int | None]] = [
            (ReasonKey.APPLICABLE_LIMIT, self._all, rules.applicable_redeemables_limit)
        ]
        if category is None:
            return found
        in_category = self._in_category(candidate)
        found.append((ReasonKey.APPLICABLE_PER_CATEGORY_LIMIT, in_category, rules.category_limit(category)))
        if category.stacking_type is StackingType.EXCLUSIVE:
            overall = rules.applicable_exclusive_redeemables_limit
            per_category = rules.applicable_exclusive_redeemables_per_category_limit
            found.append((ReasonKey.EXCLUSIVE_LIMIT, self._exclusive, overall))
            found.append((ReasonKey.EXCLUSIVE_PER_CATEGORY_LIMIT, in_category, per_category))
        return found

    def _in_category(self, candidate: Candidate) -> int:
        return 0 if candidate.category is None else self._by_category.get(candidate.category.id, 0)


def _hierarchy(candidate: Candidate) -> tuple[bool, int]:
    category = candidate.category
    return (category is None, 0 if category is None else category.hierarchy)
