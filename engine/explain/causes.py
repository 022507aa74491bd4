"""Which other redeemables of the request left no room for one."""

from __future__ import annotations

from collections.abc import Sequence

from engine.outcome import Status, Step
from engine.reasons import ReasonKey
from engine.snapshot import Candidate
from engine.stacking import stacking_type
from engine.stacking_rules import StackingType

_CATEGORY = (ReasonKey.APPLICABLE_PER_CATEGORY_LIMIT, ReasonKey.EXCLUSIVE_PER_CATEGORY_LIMIT)


def displacing(
    candidates: Sequence[Candidate], step: Step, steps: Sequence[Step], *, is_chosen: bool = False
) -> tuple[str, ...]:
    """Keys of those that applied instead, or of the one that failed before; empty unless it was skipped.

    `is_chosen`: the best set was looked for, so that only its members leave no room.
    """
    if step.status is not Status.SKIPPED or step.reason is None:
        return ()
    by_name = {(one.object, one.key): one for one in candidates}
    key = step.reason.key
    if key is ReasonKey.PRECEDING_VALIDATION:
        failed = [one for one in steps if one.status is Status.INAPPLICABLE]
        return tuple(one.key for one in failed[:1])
    if key is ReasonKey.NO_EFFECT:
        return ()
    applied = [one for one in steps if one.status is Status.APPLICABLE]
    own = by_name[step.object, step.key]
    if key is ReasonKey.EXCLUSION_RULES:
        if is_chosen or stacking_type(own) is StackingType.EXCLUSIVE:
            return tuple(one.key for one in applied)
        exclusive = [
            one for one in steps if stacking_type(by_name[one.object, one.key]) is StackingType.EXCLUSIVE
        ]
        # One that is valid on its own keeps Common ones out even where a limit skips it afterwards.
        valid = [one for one in exclusive if one.status is not Status.INAPPLICABLE]
        return tuple(one.key for one in valid or exclusive)
    if key in _CATEGORY and own.category is not None:
        applied = [
            one
            for one in applied
            if (category := by_name[one.object, one.key].category) is not None
            and category.id == own.category.id
        ]
    elif key is ReasonKey.EXCLUSIVE_LIMIT:
        applied = [
            one for one in applied if stacking_type(by_name[one.object, one.key]) is StackingType.EXCLUSIVE
        ]
    return tuple(one.key for one in applied)
