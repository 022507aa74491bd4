"""All ways of writing, found in the URL configuration and in the registries: no list of ours can forget one.

What is expected of each stands in `write_paths.txt`, for people to review. It is written anew by

    WRITE_PATHS= python -m pytest tests/approvals/test_every_write_path.py -n 0

or, for paths that hold one of some texts, by `WRITE_PATHS=budgets,revert`. Then every `?` in it has to become
a reason.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory

from core.actors import Role
from integrations import registry as jobs
from tests.security.routes import Route, admin_routes, api_routes

FILE: Final = Path(__file__).with_name("write_paths.txt")
KEYS: Final = (*Role, "CLIENT", "MANAGE")
PEOPLE: Final = (
    "Administrator", "Marketer", "Finance", "Reviewer", "Support", "Merchant", "Viewer", "nobody",
)  # fmt: skip
SECTIONS: Final = {"API": KEYS, "ADMIN": PEOPLE, "INSIDE": ()}
_WRITING: Final = ("post", "put", "patch", "delete")

Rows = dict[str, dict[str, tuple[str, list[str]]]]
"""Section -> path -> (operation or reason, cells of the callers)."""


@dataclass(frozen=True, kw_only=True)
class WritePath:
    """`query` belongs to the address (in lists of the admin, `action=…` is sent in the form); `variant` tells
    calls with other bodies apart.
    """

    method: str
    route: Route
    query: str = ""
    variant: str = ""

    @property
    def name(self) -> str:
        return f"{self.call}{f' ({self.variant})' if self.variant else ''}"

    @property
    def call(self) -> str:
        return f"{self.method} {self.route.pattern}{f'?{self.query}' if self.query else ''}"


def of_the_api(variants: Mapping[str, Mapping[str, Any]]) -> dict[str, WritePath]:
    """Every method of every view that may write, with the ways of calling it that differ. Only the old client
    API writes by reading.

    `variants`: call -> `?query` or name -> body.
    """
    found = []
    for route in api_routes():
        view = getattr(route.callback, "cls", None) or getattr(route.callback, "view_class", None)
        methods = [method.upper() for method in _WRITING if hasattr(view, method)]
        if route.pattern.startswith("client/") and hasattr(view, "get"):
            methods.append("GET")
        found += [WritePath(method=method, route=route) for method in methods]
    for one in list(found):
        for name in variants.get(one.call, {}):
            kind = "query" if name.startswith("?") else "variant"
            found.append(replace(one, **{kind: name.lstrip("?")}))
    return {one.name: one for one in found}


def of_the_admin() -> dict[str, WritePath]:
    """Every address, and every action that can be chosen in a list."""
    found = [WritePath(method="POST", route=route) for route in admin_routes()]
    request = RequestFactory().get("/")
    request.user = User(pk=0, is_superuser=True, is_staff=True)
    request.user._house_groups = set()  # no question to the database
    lists = {f"admin/{m._meta.app_label}/{m._meta.model_name}/": a for m, a in admin.site._registry.items()}
    for one in list(found):
        page = lists.get(one.route.pattern)
        names = page.get_actions(request) if page is not None else {}
        found += [replace(one, query=f"action={name}") for name in names]
    return {one.name: one for one in found}


def inside() -> list[str]:
    """Kinds of background jobs, and commands, of the house."""
    ours = [config for config in apps.get_app_configs() if not config.name.startswith(("django.", "unfold"))]
    commands = [
        f"command {module.name}"
        for config in ours
        if _is_here(config.path) and (package := _commands_of(config.name))
        for module in pkgutil.iter_modules(package.__path__)
    ]
    return sorted([f"job {name}" for name in jobs._types] + commands)


def read() -> Rows:
    """The table, as it was reviewed."""
    rows: Rows = {name: {} for name in SECTIONS}
    section = ""
    for line in FILE.read_text().splitlines():
        if line.startswith("["):
            section = line[1 : line.index("]")]
        elif line.strip() and not line.startswith("#"):
            path, what, *cells = (cell.strip() for cell in line.split("|"))
            assert path not in rows[section], f"{FILE.name} names {path} twice"
            rows[section][path] = (what, cells[0].split() if cells else [])
    return rows


def write(rows: Rows) -> None:
    lines = [line for line in FILE.read_text().splitlines() if line.startswith("#")]
    for section, listed in rows.items():
        lines += ["", f"[{section}]  {' '.join(SECTIONS[section])}".rstrip()]
        wide = max((len(path) for path in listed), default=0)
        broad = max((len(what) for what, _ in listed.values()), default=0)
        lines += [
            f"{path:<{wide}} | {what:<{broad}} | {' '.join(cells)}".rstrip(" |")
            for path, (what, cells) in sorted(listed.items(), key=lambda one: _in_order(one[0]))
        ]
    FILE.write_text("\n".join(lines) + "\n")


def _in_order(path: str) -> tuple[str, str]:
    """By address, then by method."""
    method, _, address = path.partition(" ")
    return address, method


def _commands_of(name: str) -> Any:
    try:
        return importlib.import_module(f"{name}.management.commands")
    except ModuleNotFoundError:
        return None


def _is_here(path: str) -> bool:
    return Path(path).parent == FILE.parents[2]
