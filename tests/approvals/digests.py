"""Fingerprints of what is in the database: of every row, and of the terms that customers and money meet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db import connection

from approvals import codec
from approvals.models import Policy, PolicyVersion
from core.models import ProjectSettings
from promotions import approval_contents as contents
from promotions.models import (
    Budget,
    Campaign,
    Category,
    PromotionStack,
    PromotionTier,
    ValidationRule,
    ValidationRuleAssignment,
    Voucher,
)
from promotions.services import stacking_rules

_WRITES: Final = re.compile(r"\s*(?:WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_OF_CATEGORIES: Final[tuple[Any, ...]] = (Campaign, PromotionStack, PromotionTier, Voucher)
_APPS: Final = ("promotions", "commerce", "integrations", "loyalty", "referrals")


@cache
def tables() -> list[str]:
    """All tables of the domain; what core and approvals write about a refused wish is not of them."""
    models = [model for model in apps.get_models(include_auto_created=True) if _is_ours(model)]
    return sorted(model._meta.db_table for model in models)


def of_rows() -> dict[str, str]:
    """Table -> digest of all of its rows, in one statement."""
    parts = [
        f"SELECT '{name}', coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') "  # noqa: S608
        f'FROM "{name}" t'
        for name in tables()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def of_terms() -> str:
    """What a reviewer would see of everything there is, but for what nothing has yet."""
    found: dict[str, Any] = {
        "campaigns": [contents.campaign(pk) for pk in _keys(Campaign)],
        "vouchers": [contents.voucher(pk) for pk in _keys(Voucher)],
        "budgets": [contents.budget(pk) for pk in _keys(Budget)],
        "rules": [contents.rule(pk) for pk in _keys(ValidationRule) if contents.users_of(pk)],
        "categories": [contents.category(pk) for pk in _keys(Category) if _has_members(pk)],
        "assignments": list(
            ValidationRuleAssignment.objects.order_by("pk").values_list(
                "rule", "campaign", "promotion_tier", "voucher"
            )
        ),
        "stacking": stacking_rules.present(),
    }
    return codec.digest(found)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Statements that write to the domain while this is open, also those that are taken back."""
    written: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if _WRITES.match(sql) and any(f'"{name}"' in sql or f" {name} " in sql for name in tables()):
            written.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(note):
        yield written


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name in before if before[name] != after[name]]


def _has_members(category: int) -> bool:
    return any(model._default_manager.filter(category=category).exists() for model in _OF_CATEGORIES)


def _keys(model: Any) -> list[int]:
    return list(model._default_manager.order_by("pk").values_list("pk", flat=True))


def _is_ours(model: Any) -> bool:
    # The settings hold the stacking rules; policies decide who is asked.
    is_of_domain = model._meta.app_label in _APPS or model in (ProjectSettings, Policy, PolicyVersion)
    return is_of_domain and model._meta.managed and not model._meta.proxy
