"""What is asked about two promotions, and what is answered. Frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.basket import Basket
from engine.codec import Data
from engine.rules.tree import Condition, Rule
from engine.snapshot import Call, Candidate, Customer


class Answer(StrEnum):
    """DISJOINT and OVERLAPS are certain; everything else is UNKNOWN."""

    DISJOINT = "DISJOINT"
    OVERLAPS = "OVERLAPS"
    UNKNOWN = "UNKNOWN"


class Aspect(StrEnum):
    """What a condition is about. EFFECT: the discount itself, which must change the order."""

    TIME = "TIME"
    AUDIENCE = "AUDIENCE"
    PRODUCTS = "PRODUCTS"
    ORDER = "ORDER"
    CALL = "CALL"
    EFFECT = "EFFECT"


class Obstacle(StrEnum):
    """Why a part cannot be told. SEARCH: nothing is hidden, but neither a proof nor an example was found."""

    FORMULA = "formula"
    COUNTER = "counter"
    BUDGET = "budget"
    BUNDLE = "bundle"
    COLLECTION = "collection"
    LOGIC = "logic"
    HOLDER = "holder"
    RULE = "rule"
    SEARCH = "search"


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One promotion: `key` is what the caller calls it, `candidate` its terms."""

    key: str
    candidate: Candidate


@dataclass(frozen=True, kw_only=True, slots=True)
class Witness(Data):
    """A purchase: who buys what, how the request says it, and when."""

    customer: Customer | None = None
    basket: Basket | None = None
    call: Call
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """A condition of the promotion `key`: `rule` of the rule set `rule_set`, in it or below it `condition`.

    Without a rule it is the discount that asks for it, or what the promotion targets.
    """

    key: str
    aspect: Aspect
    rule_set: str = ""
    rule: Rule | None = None
    condition: Condition | None = None

    @property
    def name(self) -> str:
        """The name of the rule; "" without one."""
        return "" if self.rule is None else self.rule.name

    @property
    def rule_key(self) -> str:
        return "" if self.rule is None else self.rule.key

    @property
    def property(self) -> str | None:
        return None if self.rule is None else self.rule.property


@dataclass(frozen=True, kw_only=True, slots=True)
class Clash:
    """Two conditions that nothing meets at once; both may belong to one promotion, which then never works.

    `right` None: `left` alone can never be met. Neither: the two are never open together.
    """

    aspect: Aspect
    left: Ground | None = None
    right: Ground | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Opaque:
    """A part of promotion `key` that cannot be looked into; `what` names it."""

    key: str
    aspect: Aspect
    kind: Obstacle
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """The answer: a clash when DISJOINT, a witness when OVERLAPS, the opaque parts when UNKNOWN."""

    answer: Answer
    witness: Witness | None = None
    clash: Clash | None = None
    opaque: tuple[Opaque, ...] = ()
