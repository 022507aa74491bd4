"""Shells around referral services for Celery, safe to run twice."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core import periodic
from referrals.services import rewarding

_SECONDS: Final = 30


@periodic.job
def give_rewards(now: datetime) -> int:
    """Whose waiting time is over."""
    return periodic.batches(lambda: rewarding.give_due(now=now), seconds=_SECONDS)
