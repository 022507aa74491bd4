"""Every API route, with every method and every kind of credential (PROOFS X1)."""

from __future__ import annotations

from typing import Any, Final

import pytest
from rest_framework.test import APIClient

from core.actors import Role
from core.models import ApiKey, ProjectSettings
from core.services import api_keys
from tests.conftest import NOW
from tests.security.routes import Route, api_routes, table

METHODS: Final = ("GET", "POST", "PUT", "DELETE")
EXPECTED: Final = table("api_access.txt")
ROUTES: Final = {route.pattern: route for route in api_routes()}

HOLDERS: Final = {
    "read": {
        "server ADMIN",
        "server USER",
        "server USER_RESTRICTED",
        "server SUPPORT",
        "server VIEWER",
        "server MERCHANT",
    },
    "write": {"server ADMIN", "server USER", "server USER_RESTRICTED"},
    "amend": {"server ADMIN", "server USER", "server USER_RESTRICTED", "server SUPPORT"},
    "rule": {"server ADMIN"},
    "checkout": {"server ADMIN", "server USER", "server USER_RESTRICTED", "server MERCHANT"},
    "advice": {"server ADMIN", "server USER", "server USER_RESTRICTED", "server SUPPORT", "server MERCHANT"},
    "export": {"server ADMIN", "server USER", "server USER_RESTRICTED", "server SUPPORT", "server VIEWER"},
    "books": {"server ADMIN", "server VIEWER"},
    "client": {"client ADMIN"},
    "see": {"management ADMIN", "management VIEWER"},
    "manage": {"management ADMIN"},
}
HEADERS: Final = {
    "server": ("X-App-Id", "X-App-Token"),
    "client": ("X-Client-Application-Id", "X-Client-Token"),
    "management": ("X-Management-Id", "X-Management-Token"),
}
# What an answer may be once the door is open: `{}` is no body that makes sense, `missing` names nothing.
INSIDE: Final = {200, 202, 204, 400, 402, 404, 415}
TOKEN: Final = "t" * 43
REFUSED: Final = "missing_required_permission"
# What a restricted user is told who has no areas: the role may do it, there is nowhere to do it.
ELSEWHERE: Final = "not accessible in the given context"

Callers = dict[str, APIClient]


def key_of(kind: str, name: str) -> ApiKey:
    """A key called `VIEWER` has that role; `wrong`, `blocked` and `expired` would be admins' ones."""
    return ApiKey(
        app_id=f"{kind}-{name}",
        name=name,
        kind=kind,
        role=name if name in set(Role) else Role.ADMIN,
        secret_hash=api_keys.hash_token("another" if name == "wrong" else TOKEN),
        allowed_origins=["https://shop.example"] if kind == "client" else [],
        is_integration=kind == "server",
        blocked_at=NOW if name == "blocked" else None,
        expires_at=NOW if name == "expired" else None,
        created_at=NOW,
    )


@pytest.fixture
def callers(db: None) -> Callers:
    """One caller for each credential. The rows are made by hand: thousands of calls, one statement."""
    bad = ["wrong", "blocked", "expired"]
    names = {"server": [*Role, *bad], "client": [Role.ADMIN, *bad], "management": [*Role, *bad]}
    keys = [key_of(kind, name) for kind, listed in names.items() for name in listed]
    ApiKey.objects.bulk_create(keys)
    found = {f"{key.kind} {key.name}": caller(key) for key in keys}
    return {"none": APIClient(raise_request_exception=False), **found}


def caller(key: ApiKey) -> APIClient:
    id_header, token_header = HEADERS[key.kind]
    return APIClient(
        headers={id_header: key.app_id, token_header: TOKEN, "Origin": "https://shop.example"},
        raise_request_exception=False,
    )


@pytest.fixture(autouse=True)
def _client_keys_may_do_all(db: None) -> None:
    ProjectSettings.objects.update(
        client_redeem_enabled=True, client_publish_enabled=True, client_events_enabled=True
    )


def call(client: APIClient, method: str, route: Route) -> Any:
    return client.generic(method, route.path(), b"{}", content_type="application/json")


