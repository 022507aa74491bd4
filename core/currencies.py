"""How many decimals people write after an amount of a currency. Source: ISO 4217.

Amounts themselves are hundredths whatever the currency (contract: semantics-core, money), so this is about
looks only: nothing is rounded or converted.
"""

from __future__ import annotations

from typing import Final

_USUAL: Final = 2
_NONE: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"
_FOUR: Final = "CLF UYW"
_DECIMALS: Final = {
    code: decimals for decimals, codes in ((0, _NONE), (3, _THREE), (4, _FOUR)) for code in codes.split()
}


def decimals(currency: str) -> int:
    return _DECIMALS.get(currency, _USUAL)


def fraction(currency: str, hundredths: int) -> str:
    """The digits after the point of an amount that ends with so many hundredths.

    Of yen none, unless there are any: money is never hidden. Dinars have a third one.

    fraction("EUR", 5) -> "05"; fraction("JPY", 0) -> ""; fraction("JPY", 50) -> "50"
    fraction("KWD", 5) -> "050"
    """
    wanted = decimals(currency)
    return "" if not wanted and not hundredths else f"{hundredths:02d}".ljust(wanted, "0")
