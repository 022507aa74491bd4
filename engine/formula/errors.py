"""What can go wrong with a formula: it cannot be read, or it has no value here."""

from __future__ import annotations


class FormulaSyntaxError(ValueError):
    """The text is not a formula. `position` is the index of the character where reading stopped."""

    def __init__(self, message: str, position: int) -> None:
        self.position = position
        super().__init__(f"{message} (at character {position + 1})")


class NoValue(Exception):
    """A part cannot be calculated here: a fact is missing, has the wrong type, or the arithmetic fails.

    Stays inside of this package: `DEFAULT_TO` goes on to its next argument, `evaluate` answers None.
    """
