"""Dynamic values of discounts: a small language of our own, read and calculated without `eval`.

Money operands are in major units. Who asks turns the result into what it means: money times 100 and half up,
percent as it is, units floored, nothing below 0 (contract 5.10).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from engine.formula.errors import FormulaSyntaxError
from engine.formula.evaluate import value_of
from engine.formula.operands import OPERANDS
from engine.formula.scope import Scope
from engine.formula.syntax import parse_text
from engine.formula.tree import Fact, Node, walk
from engine.formula.writing import write

__all__ = ["Formula", "FormulaSyntaxError", "Scope", "evaluate", "needs", "parse"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Formula:
    """`root` is what is calculated, `text` what was written; two with the same tree are equal."""

    root: Node
    text: str = field(compare=False)

    def __str__(self) -> str:
        """In the grammar's own spelling; `parse` reads it into an equal formula."""
        return write(self.root)


def parse(text: str) -> Formula:
    """parse("IF(ORDER_AMOUNT > 400;0;20)"). :raises FormulaSyntaxError: with `position` and what is wrong."""
    return Formula(root=parse_text(text), text=text)


def evaluate(formula: Formula, scope: Scope) -> Decimal | None:
    """The figure in this situation; None when it cannot be calculated: the static value counts then.

    A fact is missing or of the wrong type, a division by zero, a number beyond all bounds.
    """
    return value_of(formula.root, scope)


def needs(formula: Formula) -> frozenset[str]:
    """Facts that must be loaded, in the words of `rules.needs`: {"customer.metadata", "lines.metadata"}."""
    names = {node.name for node in walk(formula.root) if isinstance(node, Fact)}
    return frozenset(need for name in names if (need := OPERANDS[name].need) is not None)
