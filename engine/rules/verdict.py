"""What judging a rule set found, as data: enough to say why, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.bundles import BundleCount
from engine.codec import Data, JsonObject
from engine.rules.families import Group


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement(Data):
    """One condition: the operator as on the wire, and `{"operands": [...]}`; articles as objects."""

    operator: str
    operands: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class LeafVerdict(Data):
    """One rule. `holds` None = left out, or about a result that is not computed yet; it counts as true.

    `actual`: `{"value": ...}` (number, text, list), for articles `{"lines": [indices]}`, empty = not there.
    `gap`, empty when the rule holds or nobody can say, is what would make it hold; `kind` says which:
    "order" / "customer" / "holder" (send one), "amount" / "units" / "number" (`more` or `less`, and `items`),
    "segment" / "tier" (`join` or `leave`), "remove" (`lines`), "limit" (`limit`, `prior`, `period` "daily",
    "weekly", "monthly" or None, and `at` when a new period helps), "from" (`at`; `since` is now), "value"
    (only the conditions say it). Instants are ISO 8601 with the offset of the project's zone.
    `children` are the subrules, judged on the lines that this rule matched.
    """

    key: str
    name: str
    property: str | None = None
    group: Group
    kind: str
    holds: bool | None
    required: tuple[Requirement, ...] = ()
    actual: JsonObject = field(default_factory=dict)
    gap: JsonObject = field(default_factory=dict)
    is_customer_missing: bool = False
    error: str | None = None
    logic: str = ""
    children: tuple[LeafVerdict, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict(Data):
    """A whole rule set. `holds` counts undecided leaves as true; `logic` joins `leaves` by their keys.

    A plain verdict that holds has no leaves, see `judge`. `bundle` is set when the rule set has one.
    """

    id: str = ""
    name: str = ""
    holds: bool
    logic: str = ""
    leaves: tuple[LeafVerdict, ...] = ()
    bundle: BundleCount | None = None
    error: str | None = None

    @property
    def undecided(self) -> tuple[str, ...]:
        """Keys of the rules that were left out or are not decidable yet."""
        return tuple(leaf.key for leaf in self.leaves if leaf.holds is None)

    @property
    def first_failing(self) -> LeafVerdict | None:
        """The leaf that decides the error key (contract 11.6); None when only the bundle refuses."""
        return next((leaf for leaf in self.leaves if leaf.holds is False), None)
