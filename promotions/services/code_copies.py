"""Codes by the million: copied into the table at the speed of PostgreSQL, each of them checked by its index.

Where taken codes are next to impossible the rows go straight into the table, and the unique index vouches for
them. Where not, or where one was taken after all, they go past a table that lasts for the transaction, and
what is taken stays behind. Either way there are exactly as many new codes as were asked for, or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, Final

from django.db import IntegrityError, connection, models, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import errors
from psycopg.abc import Transformer as AnyTransformer
from psycopg.adapt import PyFormat, Transformer

from core import project
from core.ids import new_ids
from core.models import ProjectSettings
from promotions import random_codes
from promotions.code_config import CodeConfig, InvalidCodeConfig
from promotions.models import Voucher

_TABLE: Final = Voucher._meta.db_table
_STAGE: Final = "new_codes"
_SMALL_SPACES: Final = 7_410_025
_ROUNDS: Final = 100
_SENT_AT_ONCE: Final = 2000
_ROOMY: Final = 10**6
"""So many possible codes for each that exists: one in a hundred slices of ten thousand meets a taken one."""
_OWN: Final = ("id", "public_id", "code", "code_key")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def fill(*, config: CodeConfig, count: int, pattern: Voucher, settings: ProjectSettings) -> list[int]:
    """Insert `count` vouchers like the unsaved `pattern` with fresh codes; returns their primary keys.

    The caller holds the lock of the codes' form, or two of them could wait for each other in a circle.

    :raises InvalidCodeConfig: there are not so many free codes left.
    """
    made: list[int] = []
    shape = _Shape(pattern)
    is_roomy = _is_roomy(config, count, settings)
    for _ in range(_ROUNDS):
        if len(made) == count:
            return made
        fresh = _draw(config, count - len(made), settings)
        ids = _ids(len(fresh))
        lines = list(_lines(shape, ids, fresh))
        if is_roomy and _copied(shape, lines):
            made += ids
        else:
            made += _copied_past_stage(shape, lines)
    if len(made) == count:
        return made
    raise InvalidCodeConfig("No free code was found; use a longer pattern or more characters.")


class _Shape:
    """What all the rows have in common: their columns, and the text behind each one's own."""

    def __init__(self, pattern: Voucher) -> None:
        self.names: list[str] = list(_OWN)
        values: list[str] = []
        transformer = Transformer.from_context(connection.connection)
        for field in Voucher._meta.concrete_fields:
            if field.name in _OWN:
                continue
            value = field.get_db_prep_save(getattr(pattern, field.attname), connection)
            if value is not None:
                self.names.append(str(field.column))
                values.append(_text(transformer, value))
        self.rest = "\t".join(["", *values]) + "\n"

    @property
    def columns(self) -> str:
        return ", ".join(self.names)


def _text(transformer: AnyTransformer, value: Any) -> str:
    dumped = transformer.get_dumper(value, PyFormat.TEXT).dump(value)
    return bytes(dumped or b"").decode().translate(_ESCAPES)


def _is_roomy(config: CodeConfig, count: int, settings: ProjectSettings) -> bool:
    newest: int = Voucher.objects.aggregate(newest=models.Max("pk"))["newest"] or 0
    return config.capacity(ignore_case=settings.case_insensitive_codes) >= _ROOMY * (newest + count)


def _draw(config: CodeConfig, count: int, settings: ProjectSettings) -> Mapping[str, str]:
    """Up to `count` codes that differ from each other, by their keys and in the order of them: an index grows
    faster in its own order.
    """
    drawn = random_codes.draw(config, count)
    return dict(sorted((project.code_key(code, settings), code) for code in drawn))


def _ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id')::regclass)) FROM generate_series(1, %s)",
            [_TABLE, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _lines(shape: _Shape, ids: Sequence[int], codes: Mapping[str, str]) -> Iterator[str]:
    prefix, length = _id_parts()
    names = new_ids(prefix, len(ids), length)
    for pk, name, (key, code) in zip(ids, names, codes.items(), strict=True):
        yield f"{pk}\t{name}\t{code.translate(_ESCAPES)}\t{key.translate(_ESCAPES)}{shape.rest}"


def _id_parts() -> tuple[str, int]:
    field: Any = Voucher._meta.get_field("public_id")
    return field.prefix, field.length


def _copied(shape: _Shape, lines: Sequence[str]) -> bool:
    """Copy the rows into the table; False if one of their codes is taken, and then none is there."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            _copy(cursor, f"COPY {_TABLE} ({shape.columns}) FROM STDIN", lines)
    except IntegrityError as error:
        if not isinstance(error.__cause__, errors.UniqueViolation):
            raise
        return False
    return True


def _copied_past_stage(shape: _Shape, lines: Sequence[str]) -> list[int]:
    """Copy the rows whose codes are free; returns their primary keys.

    One transaction after the other: two that draw again and again from one small space would wait for each
    other's codes in a ring.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SMALL_SPACES])
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {_STAGE} (LIKE {_TABLE} INCLUDING DEFAULTS) ON COMMIT DROP"
        )
        cursor.execute(f"TRUNCATE {_STAGE}")
        _copy(cursor, f"COPY {_STAGE} ({shape.columns}) FROM STDIN", lines)
        cursor.execute(
            f"INSERT INTO {_TABLE} ({shape.columns}) SELECT {shape.columns} FROM {_STAGE} "  # noqa: S608
            'ORDER BY code_key COLLATE "C" ON CONFLICT DO NOTHING RETURNING id'
        )
        return [pk for (pk,) in cursor.fetchall()]


def _copy(cursor: CursorWrapper, statement: str, lines: Sequence[str]) -> None:
    # Django leaves the errors of COPY as psycopg raises them.
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        for some in batched(lines, _SENT_AT_ONCE):
            copy.write("".join(some))