def verdict(answer: Any) -> str:
    """`unknown` (who are you?), `refused` (you may not), `unserved`, `inside`, or what should never be."""
    if answer.status_code == 403:
        if answer.json()["key"] == "approval_required" or ELSEWHERE in answer.json().get("details", ""):
            return "inside"
        return "refused" if answer.json()["key"] == REFUSED else f"403 {answer.json()['key']}"
    named = {401: "unknown", 405: "unserved"}
    return named.get(
        answer.status_code, "inside" if answer.status_code in INSIDE else str(answer.status_code)
    )


def kind_of(route: Route) -> str:
    """Which kind of key opens it."""
    return route.pattern.partition("/")[0].replace("v1", "server")


def due(who: str, level: str, route: Route) -> set[str]:
    """The verdicts that are right for one caller at one method."""
    kind, _, role = who.partition(" ")
    if kind != kind_of(route) or role in {"wrong", "blocked", "expired"}:
        return {"unknown"}
    if level == "-":
        # Rights are asked before the method is looked for; those who may everything see 405.
        return {"unserved"} if role == "ADMIN" and kind != "client" else {"unserved", "refused"}
    return {"inside"} if who in HOLDERS[level] else {"refused"}


def test_every_route_is_in_the_table() -> None:
    assert set(ROUTES) == set(EXPECTED)
    assert {len(cells) for cells in EXPECTED.values()} == {len(METHODS)}


@pytest.mark.parametrize("pattern", [name for name, cells in EXPECTED.items() if "open" not in cells])
def test_every_credential_at_every_method(pattern: str, callers: Callers) -> None:
    route = ROUTES[pattern]
    levels = dict(zip(METHODS, EXPECTED[pattern], strict=True))
    # Where a GET writes, a HEAD would write unseen.
    levels["HEAD"], levels["PATCH"] = levels["GET"].replace("write", "-"), "-"
    kind = kind_of(route)
    many = {who for who in callers if who.startswith(kind) or who == "none" or who.endswith("ADMIN")}
    few = {"none", f"{kind} wrong", f"{kind} ADMIN", f"{kind} VIEWER"}

    wrong = {
        f"{method} as {who}": found
        for method, level in levels.items()
        for who, client in callers.items()
        if who in (few if method in {"HEAD", "PATCH"} else many)
        and (found := _head_or_body(call(client, method, route), method)) not in due(who, level, route)
    }

    assert wrong == {}


def _head_or_body(answer: Any, method: str) -> str:
    """A HEAD has no body to tell one 403 from another."""
    return "refused" if method == "HEAD" and answer.status_code == 403 else verdict(answer)


@pytest.mark.parametrize("pattern", [name for name, cells in EXPECTED.items() if "open" in cells])
def test_open_pages_change_nothing_and_need_nothing(pattern: str, callers: Callers) -> None:
    statuses = {
        method: callers["none"].generic(method, ROUTES[pattern].path()).status_code
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    }

    # Without workers nobody is ready: that is what the page says. A feed is open to its secret only.
    expected = 404 if "<token>" in pattern else 503 if pattern == "readyz" else 200
    assert statuses.pop("GET") == expected
    assert set(statuses.values()) == {405}


@pytest.mark.parametrize("pattern", [name for name, cells in EXPECTED.items() if "client" in cells])
def test_preflights_tell_nothing_and_need_no_key(pattern: str, callers: Callers) -> None:
    answer = callers["none"].options(ROUTES[pattern].path(), headers={"Origin": "https://shop.example"})

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    "pattern", [name for name, cells in EXPECTED.items() if not {"client", "open"} & set(cells)]
)
def test_options_need_a_key(pattern: str, callers: Callers) -> None:
    assert callers["none"].options(ROUTES[pattern].path()).status_code == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/client/v1/redemptions", {"redeemables": [{"object": "voucher", "id": "X"}]}),
        ("/client/v1/events", {"event": "cart_left", "customer": {"source_id": "me"}}),
    ],
)
def test_client_keys_do_only_what_the_project_allows(path: str, body: Any, callers: Callers) -> None:
    ProjectSettings.objects.update(client_redeem_enabled=False, client_events_enabled=False)

    answer = callers["client ADMIN"].post(path, body, format="json")

    assert (answer.status_code, answer.json()["key"]) == (403, "forbidden")
