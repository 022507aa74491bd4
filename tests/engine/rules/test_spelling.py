"""Names that were meant."""

from __future__ import annotations

from engine.rules.spelling import close, hint

KNOWN = ("order.amount", "order.initial_amount", "customer.segment")


def test_the_nearest_first() -> None:
    assert close("order.ammount", KNOWN) == ("order.amount", "order.initial_amount")
    assert close("ORDER.AMOUNT", KNOWN)[0] == "order.amount"
    assert close("customer segment", KNOWN) == ("customer.segment",)


def test_nothing_near() -> None:
    assert close("xyz", KNOWN) == ()
    assert close("", KNOWN) == ()
    assert hint("", ["", "a"]) == ""


def test_three_at_most() -> None:
    assert close("aaab", ["aaab1", "aaab2", "aaab3", "aaab4"]) == ("aaab1", "aaab2", "aaab3")


def test_reads_as_a_sentence() -> None:
    assert hint("customer.segmant", KNOWN) == "; did you mean customer.segment?"
