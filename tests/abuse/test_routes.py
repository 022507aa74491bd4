"""Every route of the API with broken bodies, questions and ids: always the contract's error object, and what
was there stays as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.abuse.conftest import Route, assert_sound, routes, state

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

JSON = "application/json"
# Nothing that a JSON parser may take: refused wherever a body is read.
NOT_JSON: dict[str, tuple[bytes, str]] = {
    "cut in a key": (b'{"redeem', JSON),
    "cut in a list": (b'{"redeemables": [', JSON),
    "cut in an escape": (b'{"name": "\\u00', JSON),
    "word": (b"nul", JSON),
    "two values": (b"{} {}", JSON),
    "trailing comma": (b'{"name": "a",}', JSON),
    "single quotes": (b"{'name': 'a'}", JSON),
    "comment": (b'{"name": "a" /* b */}', JSON),
    "NaN": (b'{"amount": NaN}', JSON),
    "Infinity": (b'{"amount": -Infinity}', JSON),
    "huge exponent": (b'{"amount": 1e400}', JSON),
    "very huge exponent": (b'{"amount": 1e999999999999}', JSON),
    "tiny exponent": (b'{"amount": 1e-400}', JSON),
    "huge integer": (b'{"amount": ' + b"9" * 5_000 + b"}", JSON),
    "same key twice": (b'{"name": "a", "name": "b"}', JSON),
    "same key twice below": (b'{"order": {"amount": 1, "amount": 2}}', JSON),
    "raw NUL": (b'{"name": "a\0b"}', JSON),
    "escaped NUL": (b'{"name": "a\\u0000b"}', JSON),
    "NUL in a key": (b'{"metadata": {"\\u0000": 1}}', JSON),
    "lone surrogate": (b'{"metadata": {"a": "\\ud800"}}', JSON),
    "surrogates the wrong way round": (b'{"metadata": {"a": "\\udc00\\ud800"}}', JSON),
    "raw surrogate": (b'{"name": "\xed\xa0\x80"}', JSON),
    "no UTF-8": (b'{"name": "\xff\xfe"}', JSON),
    "UTF-16": ('{"name": "a"}'.encode("utf-16"), JSON),
    "deep lists": (b"[" * 100_000, JSON),
    "deep objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, JSON),
    "wrong charset": (b"{}", "application/json; charset=utf-16"),
    "unknown charset": (b"{}", "application/json; charset=bogus"),
}
# JSON, but no endpoint wants this.
NOT_WANTED: dict[str, tuple[bytes, str]] = {
    "a number": (b"5", JSON),
    "a text": (b'"text"', JSON),
    "null": (b"null", JSON),
    "true": (b"true", JSON),
    "list of a number": (b"[1]", JSON),
    "list of a list": (b"[[]]", JSON),
    "no content type": (b'{"name": "a"}', ""),
    "XML": (b"<a/>", "application/xml"),
    "a form": (b"a=b", "application/x-www-form-urlencoded"),
    "half a form with files": (b"--x\r\nContent-Disposition: form-data", "multipart/form-data; boundary=x"),
    "no boundary": (b"x", "multipart/form-data"),
}
BROKEN = NOT_JSON | NOT_WANTED
# These read no body.
WITHOUT_BODY = {
    "v1/async-actions/<async_action_id>/cancel",
    "v1/campaigns/<campaign_id>/enable",
    "v1/campaigns/<campaign_id>/disable",
    "v1/customers/<customer_id>/permanent-deletion",
    "v1/promotions/tiers/<tier_id>/enable",
    "v1/promotions/tiers/<tier_id>/disable",
    "v1/vouchers/<code>/enable",
    "v1/vouchers/<code>/disable",
}
QUESTIONS = [
    "limit=-1",
    "limit=0",
    "limit=101",
    "limit=1e3",
    "limit=" + "9" * 400,
    "limit=%EF%BC%91",
    "limit[]=1",
    "page=0",
    "page=-1",
    "page=1.5",
    "page=" + "9" * 30,
    "page=abc&limit=",
    "page=1&page=2",
    "order=bogus",
    "order=-",
    "order=--created_at",
    "order=created_at,id",
    "order=metadata__a",
    "order=password",
    "order[]=id",
    "starting_after_id=nobody",
    "starting_after=never",
    "end_date=2026-02-30",
    "created_at[before]=never",
    "created_at[before][after]=1",
    "created_at[after]=9999-12-31T23:59:59-14:00",
    "filters=1",
    "filters[x]=1",
    "filters[id][conditions][$is]=%00",
    "filters[id][conditions][$nope]=1",
    "filters[junction]=xor",
    "filters[created_at][conditions][$before]=never",
    "filters[metadata.][conditions][$is]=1",
    "filters[metadata.a__b][conditions][$is]=1",
    "filters[" + "a][" * 500 + "b]=1",
    "filters[redemption.quantity][conditions][$is]=1e999999999999",
    "filters[total_amount][conditions][$more_than]=1e999999999999",
    "filters[amount][conditions][$more_than]=" + "9" * 30,
    "filters[price][conditions][$less_than]=-1e400",
    "filters[metadata.n][conditions][$more_than]=1e999999999999",
    "filters[metadata.n][conditions][$is]=NaN",
    "ids[a][b]=1",
    "ids=%FF",
    "customer=%F0%9F%98%80",
    "code=" + "x" * 5_000,
    "campaign_id='%20OR%201=1--",
    "%00=1",
    "&&&==&",
    "a" * 4_000,
]
IDS = [
    "%00",
    "a%00b",
    "x" * 5_000,
    "%F0%9F%98%80",
    "%E2%80%AE",
    "%ED%A0%80",
    "%FF",
    "%",
    "%2F",
    "..%2F..%2Fetc",
    "%252F",
    "a%0Ab",
    "'%20OR%201=1--",
    "-1",
    "9" * 40,
    "None",
    "%20",
]

ROUTES = routes()
WRITING = [(route, verb) for route in ROUTES for verb in ("POST", "PUT") if verb in route.methods]
READING = [route for route in ROUTES if "GET" in route.methods]
NAMED = [route for route in ROUTES if "<" in route.path]

Caller = Callable[[Route], APIClient]


def test_the_walk_sees_the_house() -> None:
    assert len(ROUTES) > 60
    assert {"v1/redemptions", "client/v1/validations", "management/v1/projects"} <= {r.path for r in ROUTES}
    assert {route.path for route in ROUTES} >= WITHOUT_BODY
    assert len(BROKEN) >= 30


@pytest.mark.parametrize(("route", "verb"), WRITING, ids=[f"{verb} {route.path}" for route, verb in WRITING])
def test_broken_bodies(caller: Caller, known: dict[str, str], route: Route, verb: str) -> None:
    client, address, before = caller(route), route.address(known), state()
    taken = []

    for name, (body, content_type) in BROKEN.items():
        answer = client.generic(verb, address, body, content_type=content_type)

        assert_sound(answer, name)
        if answer.status_code < 400:
            taken.append(name)

    if route.path in WITHOUT_BODY:
        return
    assert [name for name in taken if name in NOT_JSON] == []
    if not taken:
        assert state() == before


@pytest.mark.parametrize("route", READING, ids=[route.path for route in READING])
def test_broken_questions(caller: Caller, known: dict[str, str], route: Route) -> None:
    client, address, before = caller(route), route.address(known), state()

    for question in QUESTIONS:
        answer = client.get(f"{address}?{question}")

        assert_sound(answer, question)
        # 403: there are no transactions of a campaign that has no cards.
        assert answer.status_code in (200, 400, 403, 404), (question, answer.content[:200])

    assert state() == before


@pytest.mark.parametrize("route", NAMED, ids=[route.path for route in NAMED])
def test_odd_ids(caller: Caller, known: dict[str, str], route: Route) -> None:
    client, before = caller(route), state()
    names = [name for name in known if f"<{name}>" in route.path]
    for name in names:
        for odd in IDS:
            for verb in sorted(route.methods):
                address = route.address({**known, name: odd})
                body = b"" if verb in ("GET", "DELETE") else b'{"metadata": {"a": 1'

                answer = client.generic(verb, address, body, content_type=JSON)

                assert_sound(answer, (verb, odd))
                if verb != "GET":
                    assert answer.status_code >= 400, (verb, odd, answer.content[:200])
    assert state() == before


@pytest.mark.parametrize("route", ROUTES, ids=[route.path for route in ROUTES])
def test_verbs_that_a_route_does_not_know(caller: Caller, known: dict[str, str], route: Route) -> None:
    client, before = caller(route), state()

    for verb in {"GET", "POST", "PUT", "PATCH", "DELETE", "BREW"} - route.methods:
        answer = client.generic(verb, route.address(known), json.dumps({}), content_type=JSON)

        assert_sound(answer, verb)
        # A client key learns first that it may not.
        expected = (403, 404, 405) if route.path.startswith("client/") else (404, 405)
        assert answer.status_code in expected, (verb, answer.content[:200])

    assert state() == before


@pytest.mark.parametrize("route", ROUTES, ids=[route.path for route in ROUTES])
def test_no_key_no_answer(anonymous: APIClient, known: dict[str, str], route: Route) -> None:
    before = state()

    for verb in route.methods:
        answer: Any = anonymous.generic(verb, route.address(known), b"[" * 100_000, content_type=JSON)

        assert_sound(answer, verb)
        assert answer.status_code == 401, (verb, answer.content[:200])

    assert state() == before
