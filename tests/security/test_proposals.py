"""What a role may only ask for: nothing behind it is done, and nothing else opens by it (INVARIANTS A3)."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any, Final

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group, User
from django.test import Client
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest
from core.actors import _PROPOSED, Role, role_allows
from core.admin.base import ModelAdmin
from core.admin.pages import ReadOnlyPageAdmin
from core.api.permissions import _DEFAULT_ACTIONS
from integrations.services import exports
from promotions.models import Budget, Voucher
from promotions.services import publications, reverting
from tests.factories.budgets import BudgetFactory
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import VoucherFactory, percent
from tests.security.routes import walked

OURS: Final = ("core.", "approvals.", "integrations.", "commerce.", "promotions.", "config.")
PROPOSED: Final = frozenset().union(*_PROPOSED.values())
VERBS: Final = {"read", "export", "create", "modify", "delete"}
# Buttons on pages of proposed things that ask for another right, which nobody only proposes.
WITH_ANOTHER_RIGHT: Final[dict[Callable[..., Any], str]] = {
    publications.publish: "vouchers.publish",
    exports.request: "vouchers.export",
}


def handlers() -> Iterator[tuple[str, FunctionType]]:
    """Every method of a view that asks for a permission which some role only proposes."""
    for route in walked():
        view = getattr(route.callback, "view_class", None) or getattr(route.callback, "cls", None)
        if not getattr(view, "resource", ""):
            continue
        for verb in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            action = view.actions.get(verb) or _DEFAULT_ACTIONS[verb]
            handler = getattr(view, verb.lower(), None)
            if f"{view.resource}.{action}" in PROPOSED and handler is not None:
                yield f"{verb} {route.pattern}", handler


def pages() -> Iterator[ModelAdmin]:
    """Every page of the admin of a thing that some role only proposes to change, also those to read only."""
    resources = {permission.rpartition(".")[0] for permission in PROPOSED}
    for page in admin.site._registry.values():
        if isinstance(page, ModelAdmin) and (page.resource or page.opts.model_name) in resources:
            yield page


def forms() -> Iterator[ModelAdmin]:
    yield from (page for page in pages() if not isinstance(page, ReadOnlyPageAdmin))


def services_of(*functions: Any) -> set[Callable[..., Any]]:
    """The services that these functions call, themselves or by helpers beside them."""
    found: set[Callable[..., Any]] = set()
    seen: set[Any] = set()
    waiting = list(functions)
    while waiting:
        function = inspect.unwrap(waiting.pop())
        if function in seen or not function.__module__.startswith(OURS):
            continue
        seen.add(function)
        for used in _used_by(function):
            if used is reverting.revert:
                # Chosen by the kind of thing: each goes through the services of every change.
                waiting.extend(service for _, service in reverting.SUBJECTS.values())
                continue
            module = getattr(used, "__module__", None) or ""
            if ".services." in module:
                found.add(used)
            elif module.startswith(OURS) and isinstance(used, FunctionType):
                waiting.append(used)
    return found


def _used_by(function: FunctionType) -> Iterator[Any]:
    """What a function names: `vouchers.update`, `_changed`, and methods of `self` by their class's name."""
    if function.__name__ == "<lambda>":
        # Its source begins in the middle of something: every pair of its names is looked up instead.
        names = function.__code__.co_names
        found = [function.__globals__.get(name) for name in names]
        yield from found
        yield from (
            getattr(one, name, None) for one in found if isinstance(one, ModuleType) for name in names
        )
        return
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        # Made by `dataclass`: it keeps its arguments and does no more.
        assert function.__name__.startswith("__"), function
        return
    owner = _owner(function)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield function.__globals__.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            base = function.__globals__.get(node.value.id)
            if isinstance(base, ModuleType):
                yield getattr(base, node.attr, None)
            elif node.value.id == "self" and owner is not None:
                yield getattr(owner, node.attr, None)


def _owner(function: FunctionType) -> Any:
    parts = function.__qualname__.split(".")
    return function.__globals__.get(parts[0]) if len(parts) == 2 else None


def changes_something(service: Callable[..., Any]) -> bool:
    """Whoever changes something has to say who does it. Requests themselves are what the gate is made of."""
    is_of_the_gate = service.__module__.startswith("approvals.")
    return (
        inspect.isroutine(service) and not is_of_the_gate and "actor" in inspect.signature(service).parameters
    )


def test_every_proposed_view_calls_a_service_with_a_gate_and_no_other() -> None:
    found = {}
    for name, handler in handlers():
        changing = {service for service in services_of(handler) if changes_something(service)}
        gates = {getattr(service, "gate", None) for service in changing}
        found[name] = gates

    assert len(found) >= 9
    assert {name for name, gates in found.items() if not gates or None in gates} == set()


def test_every_proposed_page_calls_services_with_a_gate_and_no_others() -> None:
    for page in forms():
        own = [
            function
            for kind in type(page).__mro__
            if kind.__module__.startswith(OURS)
            for function in vars(kind).values()
            if isinstance(function, FunctionType)
        ]
        called = services_of(*own) - WITH_ANOTHER_RIGHT.keys()
        changing = {service for service in called if changes_something(service)}
        without = {service.__qualname__ for service in changing if not hasattr(service, "gate")}

        assert len(changing) >= 4, page
        assert without == set(), page
        assert type(page).save_model.__module__.startswith("promotions."), page
        assert not page.inlines, page
    assert not PROPOSED & set(WITH_ANOTHER_RIGHT.values())
    assert {page.opts.model_name for page in forms()} == {"budget", "voucher"}


