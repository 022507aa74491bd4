"""All checks, and one consistent view for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from core import project
from promotions.selectors import versions
from promotions.selectors.reconcile import (
    budget_counters,
    cards,
    held,
    rule_counters,
    summaries,
    taken_back,
    wallets,
)
from promotions.selectors.reconcile.comparing import Asked, Check, Difference

_CHECKS: Final = [
    Check(name="vouchers", find=summaries.of_vouchers, is_repairable=True),
    Check(name="tiers", find=summaries.of_tiers, is_repairable=True),
    Check(name="customers", find=summaries.of_customers, is_repairable=True),
    Check(name="counters", find=rule_counters.of_counters, is_repairable=True),
    Check(name="budgets", find=budget_counters.of_budgets, is_repairable=True),
    Check(name="cards", find=cards.of_cards, is_repairable=True),
    Check(name="held-vouchers", find=held.of_vouchers, is_repairable=True),
    Check(name="held-counters", find=held.of_counters, is_repairable=True),
    Check(name="published", find=wallets.of_published, is_repairable=True),
    Check(name="capacity", find=held.of_capacity),
    Check(name="draws", find=budget_counters.of_draws),
    Check(name="ledger", find=cards.of_ledger),
    Check(name="payments", find=cards.of_payments),
    Check(name="rollbacks", find=taken_back.of_rollbacks),
    Check(name="returns", find=taken_back.of_returns),
    Check(name="wallets", find=wallets.of_wallets),
]
VERSIONS: Final = "versions"
CHECKS_BY_NAME: Final = {check.name: check for check in _CHECKS}


def register(*checks: Check) -> None:
    """What the floor above proves of its own tables. From `AppConfig.ready()`."""
    for check in checks:
        if check.name not in CHECKS_BY_NAME:
            _CHECKS.append(check)
            CHECKS_BY_NAME[check.name] = check


def names() -> tuple[str, ...]:
    """What can be asked for: the checks, and `versions` (terms that their newest version does not say)."""
    return (*CHECKS_BY_NAME, VERSIONS)


def differences(*, now: datetime, only: Collection[str] | None = None) -> Iterator[Difference]:
    """Everything that does not say what its rows say, as of one moment, check by check; `only` some of them.

    Inside somebody's transaction each check sees what that sees; else all see the database as it was when
    the first of them began, however long they take and whatever is used meanwhile.
    """
    wanted = names() if only is None else only
    with _one_view():
        asked = Asked(settings=project.current(), now=now)
        for check in _CHECKS:
            if check.name in wanted:
                yield from check.differences(asked)
        if VERSIONS in wanted:
            yield from _drifted()


@contextmanager
def _one_view() -> Iterator[None]:
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # It reads everything there is; a web process's limits are not meant for that.
        cursor.execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; "
            "SET LOCAL work_mem = '64MB'"
        )
        yield


def _drifted() -> Iterator[Difference]:
    for found in versions.drift():
        yield Difference(
            check=VERSIONS,
            noun=str(found.subject),
            pk=0,
            id=found.public_id,
            column="version",
            stored=found.number,
            counted="other terms",
        )
