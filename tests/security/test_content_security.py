"""No page of ours runs a script that is not a file of ours (PROOFS S1).

By day every address is opened, and a fourth of what most models share: empty and refused forms, questions
before deleting, pop-ups, empty lists. With FANFARE_NIGHTLY=1 all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client
from django.urls import get_resolver

from tests import nightly
from tests.security.test_admin_access import ROUTES, address
from tests.security.world import MARK, World, build

POLICY: Final = {
    "default-src 'self'",
    # eval is for unfold's Alpine.js; scripts are files all the same.
    "script-src 'self' 'unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "frame-ancestors 'self'",
    "form-action 'self'",
    "base-uri 'self'",
    "object-src 'none'",
}
# Data that a script of ours reads. A browser runs nothing of it.
DATA_TYPES: Final = {"application/json"}
LINKS: Final = {"href", "src", "action", "formaction", "data", "poster", "srcset", "background"}
LOADED: Final = {"script", "img", "iframe", "embed", "object", "source", "video", "audio", "link", "base"}


class Scripts(HTMLParser):
    """Collects whatever a browser would run that is not a file of ours, or load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.evaluated: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" not in values and values.get("type") not in DATA_TYPES:
            self.found.append(f"script in the page: {values}")
        for name, value in values.items():
            address = value.strip().lower()
            # Alpine's own are `x-on:click`, `@click`: read by a file of ours, which evaluates them.
            if name.startswith(("x-", "@", ":", "hx-on", "hx-vals")):
                self.evaluated.append(value)
            if name.startswith("on"):
                self.found.append(f"<{tag} {name}={value!r}>")
            if name in LINKS and address.startswith(("javascript:", "vbscript:", "data:text")):
                self.found.append(f"<{tag} {name}={value!r}>")
            if tag in LOADED and name in LINKS and address.startswith(("http:", "https:", "//")):
                self.found.append(f"loads {value}")
            if name == "srcdoc":
                self.found.append(f"<{tag} srcdoc>")

    handle_startendtag = handle_starttag


def parsed(text: str) -> Scripts:
    parser = Scripts()
    parser.feed(text)
    parser.close()
    return parser


def scripts_in(text: str) -> list[str]:
    return parsed(text).found


def complaints(answer: Any) -> list[str]:
    """What is wrong with one HTML answer."""
    policy = {part.strip() for part in answer.get("Content-Security-Policy", "").split(";")}
    wrong = [] if policy == POLICY else [f"policy: {sorted(policy)}"]
    if answer.get("X-Frame-Options") != "SAMEORIGIN":
        wrong.append("may be framed")
    if answer.get("X-Content-Type-Options") != "nosniff":
        wrong.append("type may be guessed")
    return wrong + scripts_in(answer.text)


def is_page(answer: Any) -> bool:
    return answer.get("Content-Type", "").startswith("text/html")


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def root(db: None) -> Client:
    """The browser of a superuser."""
    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.create_superuser("root"))
    return browser


def is_due(name: str) -> bool:
    return nightly.is_due(name, one_in=4)


def pages(root: Client, world: World) -> Iterator[tuple[str, Any]]:
    """Every page of the admin, forms that come back with complaints, dialogs, pop-ups, hits of the search."""
    for pattern, route in ROUTES.items():
        path = address(route, world)
        is_form, is_question = pattern.endswith("/add/"), pattern.endswith("/delete/")
        if is_due(pattern) or not (is_form or is_question):
            yield f"GET {path}", root.get(path)
        if is_form and is_due(f"refused {pattern}"):
            yield f"POST {path}", root.post(path, {"name": ""})
        if (is_form or is_question) and is_due(f"pop-up {pattern}"):
            yield f"GET {path} as a pop-up", root.get(path, {"_popup": "1"})
    yield "search", root.get("/admin/search/", {"s": MARK})
    yield "empty list", root.get("/admin/promotions/voucher/", {"q": "nothing-like-this"})


