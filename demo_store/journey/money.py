"""Dollars in the files are floats; here they become cents, exactly or not at all."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Final

RESIDUE: Final = Decimal("1e-9")
"""A distance to the next whole cent that can only be left over from the author's own sums of floats."""


class NotWholeCents(ValueError):
    """The number is not an amount of money: it has parts of a cent, is infinite or is not a number."""


# The whole data set knows about eight thousand different amounts: the cache makes exactness free.
@lru_cache(maxsize=1 << 15)
def cents(dollars: float) -> int:
    """Whole cents of a dollar amount as the file's author meant it, never the binary number behind it.

    Python prints a float as the shortest decimal that reads back as the same float, which is the text the
    author had: 0.29 is 29 cents, although int(0.29 * 100) is 28. Some amounts of the files are themselves the
    remainder of a subtraction of floats (1.776357e-15 for nothing): those count as the cent they lie at.

    :raises NotWholeCents: the amount does not end at a cent.

    cents(2.78) -> 278
    """
    amount = Decimal(repr(dollars)) * 100
    if not amount.is_finite():
        raise NotWholeCents(f"{dollars!r} is not an amount of money.")
    whole = amount.to_integral_value()
    if abs(amount - whole) > RESIDUE:
        raise NotWholeCents(f"{dollars!r} is not a whole number of cents.")
    return int(whole)
