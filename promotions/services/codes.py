"""Codes: random ones that nobody has yet, and what makes two codes the same. Contract: semantics-core 14.

Random codes come from the operating system (INVARIANTS P2). The unique index decides who gets a code; whoever
loses draws again, so a batch has exactly as many codes as were asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from django.db import connection
from django.db.models import Max

from core import project
from core.errors import DuplicateFound
from core.models import ProjectSettings
from promotions import random_codes
from promotions.code_config import LONGEST_CODE, CodeConfig, InvalidCodeConfig
from promotions.models import Voucher

_ROUNDS: Final = 100
_INSERTED_AT_ONCE: Final = 1000
# Keys of advisory locks: the spelling rule (shared by everybody who makes codes), and one for each pattern.
SPELLING_LOCK: Final = 7_410_101
_PATTERN_LOCK: Final = 7_410_102
_PROMISE_LOCK: Final = 7_410_103


def settled_settings() -> ProjectSettings:
    """The settings, with the promise that the spelling rule stays as it is until this transaction ends.

    Its counterpart is the trigger of migration 0002, which refuses another rule once codes exist.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [SPELLING_LOCK])
    return project.current()


def taken(code: str) -> DuplicateFound:
    return DuplicateFound(f"Duplicated voucher exists with code {code}")


def fill(
    *, config: CodeConfig, count: int, build: Callable[[str], Voucher], settings: ProjectSettings
) -> list[Voucher]:
    """Insert `count` vouchers with fresh codes; `build` makes an unsaved voucher around a code.

    :raises InvalidCodeConfig: too few codes are possible.
    """
    if count > 1:
        lock_form(config)
    check_capacity(config=config, count=count, settings=settings)
    made: list[Voucher] = []
    for _ in range(_ROUNDS):
        missing = count - len(made)
        if missing <= 0:
            return made
        made += insert([build(code) for code in sorted(draw(config, missing))], settings)
    raise InvalidCodeConfig("No free code was found; use a longer pattern or more characters.")


def lock_form(config: CodeConfig) -> None:
    """One batch of a pattern at a time: two could wait for each other's codes in a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_PATTERN_LOCK, _form(config)])


def lock_promises() -> None:
    """One promise of codes at a time, so that each knows of the others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PROMISE_LOCK])


def is_same_form(one: CodeConfig, other: CodeConfig) -> bool:
    """Whether codes of both may meet."""
    return _form(one) == _form(other)


def _form(config: CodeConfig) -> str:
    return f"{config.prefix}{config.pattern}{config.postfix}"


def insert(vouchers: Sequence[Voucher], settings: ProjectSettings) -> list[Voucher]:
    """Insert those whose code is free, in the order given; returns them."""
    for voucher in vouchers:
        voucher.code_key = project.code_key(voucher.code, settings)
    Voucher.objects.bulk_create(vouchers, ignore_conflicts=True, batch_size=_INSERTED_AT_ONCE)
    keys = dict(
        Voucher.objects.filter(public_id__in=[v.public_id for v in vouchers]).values_list("public_id", "pk")
    )
    made = [voucher for voucher in vouchers if voucher.public_id in keys]
    for voucher in made:
        voucher.pk = keys[voucher.public_id]
    return made


def draw(config: CodeConfig, count: int) -> list[str]:
    """`count` different random codes of this form; taken ones may be among them.

    The caller has checked that there are so many.
    """
    drawn: set[str] = set()
    while len(drawn) < count:
        drawn.update(random_codes.draw(config, count - len(drawn)))
    return list(drawn)


def check_capacity(*, config: CodeConfig, count: int, settings: ProjectSettings, promised: int = 0) -> None:
    """Half of all possible codes must stay free, or drawing and guessing both get too easy.

    `promised` of the same form are still being made by jobs.

    :raises InvalidCodeConfig: fewer than 2 × (existing + promised + wanted) codes are possible.
    """
    capacity = config.capacity(ignore_case=settings.case_insensitive_codes)
    if len(config.prefix) + len(config.pattern) + len(config.postfix) > LONGEST_CODE:
        raise InvalidCodeConfig(f"A code may have at most {LONGEST_CODE} characters.")
    newest: int = Voucher.objects.aggregate(newest=Max("pk"))["newest"] or 0
    wanted = promised + count
    if capacity >= 2 * (newest + wanted):
        return
    existing = 0 if capacity < 2 * wanted else _existing(config, settings, most=capacity // 2 + 1)
    if capacity < 2 * (existing + wanted):
        others = f", {promised:,} are being made" if promised else ""
        raise InvalidCodeConfig(
            f"The pattern allows {capacity:,} codes, {existing:,} exist{others}, {count:,} more are wanted: "
            f"at least {2 * (existing + wanted):,} must be possible. Use more # in the pattern, more "
            "characters, or fewer codes."
        )


def _existing(config: CodeConfig, settings: ProjectSettings, *, most: int) -> int:
    """How many codes of this form there are, up to `most`; an index finds those with its beginning."""
    shape = "^" + re.escape(config.prefix) + config.regex() + re.escape(config.postfix) + "$"
    lookup = "code_key__iregex" if settings.case_insensitive_codes else "code_key__regex"
    begins = project.code_key(config.beginning, settings)
    rows = Voucher.objects.filter(released_at=None, code_key__startswith=begins, **{lookup: shape})
    return rows.order_by()[:most].count()