def test_every_page_of_the_admin(root: Client, world: World) -> None:
    answers = [(name, answer) for name, answer in pages(root, world) if is_page(answer)]

    assert {answer.status_code for _, answer in answers} <= {200, 302, 403, 404, 405}
    assert sum(answer.status_code == 200 for _, answer in answers) > 60
    wrong = {name: found for name, answer in answers if (found := complaints(answer))}
    assert wrong == {}


def test_lists_without_a_row(root: Client) -> None:
    """They say what they are for."""
    lists = [
        f"/{pattern}"
        for pattern, route in ROUTES.items()
        if route.name.endswith("_changelist") and is_due(f"empty {pattern}")
    ]

    wrong = {path: found for path in lists if (found := complaints(root.get(path, follow=True)))}

    assert wrong == {}


@pytest.mark.parametrize("path", ["/admin/login/", "/docs", "/nowhere", "/admin/nowhere"])
def test_pages_for_everybody(path: str, db: None) -> None:
    answer = Client(raise_request_exception=False).get(path, follow=True)

    assert is_page(answer)
    assert complaints(answer) == []


def test_what_was_typed_does_not_become_a_script(root: Client, world: World) -> None:
    planted = "'+alert(1)+'\"><script>alert(1)</script><img src=x onerror=alert(1)>"
    row: Any = world["promotions.campaign"]
    type(row).objects.filter(pk=row.pk).update(name=f"{MARK} {planted}", description=planted)
    shown = [
        root.get("/admin/promotions/campaign/"),
        root.get(f"/admin/promotions/campaign/{row.pk}/change/"),
        root.get("/admin/promotions/voucher/"),
        root.get("/admin/search/", {"s": MARK}),
        root.get("/admin/promotions/voucher/", {"q": planted}),
        root.get("/admin/promotions/campaign/", {"_popup": planted, planted: planted}),
        root.get("/admin/promotions/promotiontier/add/", {"campaign": planted, "name": planted}),
        root.post("/admin/promotions/campaign/add/", {"name": planted}),
        Client().get("/admin/login/", {"next": planted}),
        Client().post("/admin/login/", {"username": planted, "password": planted}),
    ]

    # Each shows it, as text.
    assert ["alert(1)" in answer.text for answer in shown[:5]] == [True] * 5
    assert [scripts_in(answer.text) for answer in shown] == [[]] * len(shown)
    # Escaping does not help in what Alpine.js evaluates: nothing of callers may stand there at all.
    assert [[code for code in parsed(answer.text).evaluated if "alert" in code] for answer in shown] == [
        []
    ] * len(shown)


def test_crashes_and_old_forms(root: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    old_form = strict.post("/admin/login/", {"username": "a", "password": "b"})

    def crash(project: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("config.admin_site.speaking_for", crash)
    crashed = root.get("/admin/password_change/")

    assert (old_form.status_code, crashed.status_code) == (403, 500)
    assert complaints(old_form) + complaints(crashed) == []
    assert "planted" not in crashed.text
    assert "Traceback" not in crashed.text
    assert get_resolver().resolve_error_handler(500).__module__ == "core.api.views"


def test_the_page_of_the_locked_out() -> None:
    assert scripts_in(render_to_string("admin/locked_out.html")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "<script>1</script>",
        '<script type="module">1</script>',
        "<script nonce=x>1</script>",
        '<a onclick="1">x</a>',
        "<img src=x onerror=1/>",
        '<a href=" JavaScript:1">x</a>',
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        '<iframe srcdoc="x"></iframe>',
    ],
)
def test_the_parser_sees_what_it_is_for(planted: str) -> None:
    assert len(scripts_in(f"<html><body>{planted}</body></html>")) == 1


@pytest.mark.parametrize(
    "harmless",
    ['<b x-on:click="1" @click="2">', '<script type="application/json">{}</script>', '<script src="/x.js">'],
)
def test_the_parser_lets_ours_pass(harmless: str) -> None:
    assert scripts_in(harmless) == []
