from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MOST: Final = 500
"""Findings of one rule; who has more looks at other things first."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`subject` tells it from the rule's others; `level` grows when it gets worse. `figures` are JSON."""

    subject: str
    campaign_id: int | None = None
    level: int = 0
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Found:
    """`is_complete` False: there may be more, so that what is missing here is not over."""

    findings: Sequence[Finding] = ()
    is_complete: bool = True
