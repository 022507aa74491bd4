"""Codes in paths: any text, also with spaces and (percent-encoded) slashes; the server decodes them once."""

from __future__ import annotations

from typing import Final

_ENDPOINTS: Final = "|".join(
    (
        "balance",
        "disable",
        "enable",
        "publications",
        "redemptions?",
        "sessions/[^/]+",
        "transactions(?:/export)?",
        "validate",
        "versions(?:/[^/]+/revert)?",
    )
)
_NOT_A_CODE: Final = "(?:import|importCSV|bulk/async|metadata/async|qualification)"


class AnyCode:
    """A code in front of more path, as in `vouchers/<code:code>/enable`."""

    regex = ".+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class BareCode(AnyCode):
    """A code at the end of a path. What the contract uses as an endpoint is never taken for part of a code:
    `POST vouchers/SUMMER/balance` must not create the code `SUMMER/balance`.
    """

    regex = rf"(?!{_NOT_A_CODE}$|.+/(?:{_ENDPOINTS})$).+"
