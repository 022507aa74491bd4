"""What a bearer token may be asked for: a scope is the first segment of the paths that it opens.

Contract: data file 20. `api` opens all of `/v1`, `client_api` all of `/client/v1`, `client_events` there only
the paths below `events`. Management paths and those of tokens have no scopes: no token opens them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

SERVER_API: Final = "/v1/"
CLIENT_API: Final = "/client/v1/"
ALL_OF_SERVER: Final = "api"
ALL_OF_CLIENT: Final = "client_api"
_CLIENT_PREFIX: Final = "client_"
_OF_TOKENS: Final = "oauth"

_CONTRACT: Final = (
    "assets async-actions campaigns categories consents customers events exports locations loyalties "
    "metadata-schemas orders product-collections products promotions publications qualifications redemptions "
    "referrals rewards segments skus task-results templates trash-bin validation-rules "
    "validation-rules-assignments validations vouchers"
)
_CONTRACT_CLIENT: Final = (
    "consents customers events promotions publish qualifications redeem redemptions validate validations "
    "vouchers"
)
# Paths of ours, beyond the contract.
_BEYOND: Final = (
    "alerts approval-policies approval-requests areas audit-entries budgets calendar emergency-stops "
    "referral-reviews reports"
)
SCOPES: Final = frozenset(
    {
        ALL_OF_SERVER,
        ALL_OF_CLIENT,
        *_CONTRACT.split(),
        *_BEYOND.split(),
        *(f"{_CLIENT_PREFIX}{name}" for name in _CONTRACT_CLIENT.split()),
    }
)


def needed_for(path: str) -> tuple[str, ...]:
    """The scopes of which one opens a path; none: no token does.

    needed_for("/v1/vouchers/SUMMER/enable") -> ("api", "vouchers")
    """
    if path.startswith(CLIENT_API):
        return ALL_OF_CLIENT, _CLIENT_PREFIX + _first_segment(path, CLIENT_API)
    if path.startswith(SERVER_API) and (name := _first_segment(path, SERVER_API)) != _OF_TOKENS:
        return ALL_OF_SERVER, name
    return ()


def opens(scopes: Iterable[str], path: str) -> bool:
    return not set(scopes).isdisjoint(needed_for(path))


def _first_segment(path: str, api: str) -> str:
    return path.removeprefix(api).partition("/")[0]
