"""Forged forms, stolen sessions, false hosts, foreign frames, leading astray (PROOFS S4)."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.actors import Actor
from core.models import ApiKey
from core.services import api_keys
from tests.conftest import NOW
from tests.security.test_admin_access import CONFIRMED, ROUTES, WRITES, address
from tests.security.world import build

LOGIN: Final = "/admin/login/"
RIGHT: Final = "a-right-password-2026"
TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_superuser("anna", password=RIGHT)


def strict(**extra: Any) -> Client:
    """A browser with the guard against forged forms, as in production."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False, **extra)


def sign_in(browser: Client, **extra: Any) -> Any:
    token = TOKEN.search(browser.get(LOGIN).text)
    assert token is not None
    body = {"username": "anna", "password": RIGHT, "csrfmiddlewaretoken": token[1], **extra}
    return browser.post(LOGIN, body)


def test_no_address_of_the_admin_takes_a_forged_form(anna: User) -> None:
    world = build()
    browser = strict()
    browser.force_login(anna)
    wrong: dict[str, Any] = {}
    for pattern, route in ROUTES.items():
        with CaptureQueriesContext(connection) as queries:
            answer = browser.post(address(route, world), CONFIRMED)
        writes = [query["sql"] for query in queries if WRITES.match(query["sql"])]
        if answer.status_code != 403 or "This form is too old" not in answer.text or writes:
            wrong[pattern] = (answer.status_code, writes)

    assert wrong == {}


def test_forms_of_ours_are_taken(anna: User) -> None:
    """The counter-proof: the same, with the token of the page."""
    browser = strict()
    assert sign_in(browser).status_code == 302
    token = TOKEN.search(browser.get("/admin/core/apikey/add/").text)
    assert token is not None

    made = browser.post(
        "/admin/core/apikey/add/",
        {"name": "Till", "kind": "server", "role": "VIEWER", "csrfmiddlewaretoken": token[1]},
    )

    assert made.status_code == 200
    assert ApiKey.objects.get().name == "Till"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_forms_of_other_origins_are_refused_in_spite_of_a_token(origin: str, anna: User) -> None:
    browser = strict()
    sign_in(browser)
    token = TOKEN.search(browser.get("/admin/password_change/").text)
    assert token is not None

    answer = browser.post(
        "/admin/core/apikey/add/",
        {"name": "Till", "kind": "server", "role": "ADMIN", "csrfmiddlewaretoken": token[1]},
        headers={"Origin": origin},
    )

    assert (answer.status_code, ApiKey.objects.count()) == (403, 0)


@pytest.mark.parametrize("path", ["/v1/campaigns", "/client/v1/validations", "/management/v1/projects"])
def test_a_session_of_the_admin_opens_no_api(path: str, anna: User) -> None:
    """So no other site can make a browser of ours call it."""
    browser = Client()
    browser.force_login(anna)

    assert browser.post(path, {}, content_type="application/json").status_code == 401
    assert browser.get(path).status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "http://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://testserver@evil.example/",
        "https://testserver.evil.example/",
        " https://evil.example",
        "\thttps://evil.example",
    ],
)
def test_the_login_leads_nowhere_else(target: str, anna: User) -> None:
    for browser, send in ((Client(), "post"), (Client(), "query")):
        body = {"username": "anna", "password": RIGHT, **({"next": target} if send == "post" else {})}
        query = {"next": target} if send == "query" else {}
        answer = browser.post(LOGIN, body, query_params=query)

        assert (answer.status_code, answer["Location"]) == (302, "/admin/")
        again = browser.get(LOGIN, {"next": target})
        assert (again.status_code, again["Location"]) == (302, "/admin/")


def test_a_line_break_makes_no_second_header(anna: User) -> None:
    target = "/admin/\r\nSet-Cookie: planted=1"

    answer = Client().post(LOGIN, {"username": "anna", "password": RIGHT, "next": target})

    assert answer["Location"] == "/admin/%0D%0ASet-Cookie:%20planted=1"
    assert "planted" not in answer.cookies


