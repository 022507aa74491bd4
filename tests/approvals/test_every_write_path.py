"""Every way of writing, for every kind of key and person: allowed, filed as a request, or refused.

PROOFS X3. A cell of `write_paths.txt` is one letter where no policy can ask for a yes, else two: what happens
while no policy is in force, and what happens while one is that meets everything for everybody.

By day everybody tries every way that may need a yes, and one in three of the others (others than the next
caller); who is refused is not asked again under the policy, and one in three of the filed requests is carried
out. With FANFARE_NIGHTLY=1, or when the table is written anew, everything is tried. Whom each address lets in
is proven on its own: tests/security.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client

from approvals import registry
from approvals.models import ApprovalRequest, Decision
from approvals.selectors import people
from approvals.services import decisions
from core.actors import Role
from core.errors import DomainError
from core.models import ApiKey, ProjectSettings
from tests import nightly
from tests.approvals import digests, write_paths, write_shop
from tests.approvals.world import acting, person, policy
from tests.approvals.write_forms import Forms
from tests.approvals.write_paths import KEYS, PEOPLE, SECTIONS, WritePath
from tests.approvals.write_shop import VARIANTS, WriteShop
from tests.conftest import NOW
from tests.security import world as one_of_each
from tests.security.test_admin_access import render_nothing
from tests.security.test_api_access import caller, key_of

pytestmark = pytest.mark.django_db

EXPECTED: Final = write_paths.read()
IS_WRITTEN_ANEW: Final = "WRITE_PATHS" in os.environ
_IS_ALL: Final = IS_WRITTEN_ANEW or nightly.IS_NIGHTLY
_ASKED_FOR: Final = os.environ.get("WRITE_PATHS", "").split(",")
_FOUND: Final[dict[str, dict[str, dict[str, str]]]] = {name: {} for name in SECTIONS}
_OPERATIONS: Final[dict[str, str]] = {}
_NAMES: Final = {one.name for one in registry.operations()}

# A draft that somebody asks to launch stands in review.
_MOVED_BY_ASKING: Final = {
    "campaigns.launch": {"promotions_campaign"},
    # Conditions that are made for something stay, and wait for it.
    "validation_rules.assign": {
        "promotions_validationrule",
        "promotions_version",
        "promotions_cataloguechange",
    },
    # The file waits with the request.
    "vouchers.import": {"integrations_importfile", "integrations_importchunk"},
}
type Send = Callable[[WritePath], Any]


@pytest.fixture(scope="module", autouse=True)
def _table() -> Iterator[None]:
    """Write down what was found, if that was asked for."""
    yield
    if IS_WRITTEN_ANEW:
        _write_down()


@pytest.fixture
def world(db: None) -> WriteShop:
    ProjectSettings.objects.update(client_redeem_enabled=True, client_events_enabled=True)
    for group in (*PEOPLE[:-1], "Admin", "User"):
        Group.objects.get_or_create(name=group)
    person("rita", "Reviewer")
    person("root2", "Administrator")
    person("fin", "Finance")
    return write_shop.build()


@pytest.mark.parametrize("who", KEYS)
def test_every_call_with_every_key(who: str, world: WriteShop) -> None:
    kind = {"CLIENT": ApiKey.Kind.CLIENT, "MANAGE": ApiKey.Kind.MANAGEMENT}.get(who, ApiKey.Kind.SERVER)
    key = key_of(kind.value, who if who in set(Role) else Role.ADMIN)
    key.save(force_insert=True)
    client = caller(key)

    def send(path: WritePath) -> Any:
        address = write_shop.address(path, world)
        return client.generic(path.method, address, **write_shop.sent(path, world))

    _compare("API", who, _letters("API", who, write_paths.of_the_api(VARIANTS), send, world))


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_as_everybody(who: str, world: WriteShop, monkeypatch: pytest.MonkeyPatch) -> None:
    render_nothing(monkeypatch)
    root = Client(raise_request_exception=False)
    root.force_login(User.objects.create_superuser("root", "root@shop.example", "not-a-real-secret"))
    forms = Forms(root, world, one_of_each.build())
    browser = Client(raise_request_exception=False)
    browser.force_login(person(f"{who}-person", *([] if who == "nobody" else [who])))
    cookies = browser.cookies.copy()

    def send(path: WritePath) -> Any:
        browser.cookies = cookies.copy()
        return browser.post(forms.address(path), forms.filled(path))

    _compare("ADMIN", who, _letters("ADMIN", who, write_paths.of_the_admin(), send, world))


def test_no_way_is_missing_and_none_is_without_a_reason() -> None:
    found = {
        "API": set(write_paths.of_the_api(VARIANTS)),
        "ADMIN": set(write_paths.of_the_admin()),
        "INSIDE": set(write_paths.inside()),
    }

    assert {section: set(EXPECTED[section]) for section in SECTIONS} == found
    unexplained = [
        name for rows in EXPECTED.values() for name, (what, _) in rows.items() if what in {"", "?"}
    ]
    assert unexplained == []


# Of what needs more than a call to be reached: a segment that a running campaign asks for, a grid of drafts.
MET_ELSEWHERE: Final = {
    "budgets.rework": "tests/promotions/wizard/test_edit.py",
    "campaigns.launch_variations": "tests/promotions/services/test_variations.py",
    "campaigns.rework": "tests/promotions/wizard/test_approvals.py",
    "campaigns.update_variations": "tests/promotions/services/test_variations.py",
    "earning_rules.create": "tests/loyalty/test_earning_rule_approvals.py",
    "earning_rules.update": "tests/loyalty/test_earning_rule_approvals.py",
    "loyalty_cards.adjust": "tests/loyalty/services/test_balances.py",
    "loyalty_cards.adjust_pending": "tests/loyalty/services/test_balances.py",
    "loyalty_cards.transfer": "tests/loyalty/services/test_balances.py",
    "loyalty_tiers.create": "tests/loyalty/test_tier_approvals.py",
    "loyalty_tiers.update": "tests/loyalty/test_tier_approvals.py",
    "product_collections.delete": "tests/approvals/test_audiences.py",
    "product_collections.update": "tests/approvals/test_audiences.py",
    "reward_assignments.create": "tests/loyalty/admin/test_programme_changes.py",
    "reward_assignments.update": "tests/loyalty/admin/test_programme_changes.py",
    "rewards.create": "tests/loyalty/admin/test_programme_changes.py",
    "rewards.delete": "tests/loyalty/admin/test_programme_changes.py",
    "rewards.update": "tests/loyalty/admin/test_programme_changes.py",
    "segments.delete": "tests/approvals/test_audiences.py",
    "segments.update": "tests/approvals/test_audiences.py",
    "vouchers.publish_many": "tests/promotions/admin/test_publishing.py",
    "referrer_tiers.create": "tests/referrals/test_tier_approvals.py",
    "referrer_tiers.update": "tests/referrals/test_tier_approvals.py",
}


def test_every_operation_that_may_need_a_yes_is_met() -> None:
    met = {what for rows in EXPECTED.values() for what, _ in rows.values()}

    assert {one.name for one in registry.operations()} - met == set(MET_ELSEWHERE)


def _is_due(section: str, who: str, name: str) -> bool:
    if IS_WRITTEN_ANEW:
        return any(one in name for one in _ASKED_FOR)
    what = EXPECTED[section].get(name, ("?", []))[0]
    return what in _NAMES or what == "?" or nightly.is_due(f"{who} {name}", one_in=3)


def _compare(section: str, who: str, found: dict[str, str]) -> None:
    if IS_WRITTEN_ANEW:
        _FOUND[section][who] = found
        return
    place = SECTIONS[section].index(who)
    expected = {name: cells[place] for name, (_, cells) in EXPECTED[section].items() if name in found}

    assert {name: cell for name, cell in found.items() if cell != expected.get(name)} == {}


def _letters(
    section: str, who: str, paths: dict[str, WritePath], send: Send, world: WriteShop
) -> dict[str, str]:
    """The cell of each path that is due: what happens under the policy; where it asks, first without it."""
    due = [path for name, path in paths.items() if _is_due(section, who, name)]
    asked = [path for path in due if _IS_ALL or _is_let_in(section, who, path.name)]
    under_policy = _tries(asked, send, world, with_policy=True)
    gated = [path for path in due if _is_gated(section, path.name, under_policy.get(path.name))]
    alone = _tries(gated, send, world, with_policy=False)
    return {
        path.name: alone.get(path.name, "") + (under_policy.get(path.name) or alone[path.name])
        for path in due
    }


def _is_let_in(section: str, who: str, name: str) -> bool:
    """Who is refused while no policy is in force is refused under one."""
    cells = EXPECTED[section].get(name, ("?", []))[1] or ["?"] * len(SECTIONS[section])
    return cells[SECTIONS[section].index(who)] != "RR"


def _is_gated(section: str, name: str, letter: str | None) -> bool:
    what = EXPECTED[section].get(name, ("?", []))[0]
    return letter in {"F", None} or name in _OPERATIONS or what in _NAMES


def _tries(paths: list[WritePath], send: Send, world: WriteShop, *, with_policy: bool) -> dict[str, str]:
    """A letter for each: one call, all of which is taken back."""
    with transaction.atomic():
        if with_policy:
            policy("Reviewer", name=write_shop.EVERYTHING)
        usual = _Before()
        found = {path.name: _try(path, send, world, usual, with_policy=with_policy) for path in paths}
        transaction.set_rollback(True)
    return found


class _Before:
    """What there is before a call; looked at when it is asked for, once."""

    @cached_property
    def rows(self) -> dict[str, str]:
        return digests.of_rows()

    @cached_property
    def terms(self) -> str:
        return digests.of_terms()


def _try(path: WritePath, send: Send, world: WriteShop, usual: _Before, *, with_policy: bool) -> str:
    """A allowed, F filed as a request, R refused, - nothing there to be called; else what should never be."""
    with transaction.atomic():
        before = _Before() if write_shop.prepare(path, world) else usual
        tried = _tried(path, send, with_policy=with_policy)
        letter = tried.letter
        if tried.rows:
            letter = _judged(path, tried, before, with_policy=with_policy)
        elif tried.filed:
            letter = "F but nothing was tried"
        elif path.query.startswith("action="):
            letter = "R"  # an action that somebody has not is left undone, without a word
        transaction.set_rollback(True)
    return letter


@dataclass(frozen=True, kw_only=True)
class _Tried:
    """`rows` after the call, where it wrote, and `terms`, where a policy might have asked; `applied`: rows
    after others said yes, where they were asked.
    """

    letter: str
    filed: str = ""
    rows: dict[str, str] = field(default_factory=dict)
    terms: str = ""
    applied: dict[str, str] | None = None


def _tried(path: WritePath, send: Send, *, with_policy: bool) -> _Tried:
    known = list(ApprovalRequest.objects.values_list("pk", flat=True))
    with transaction.atomic():
        with digests.watched() as written:
            letter = _letter(path, send(path))
        filed = ApprovalRequest.objects.exclude(pk__in=known).first()
        found = _Tried(
            letter=letter,
            filed=filed.operation if filed else "",
            rows=digests.of_rows() if written else {},
            terms=digests.of_terms() if written and filed is None and with_policy else "",
            applied=_carried_out(filed) if filed and _is_carried_out(path, filed) else None,
        )
        transaction.set_rollback(True)
    return found


def _judged(path: WritePath, tried: _Tried, before: _Before, *, with_policy: bool) -> str:
    changed = digests.changed(before.rows, tried.rows)
    if not tried.filed:
        if changed and tried.letter == "R":
            return f"R but {changed} changed"
        is_past = with_policy and changed and tried.terms != before.terms
        return "A past the policy" if is_past else tried.letter
    _OPERATIONS[path.name] = tried.filed
    if set(changed) - _MOVED_BY_ASKING.get(tried.filed, set()):
        return f"F but {changed} changed"
    if tried.applied is None:
        return "F"
    if "state" in tried.applied:
        return f"F but {tried.applied['state']}"
    return "F" if digests.changed(before.rows, tried.applied) else "F but nothing came of it"


def _letter(path: WritePath, answer: Any) -> str:
    status = answer.status_code
    if status >= 500:
        return f"{status}"
    if status == 405:
        return "-"
    is_login = status == 302 and "/login/" in answer.get("Location", "")
    is_away = path.route.pattern.startswith("admin/") and status == 404
    return "R" if status in {401, 403} or is_login or is_away else "A"


def _is_carried_out(path: WritePath, request: ApprovalRequest) -> bool:
    return IS_WRITTEN_ANEW or nightly.is_due(f"carried out {request.requester_label} {path.name}", one_in=3)


def _carried_out(request: ApprovalRequest) -> dict[str, str]:
    """The rows after others said yes to what was filed; `{"state": …}` if that did not carry it out."""
    others = [acting(User.objects.get(username=name)) for name in ("rita", "root2")]
    while who := next((one for one in others if people.decides_as(request, one, NOW) is not None), None):
        try:
            request = decisions.decide(
                request_id=request.pk,
                verdict=Decision.Verdict.APPROVE,
                revision=request.revision,
                comment="",
                actor=who,
                now=NOW,
            )
        except DomainError as refusal:
            return {"state": refusal.key}
    is_done = request.state == ApprovalRequest.State.APPLIED
    return digests.of_rows() if is_done else {"state": f"{request.state} {request.error}"}


def _write_down() -> None:
    """What was called now, in the table; the cells of other callers stay."""
    paths = {
        "API": write_paths.of_the_api(VARIANTS),
        "ADMIN": write_paths.of_the_admin(),
        "INSIDE": write_paths.inside(),
    }
    write_paths.write(
        {
            section: {name: (_reason(section, name), _cells(section, name)) for name in paths[section]}
            for section in SECTIONS
        }
    )


def _reason(section: str, name: str) -> str:
    return _OPERATIONS.get(name) or EXPECTED[section].get(name, ("?", []))[0]


def _cells(section: str, name: str) -> list[str]:
    is_gated = _reason(section, name) in _NAMES
    old = EXPECTED[section].get(name, ("?", []))[1] or ["?"] * len(SECTIONS[section])
    cells = [
        _FOUND[section].get(who, {}).get(name, old[place]).replace(" ", "_")
        for place, who in enumerate(SECTIONS[section])
    ]
    return [cell * 2 if is_gated and cell == "R" else cell for cell in cells]
