"""What an explanation consists of. Shapes of the answer with `options.explain` (ours, not the contract's)."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.codec import Data, JsonObject
from engine.outcome import Status
from engine.reasons import Reason
from engine.snapshot import RedeemableObject


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplainedCondition(Data):
    """One thing that had to hold. `id` is stable: "enabled", "uses", "rule:val_1:2" (rule, then its key).

    `text` says what is asked, `found` what there was; `required` and `actual` are the same as data. `holds`
    None = not asked. `remedy` would make it hold. `children` are conditions on the lines that this one found.
    """

    id: str
    text: str
    holds: bool | None
    found: str = ""
    required: JsonObject = field(default_factory=dict)
    actual: JsonObject = field(default_factory=dict)
    remedy: str | None = None
    children: tuple[ExplainedCondition, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation(Data):
    """One redeemable of a request: what became of it, in a sentence, and every condition at its turn.

    `displaced_by` are the keys of the redeemables that left no room for it.
    """

    key: str
    object: RedeemableObject
    label: str
    status: Status
    sentence: str
    reason: Reason | None = None
    conditions: tuple[ExplainedCondition, ...] = ()
    displaced_by: tuple[str, ...] = ()
    remedy: str | None = None
