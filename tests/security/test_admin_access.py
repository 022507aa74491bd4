"""Every address of the admin, for every kind of person (PROOFS X2).

By day a third of those who may, and a third of those who may not, come to each address with each method,
others to another address; with FANFARE_NIGHTLY=1 everybody comes everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client

from config.admin_site import FanfareAdminSite
from core import audit
from tests import nightly
from tests.conftest import NOW
from tests.security.routes import Route, admin_routes, table
from tests.security.world import MARK, SYSTEM, World, build

PEOPLE: Final = ("nobody", "Viewer", "Reviewer", "Finance", "Merchant", "Support", "User", "Admin", "root")
_READERS: Final = {"Viewer", "Reviewer", "Finance"}
MEANT: Final = {
    "staff": set(PEOPLE),
    "see": {*_READERS, "Merchant", "Support", "User", "Admin", "root"},
    "till": {"Merchant", "Support", "User", "Admin", "root"},
    "work": {"User", "Admin", "root"},
    "counter": {"Merchant", "User", "Admin", "root"},
    "amend": {"Support", "User", "Admin", "root"},
    "money": {"Finance", "User", "Admin", "root"},
    "judge": {"Reviewer", "User", "Admin", "root"},
    "alarm": {"Reviewer", "Finance", "Admin", "root"},
    "survey": {*_READERS, "Admin", "root"},
    "books": {"Finance", "Admin", "root"},
    "export": {*_READERS, "Support", "User", "Admin", "root"},
    "admins": {"Admin", "root"},
    "never": set(),
}
EXPECTED: Final = table("admin_access.txt")
ROUTES: Final = {route.pattern: route for route in admin_routes()}
# What a browser sends when somebody confirms: a dialog, the question before deleting.
BrowserOf = Callable[[str], Client]
CONFIRMED: Final = {"_form_submitted": "on", "post": "yes"}
WRITES: Final = re.compile(r"^(INSERT|UPDATE|DELETE)(?!.*\bdjango_session\b)", re.IGNORECASE | re.DOTALL)


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def browser_of(db: None) -> BrowserOf:
    """`browser_of("Viewer")`: staff in that group; `nobody` is staff without a group, `root` superuser."""

    def sign_in(who: str) -> Client:
        person = User.objects.create_user(f"{who}-person", is_staff=True, is_superuser=who == "root")
        if who not in {"nobody", "root"}:
            person.groups.add(Group.objects.get(name=who))
        browser = Client(raise_request_exception=False)
        browser.force_login(person)
        return browser

    return sign_in


@pytest.fixture
def _unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    render_nothing(monkeypatch)


def render_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights are decided before a page is rendered; rendering, and the menu, take most of the time."""
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")
    monkeypatch.setattr(FanfareAdminSite, "each_context", lambda site, request: {})


# Pages that are no model's, by the first words of their address: whose row they are about.
_ABOUT: Final = {
    "insights.performance": "promotions.campaign",
    "calendar.campaign": "promotions.campaign",
    "calendar.conflicts": "calendar_app.conflict",
    "calendar.tier": "promotions.promotiontier",
}


def address(route: Route, world: World) -> str:
    """The address of the one row of that model."""
    label = ".".join(route.pattern.split("/")[1:3])
    label = _ABOUT.get(label, label)
    pk = str(world[label].pk) if label in world else "1"
    return route.path(object_id=pk, id=pk, app_label="promotions", ref="new", key="type")


def knock(browser: Client, method: str, path: str) -> tuple[int, list[str]]:
    """The status, and what was written to the database; all of it is taken back."""
    cookies = browser.cookies.copy()
    writes: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if WRITES.match(sql):
            writes.append(sql)
        return execute(sql, *args)

    with transaction.atomic(), connection.execute_wrapper(note):
        answer = browser.generic(method, path) if method == "GET" else browser.post(path, CONFIRMED)
        transaction.set_rollback(True)
    browser.cookies = cookies
    return answer.status_code, writes


def is_right(status: int, who: str, level: str) -> bool:
    if level.isdigit():
        return status == int(level)
    if level == "never":
        return status == 403
    return status in ({200, 302} if who in MEANT[level] else {403, 404})


def visitors(method: str, pattern: str, level: str) -> set[str]:
    """Who comes to this address: by day some from either side of the border."""
    inside = MEANT.get(level, set())
    sides = ([who for who in PEOPLE if (who in inside) is side] for side in (True, False))
    return {who for side in sides for who in nightly.some(side, f"{method} {pattern}", one_in=3)}


def test_every_address_is_in_the_table() -> None:
    assert set(ROUTES) == set(EXPECTED)
    assert {len(cells) for cells in EXPECTED.values()} == {2}


def test_by_day_somebody_comes_from_either_side_of_every_border() -> None:
    for pattern, cells in EXPECTED.items():
        for method, level in zip(("GET", "POST"), cells, strict=True):
            came = visitors(method, pattern, level)
            if level in MEANT and level not in {"staff", "never"}:
                assert came & MEANT[level], pattern
                assert came - MEANT[level], pattern
            else:
                assert came, pattern


