"""Pages of the admin among many rows: time of the server.

Every list, the page of one object of each kind, and the pages of no model are opened by the test client in
this process, so that there is nothing but our work and the database's in a figure.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import Final

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from tests.bench import admin_rows
from tests.bench.admin_rows import Size
from tests.config.admin_pages import pages

ROUNDS: Final = 5
MOST_MILLISECONDS: Final = 500
SHOWN: Final = 20


@dataclass(frozen=True, kw_only=True)
class Page:
    """`median` and `worst` of the rounds, in milliseconds; the first visit fills caches and is not one."""

    name: str
    median: float
    worst: float


def table(*, quick: bool, size: Size | None = None) -> str:
    call_command("migrate", verbosity=0, interactive=False)
    size = size or (Size().divided(20) if quick else Size())
    found = measured(size)
    slowest = sorted(found, key=lambda page: page.median, reverse=True)[:SHOWN]
    lines = [
        f"| the {len(slowest)} slowest of {len(found)} pages, among {size.campaigns:,} campaigns, "
        f"{size.codes:,} codes, {size.orders:,} orders | median | worst of {ROUNDS} |",
        "|---|---:|---:|",
        *(f"| {page.name} | {page.median:.0f} ms | {page.worst:.0f} ms |" for page in slowest),
        "",
        "| target | wanted | measured | reached |",
        "|---|---:|---:|---:|",
        _target("median of the slowest page", max(page.median for page in found)),
        _target("worst visit of all", max(page.worst for page in found)),
    ]
    return "\n".join(lines) + "\n"


def measured(size: Size) -> list[Page]:
    rows = admin_rows.fill(size)
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser("bench"))
    return [_visited(browser, name, address) for name, address in pages(rows)]


def _visited(browser: Client, name: str, address: str) -> Page:
    _open(browser, address)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        _open(browser, address)
        times.append((time.perf_counter() - began) * 1000)
    return Page(name=name, median=statistics.median(times), worst=max(times))


def _open(browser: Client, address: str) -> None:
    answer = browser.get(address)
    if answer.status_code not in {200, 302}:
        raise RuntimeError(f"{address}: {answer.status_code}")


def _target(what: str, milliseconds: float) -> str:
    reached = "yes" if milliseconds <= MOST_MILLISECONDS else "**no**"
    return f"| {what} | {MOST_MILLISECONDS} ms | {milliseconds:.0f} ms | {reached} |"