def test_the_login_leads_to_the_page_that_was_wanted(anna: User) -> None:
    wanted = Client().get("/admin/promotions/campaign/?q=summer")["Location"]
    answer = Client().post(
        wanted, {"username": "anna", "password": RIGHT, "next": "/admin/promotions/campaign/"}
    )

    assert wanted == "/admin/login/?next=/admin/promotions/campaign/%3Fq%3Dsummer"
    assert answer["Location"] == "/admin/promotions/campaign/"


def test_a_login_begins_a_new_session(anna: User) -> None:
    """Whoever planted the cookie of a session does not get into it afterwards."""
    browser = Client()
    session = browser.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    token_before = browser.get(LOGIN).cookies["csrftoken"].value

    answer = browser.post(LOGIN, {"username": "anna", "password": RIGHT})

    fresh = answer.cookies["sessionid"].value
    assert fresh != planted
    assert not Session.objects.filter(session_key=planted).exists()
    assert answer.cookies["csrftoken"].value != token_before
    attacker = Client()
    attacker.cookies["sessionid"] = planted
    assert attacker.get("/admin/").status_code == 302


def test_an_invented_session_is_not_taken(db: None) -> None:
    browser = Client()
    browser.cookies["sessionid"] = "a" * 32

    answer = browser.get("/admin/")

    assert answer.status_code == 302
    assert not Session.objects.filter(session_key="a" * 32).exists()


def test_a_session_ends_at_logout_with_a_new_password_and_with_the_account(anna: User) -> None:
    browsers = [Client() for _ in range(3)]
    for browser in browsers:
        browser.post(LOGIN, {"username": "anna", "password": RIGHT})
    stolen = browsers[0].cookies["sessionid"].value

    assert browsers[0].get("/admin/logout/").status_code == 405
    browsers[0].post("/admin/logout/")
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get("/admin/").status_code == 302

    body = {"old_password": RIGHT, "new_password1": "another-2026-word", "new_password2": "another-2026-word"}
    assert browsers[1].post("/admin/password_change/", body).status_code == 302
    assert browsers[1].get("/admin/").status_code == 200
    assert browsers[2].get("/admin/").status_code == 302

    User.objects.update(is_active=False)
    assert browsers[1].get("/admin/").status_code == 302


def test_cookies_are_out_of_reach(anna: User, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    answer = Client().post(LOGIN, {"username": "anna", "password": RIGHT}, secure=True)

    session, csrf = answer.cookies["sessionid"], answer.cookies["csrftoken"]
    assert (session["httponly"], session["samesite"], session["secure"]) == (True, "Lax", True)
    assert (csrf["samesite"], csrf["secure"]) == ("Lax", True)
    assert session["max-age"] == 12 * 60 * 60


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/v1/campaigns", "/docs", "/nowhere"])
@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "*"])
def test_other_hosts_are_refused(path: str, host: str, db: None) -> None:
    answer = Client(raise_request_exception=False).get(path, headers={"Host": host})

    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert not answer.has_header("Location")


def test_a_forwarded_host_is_not_believed(db: None) -> None:
    forwarded = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example",
    }
    browser = Client()

    answer = browser.get("/admin/", headers=forwarded)

    assert answer["Location"] == "/admin/login/?next=/admin/"
    assert answer.wsgi_request.get_host() == "testserver"
    assert answer.wsgi_request.is_secure() is False
    assert "evil" not in browser.get("/openapi.json", headers=forwarded).text


@pytest.mark.parametrize("path", ["/admin/login/", "/docs", "/nowhere", "/v1/campaigns", "/openapi.json"])
def test_headers_that_browsers_obey(path: str, db: None) -> None:
    answer = Client(raise_request_exception=False).get(path)

    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_plain_http_is_sent_to_https(settings: Any, db: None) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    browser = Client()

    plain, probe = browser.get("/admin/"), browser.get("/healthz")
    safe = browser.get("/admin/login/", secure=True)

    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/admin/")
    assert probe.status_code == 200
    assert safe["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_other_sites_cannot_read_answers_of_the_server_api(db: None) -> None:
    issued = api_keys.create(name="shop", actor=Actor.system("tests"), now=NOW)
    answer = Client().get(
        "/v1/campaigns",
        headers={
            "X-App-Id": issued.key.app_id,
            "X-App-Token": issued.token,
            "Origin": "https://evil.example",
        },
    )

    assert answer.status_code == 200
    assert [name for name in answer.headers if name.lower().startswith("access-control")] == []
