"""What a judgement says, in words that support can read to a customer. Pure.

Messages hold no personal data: they are kept longer than customers are. Who and which referrals are meant is
in the evidence, by id, so that a page shows what is known of them today.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from engine.codec import Data, JsonObject


class Outcome(StrEnum):
    ACCEPT = "ACCEPT"
    HOLD = "HOLD"
    REFUSE = "REFUSE"


class Severity(StrEnum):
    """What a sign does alone."""

    HINT = "HINT"
    HOLDS = "HOLDS"
    REFUSES = "REFUSES"


@dataclass(frozen=True, kw_only=True)
class Finding(Data):
    """One sign of abuse. `evidence`: `customers` and `referrals` are lists of ids, `count` is a number."""

    key: str
    severity: Severity
    points: int
    message: str
    evidence: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Judgement(Data):
    """`findings`: the weightiest first. `score`: their points, those of one kind once.

    `earlier`: ids of referrals that were perhaps let through and now look like part of the same abuse;
    whoever keeps rewards back may want to look at them again.
    """

    outcome: Outcome
    score: int = 0
    findings: tuple[Finding, ...] = ()
    earlier: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """The sentence that weighs most; empty if nothing was found."""
        return self.findings[0].message if self.findings else ""


@dataclass(frozen=True, kw_only=True)
class Sign:
    """What a look at one aspect found. Of signs with the same `kind` only the weightiest counts.

    `taints`: the referrals in its evidence are part of the abuse, if it is one.
    """

    key: str
    points: int
    message: str
    kind: str = ""
    customers: Iterable[str] = ()
    referrals: Iterable[str] = ()
    count: int | None = None
    taints: bool = False

    def evidence(self) -> JsonObject:
        found: dict[str, object] = {}
        if self.customers:
            found["customers"] = sorted(set(self.customers))
        if self.referrals:
            found["referrals"] = sorted(set(self.referrals))
        if self.count is not None:
            found["count"] = self.count
        return found