@pytest.mark.usefixtures("_unrendered")
@pytest.mark.parametrize("who", PEOPLE)
def test_every_person_at_every_address(who: str, world: World, browser_of: BrowserOf) -> None:
    browser = browser_of(who)
    wrong: dict[str, Any] = {}
    for pattern, route in ROUTES.items():
        for method, level in zip(("GET", "POST"), EXPECTED[pattern], strict=True):
            if who not in visitors(method, pattern, level):
                continue
            status, writes = knock(browser, method, address(route, world))
            if not is_right(status, who, level):
                wrong[f"{method} {pattern}"] = status
            if writes and (method == "GET" or status >= 400):
                wrong[f"{method} {pattern} wrote"] = writes

    assert wrong == {}


@pytest.mark.usefixtures("_unrendered")
@pytest.mark.parametrize("who", ["stranger", "customer"])
def test_strangers_see_the_login_only(who: str, world: World) -> None:
    """Without a session, and with one that may not enter here; he comes to every third address by day."""
    browser = Client(raise_request_exception=False)
    if who == "customer":
        person = User.objects.create_user("customer")
        person.groups.add(Group.objects.get(name="Admin"))
        browser.force_login(person)
    wrong: dict[str, Any] = {}
    for pattern, route in ROUTES.items():
        path = address(route, world)
        is_skipped = who == "customer" and not nightly.is_due(pattern, one_in=3)
        if is_skipped or path in {"/admin/login/", "/admin/jsi18n/"}:
            continue
        for method in ("GET", "POST"):
            status, writes = knock(browser, method, path)
            if status != 302 or writes:
                wrong[f"{method} {pattern}"] = (status, writes)

    assert wrong == {}


def hits(browser: Client, term: str) -> set[str]:
    """What the search over everything finds, as addresses."""
    text = browser.get("/admin/search/", {"s": term}).text
    return set(re.findall(r'href="(/admin/[^"]+)"', text))


@pytest.mark.parametrize("who", PEOPLE)
def test_search_and_overview_show_what_the_role_opens(who: str, world: World, browser_of: BrowserOf) -> None:
    browser = browser_of(who)
    addresses = hits(browser, MARK)
    found = {
        label
        for label, row in world.items()
        if f"/admin/{label.replace('.', '/')}/{row.pk}/change/" in addresses
    }
    overview = browser.get("/admin/").text

    shown = {
        *("commerce.customer", "commerce.product", "commerce.productcollection", "commerce.segment"),
        *("promotions.budget", "promotions.campaign", "promotions.distribution"),
        *("promotions.publicationrun", "promotions.voucher"),
    }
    assert found == (set() if who == "nobody" else shown)
    assert (MARK in overview) is (who != "nobody")
    assert all(word not in overview for word in _words_kept_from(who, browser))


def _words_kept_from(who: str, browser: Client) -> list[str]:
    """Addresses in the sidebar and in the search that only admins may open."""
    if who in {"Admin", "root"}:
        return []
    assert hits(browser, "api key") == set()
    return ["/admin/core/apikey/", "/admin/auth/user/", "/admin/auth/group/"]


@pytest.mark.parametrize("who", ["Viewer", "Merchant", "Support", "User", "Admin"])
def test_the_audit_log_keeps_quiet_about_people_and_keys(
    who: str, world: World, browser_of: BrowserOf
) -> None:
    entry = audit.log(
        SYSTEM, "user.created", world["auth.user"], now=NOW, after={"email": f"{MARK}@shop.example"}
    )
    browser = browser_of(who)

    listing = browser.get("/admin/core/auditentry/").text
    page = browser.get(f"/admin/core/auditentry/{entry.pk}/change/", follow=True).text

    assert f"{MARK} key" not in listing or who == "Admin"
    assert (f"/{entry.pk}/change/" in listing, f"{MARK}@shop.example" in page) == (who == "Admin",) * 2
    assert f"{MARK}-code" in listing


RELATIONS: Final = [
    (model, field)
    for model in admin.site._registry
    for field in model._meta.get_fields()
    if field.is_relation and not field.auto_created and field.related_model in admin.site._registry
]


@pytest.mark.parametrize("who", PEOPLE)
def test_autocomplete_finds_what_the_role_opens(who: str, world: World, browser_of: BrowserOf) -> None:
    browser = browser_of(who)
    wrong: dict[str, Any] = {}
    for model, field in RELATIONS:
        label = f"{model._meta.label_lower}.{field.name}"
        answer = browser.get(
            "/admin/autocomplete/",
            {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": field.name,
                "term": MARK,
            },
        )
        listing = f"admin/{field.related_model._meta.label_lower.replace('.', '/')}/"
        may_see = who in MEANT[EXPECTED[listing][0]]
        if answer.status_code != (200 if may_see else 403):
            wrong[label] = answer.status_code

    assert wrong == {}
    assert len(RELATIONS) > 10


@pytest.mark.parametrize("who", ["Viewer", "Admin"])
@pytest.mark.parametrize(
    "path",
    [
        "core/apikey/?secret_hash__startswith=0",
        "core/apikey/?previous_secret_hash__startswith=0",
        "auth/user/?password__startswith=md5",
        "auth/user/?groups__user__password__startswith=md5",
        "auth/group/?user__password__startswith=md5",
    ],
)
def test_filters_do_not_tell_secrets(who: str, path: str, browser_of: BrowserOf) -> None:
    """A filter on a hidden column would tell it letter by letter."""
    answer = browser_of(who).get(f"/admin/{path}")

    assert answer.status_code == (400 if who == "Admin" else 403)