def test_what_is_only_shown_has_no_buttons_for_those_who_may_only_ask() -> None:
    """Their buttons ask for rights that nobody proposes (`vouchers.publish`), so that no gate has to wait.

    Points are moved in dialogs of their own, which wait for the gate (`loyalty.admin.member_moves`).
    """
    shown = [
        page for page in pages() if isinstance(page, ReadOnlyPageAdmin) and page.opts.app_label != "loyalty"
    ]
    asked = {
        (page.opts.model_name, permission)
        for page in shown
        for name in (*page.actions_detail, *page.actions_row, *page.actions_list)
        for permission in getattr(getattr(page, name), "allowed_permissions", [])
    }

    assert asked == {("publicationrun", "publish")}


def test_only_changes_are_proposed_and_only_by_those_who_may_not() -> None:
    for role, permissions in _PROPOSED.items():
        for permission in permissions:
            assert not role_allows(role, permission), permission
            assert permission.rpartition(".")[2] in VERBS - {"read", "export"}, permission
    assert set(_PROPOSED) == {Role.USER, Role.USER_RESTRICTED, Role.SUPPORT}


# The same, done: every proposed call leaves everything as it was, and a request.


@pytest.fixture(autouse=True)
def _somebody_who_may(db: None) -> None:
    for name in ("Admin", "Finance"):
        User.objects.create_user(f"{name}-who-may", is_staff=True).groups.add(Group.objects.get(name=name))


def state() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Budget, Voucher)]


def asked(operation: str) -> ApprovalRequest:
    request = ApprovalRequest.objects.get()
    assert request.operation == operation
    return request


@pytest.mark.parametrize(
    ("role", "method", "path", "body", "operation"),
    [
        ("USER", "post", "/v1/budgets", {"name": "New", "limit": 2}, "budgets.create"),
        ("USER", "put", "/v1/budgets/{budget}", {"limit": 2}, "budgets.update"),
        ("USER", "delete", "/v1/budgets/{budget}", None, "budgets.delete"),
        ("SUPPORT", "put", "/v1/vouchers/TEN", {"discount": percent(90)}, "vouchers.update"),
        ("SUPPORT", "post", "/v1/vouchers/TEN/disable", None, "vouchers.switch"),
        ("SUPPORT", "post", "/v1/vouchers/GIFT/balance", {"amount": 700}, "vouchers.adjust"),
    ],
)
def test_a_key_that_may_only_ask_changes_nothing(
    role: str, method: str, path: str, body: Any, operation: str, api_as: Callable[[str], APIClient]
) -> None:
    budget = BudgetFactory(name="Spring", limit=1)
    VoucherFactory(code="TEN", discount=percent(10))
    GiftCardFactory(code="GIFT", gift_amount=5_000)
    before = state()

    answer = getattr(api_as(role), method)(path.format(budget=budget.public_id), body)

    assert (answer.status_code, answer.json()["key"]) == (403, "approval_required")
    assert answer.json()["resource_id"] == asked(operation).public_id
    assert state() == before


@pytest.mark.parametrize(
    ("group", "label", "action", "operation"),
    [
        ("User", "budget", "disable", "budgets.switch"),
        ("Marketer", "budget", "to_bin", "budgets.delete"),
        ("Support", "voucher", "disable", "vouchers.switch"),
    ],
)
def test_a_person_who_may_only_ask_changes_nothing(
    group: str, label: str, action: str, operation: str
) -> None:
    row = BudgetFactory(name="Spring", limit=1) if label == "budget" else VoucherFactory(code="TEN")
    someone = User.objects.create_user("somebody", is_staff=True)
    someone.groups.add(Group.objects.get(name=group))
    browser = Client(raise_request_exception=False)
    browser.force_login(someone)
    before = state()

    answer = browser.post(f"/admin/promotions/{label}/{row.pk}/{action}/", {"_form_submitted": "on"})

    assert answer.status_code == 200
    assert asked(operation).requester_label == "somebody"
    assert state() == before


def test_several_at_once_are_asked_for_one_by_one() -> None:
    pks = [VoucherFactory(code=code).pk for code in ("TEN", "TWENTY")]
    browser = Client(raise_request_exception=False)
    someone = User.objects.create_user("somebody", is_staff=True)
    someone.groups.add(Group.objects.get(name="Support"))
    browser.force_login(someone)

    page = browser.post(
        "/admin/promotions/voucher/",
        {"action": "disable_chosen", ACTION_CHECKBOX_NAME: pks},
        follow=True,
    )

    said = [str(message) for message in page.context["messages"]]
    assert sorted(text.partition(":")[0] for text in said) == ["TEN", "TWENTY"]
    assert all("Nothing was changed yet." in text for text in said)
    assert ApprovalRequest.objects.count() == 2
    assert Voucher.objects.filter(is_active=True).count() == 2
