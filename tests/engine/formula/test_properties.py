from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine import formula
from engine.formula.functions import FUNCTIONS
from engine.formula.operands import OPERANDS
from engine.formula.tree import (
    Arithmetic,
    Both,
    Called,
    Case,
    Compared,
    Comparison,
    Either,
    Fact,
    Negative,
    Node,
    Number,
    Product,
    Step,
    Sum,
    Switch,
    Text,
)
from tests.engine.formula.situations import situation

HERE = situation()
SCOPE = formula.Scope(HERE, 0)
numbers = st.decimals(min_value=0, max_value=10**6, places=3).map(lambda value: Number(value=abs(value)))
words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=5)
facts = st.sampled_from(sorted(OPERANDS)).flatmap(
    lambda name: st.builds(Fact, name=st.just(name), key=words if OPERANDS[name].has_key else st.none())
)
SUM_SIGNS = (Arithmetic.PLUS, Arithmetic.MINUS)
PRODUCT_SIGNS = (Arithmetic.TIMES, Arithmetic.DIVIDED_BY, Arithmetic.REMAINDER)


def steps(
    signs: tuple[Arithmetic, ...], part: st.SearchStrategy[Node]
) -> st.SearchStrategy[tuple[Step, ...]]:
    return st.lists(
        st.builds(Step, sign=st.sampled_from(signs), part=part), min_size=1, max_size=3
    ).map(tuple)  # fmt: skip


def chains(part: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(Negative, of=part),
        st.builds(Sum, first=part, steps=steps(SUM_SIGNS, part)),
        st.builds(Product, first=part, steps=steps(PRODUCT_SIGNS, part)),
    )


def anything(part: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(part, min_size=2, max_size=3).map(tuple)
    cases = st.lists(st.builds(Case, when=part, then=part), min_size=1, max_size=2).map(tuple)
    calls = st.sampled_from(sorted(FUNCTIONS.keys() - {"DATE", "DATE_TIME"})).flatmap(
        lambda name: st.builds(
            Called,
            name=st.just(name),
            arguments=st.lists(
                part, min_size=FUNCTIONS[name].fewest, max_size=min(3, FUNCTIONS[name].most)
            ).map(tuple),
        )
    )
    return st.one_of(
        chains(part),
        st.builds(Compared, test=st.sampled_from(Comparison), left=part, right=part),
        st.builds(Both, parts=several),
        st.builds(Either, parts=several),
        st.builds(Called, name=st.just("IF"), arguments=st.tuples(part, part, part)),
        st.builds(Switch, of=part, cases=cases, default=st.none() | part),
        calls,
    )


any_formula = st.recursive(numbers | facts | words.map(lambda word: Text(value=word)), anything, max_leaves=8)
arithmetic = st.recursive(numbers, chains, max_leaves=8)


@given(root=any_formula)
def test_what_is_written_is_read_into_the_same_formula(root: Node) -> None:
    written = formula.Formula(root=root, text="")

    read = formula.parse(str(written))

    assert read == written
    assert formula.evaluate(read, SCOPE) == formula.evaluate(written, SCOPE)
    assert formula.needs(read) == formula.needs(written)


@given(root=arithmetic)
def test_arithmetic_agrees_with_exact_fractions(root: Node) -> None:
    found = formula.evaluate(formula.Formula(root=root, text=""), SCOPE)
    exact = reference(root)

    if exact is None:
        # Noise in the last digit may stand where an exact divisor is zero; the figure is then absurdly large.
        assert found is None or abs(found) > 10**20 or is_delicate(root)
    elif found is None or not is_delicate(root):
        assert found is not None
        assert abs(Fraction(found) - exact) <= abs(exact) / 10**20 + Fraction(1, 10**15)


def reference(node: Node) -> Fraction | None:
    """The same tree with fractions; None where somebody divides by zero."""
    if isinstance(node, Number):
        return Fraction(node.value)
    if isinstance(node, Negative):
        inner = reference(node.of)
        return None if inner is None else -inner
    assert isinstance(node, Sum | Product)
    total = reference(node.first)
    for step in node.steps:
        part = reference(step.part)
        if total is None or part is None:
            return None
        total = combined(step.sign, total, part)
    return total


def combined(sign: Arithmetic, left: Fraction, right: Fraction) -> Fraction | None:
    if sign is Arithmetic.PLUS:
        return left + right
    if sign is Arithmetic.MINUS:
        return left - right
    if sign is Arithmetic.TIMES:
        return left * right
    if right == 0:
        return None
    if sign is Arithmetic.DIVIDED_BY:
        return left / right
    whole = abs(left) // abs(right)
    return abs(left) % abs(right) * (1 if left >= 0 else -1) if whole < 10**40 else None


def is_delicate(node: Node) -> bool:
    """A remainder of something that was divided jumps with the last digit."""
    text = str(formula.Formula(root=node, text=""))
    return "%" in text and "/" in text or text.count("/") > 1


def test_the_reference_divides_exactly() -> None:
    third = formula.parse("10 / 4 - 0.5").root

    assert reference(third) == 2
    assert formula.evaluate(formula.Formula(root=third, text=""), SCOPE) == Decimal(2)
