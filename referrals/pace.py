"""Whether referrals come as people bring them, or as a program does. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from referrals.attempts import Attempt, Earlier, Neighbourhood
from referrals.findings import Sign
from referrals.thresholds import Thresholds

RUSH: Final = "rush"
MACHINE: Final = "machine"
_LONGEST_STEP: Final = timedelta(hours=6)
"""Who does something at the same hour of every day is no machine."""
_SPREAD_PERCENT: Final = 20


def signs(attempt: Attempt, around: Neighbourhood, limits: Thresholds) -> list[Sign]:
    return [
        *_many(around, limits),
        *_clockwork(attempt, around.earlier, limits),
        *_fresh(attempt, around.earlier, limits),
    ]


def _many(around: Neighbourhood, limits: Thresholds) -> list[Sign]:
    """With this one. A link that many read brings many, too: it is a hint."""
    hour, day = around.in_hour + 1, around.in_day + 1
    if hour >= limits.many_in_hour:
        message = f"The code was used {hour} times within an hour."
        return [Sign(key="many_in_hour", points=limits.many, message=message, kind=RUSH, count=hour)]
    if day >= limits.many_in_day:
        message = f"The code was used {day} times within 24 hours."
        return [Sign(key="many_in_day", points=limits.many, message=message, kind=RUSH, count=day)]
    return []


def _clockwork(attempt: Attempt, earlier: Sequence[Earlier], limits: Thresholds) -> list[Sign]:
    """The last pauses are equal, give or take a tenth."""
    row = sorted(earlier, key=lambda each: (each.at, each.id))[1 - limits.clockwork_from :]
    if len(row) < limits.clockwork_from - 1:
        return []
    moments = [*(each.at for each in row), attempt.at]
    pauses = [later - before for before, later in zip(moments, moments[1:], strict=False)]
    usual = sorted(pauses)[len(pauses) // 2]
    # The clock of the log is as fine as a second: equal seconds are no proof of equal pauses.
    if not timedelta(seconds=5) <= usual <= _LONGEST_STEP:
        return []
    if (max(pauses) - min(pauses)) * 100 > usual * _SPREAD_PERCENT:
        return []
    message = f"The last {len(moments)} referrals came at equal intervals, as a program makes them."
    return [
        Sign(
            key="clockwork",
            points=limits.clockwork,
            message=message,
            kind=MACHINE,
            referrals=[each.id for each in row],
            count=len(moments),
            taints=True,
        )
    ]


def _fresh(attempt: Attempt, earlier: Sequence[Earlier], limits: Thresholds) -> list[Sign]:
    """Many open an account in the till; that most whom one referrer brings do so within seconds is odd.

    Who is made by the very call that converts him says nothing: many shops send customer and order together.
    """
    within = timedelta(seconds=limits.fresh_seconds)
    if not timedelta(0) < attempt.at - attempt.referee.created_at <= within:
        return []
    # Among twice as many, so that they are more than half of the last ones.
    row = sorted(earlier, key=lambda each: (each.at, each.id))[2 - 2 * limits.fresh_from :]
    fresh = [each for each in row if timedelta(0) < each.at - each.referee.created_at <= within]
    count = len(fresh) + 1
    if count < limits.fresh_from:
        return []
    message = f"{count} of the referrer's last new customers made their account seconds before they ordered."
    return [
        Sign(
            key="fresh_accounts",
            points=limits.fresh_accounts,
            message=message,
            kind=MACHINE,
            referrals=[each.id for each in fresh],
            count=count,
            taints=True,
        )
    ]
