"""How the last proof of everything ended: signs of life of the last, and of the last clean one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.models import Heartbeat

RAN: Final = "reconciliation"
CLEAN: Final = "reconciliation_clean"


@dataclass(frozen=True, kw_only=True)
class LastRun:
    at: datetime
    is_clean: bool


def read() -> LastRun | None:
    """None: it never ran."""
    at = dict(Heartbeat.objects.filter(name__in=[RAN, CLEAN]).values_list("name", "at"))
    return LastRun(at=at[RAN], is_clean=at[RAN] == at.get(CLEAN)) if RAN in at else None
