"""Whole profiles of many customers at once, as they stand in a file (contract: data file 9, customers).

The rows go into a temporary table by COPY, and from there by a handful of statements: what is there is
overwritten, what is not is added, and each has its audit row. No events: bulk writes send no webhooks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from commerce.models import Customer
from commerce.services.bulk import BulkResult, Rejected
from commerce.services.customer_specs import COLUMNS, CustomerSpec, with_dial_code
from core import audit, project
from core.actors import Actor
from core.ids import new_ids
from core.models import AuditEntry
from core.services import metadata_schemas
from core.services.metadata_schemas import MetadataInvalid, Rulebook

_ATTEMPTS: Final = 3
_PROFILE: Final = (*COLUMNS, "metadata")
_STAGED: Final = ("place", "new_id", "wanted_id", "source_id", *_PROFILE)

_CREATE: Final = f"""
DROP TABLE IF EXISTS staged_customers;
CREATE TEMPORARY TABLE staged_customers (
    place integer, new_id text, wanted_id text, source_id text,
    {", ".join(f"{name} text" for name in COLUMNS if name != "birthdate")}, birthdate date,
    metadata jsonb, target bigint,
    was_new boolean NOT NULL DEFAULT false, is_done boolean NOT NULL DEFAULT false
) ON COMMIT DROP
"""
_FIND: Final = """
UPDATE staged_customers AS row SET target = stored.id FROM commerce_customer AS stored
WHERE NOT row.is_done AND row.wanted_id IS NULL AND stored.source_id = row.source_id;
UPDATE staged_customers AS row SET target = stored.id FROM commerce_customer AS stored
WHERE NOT row.is_done AND stored.public_id = row.wanted_id
"""
# In the order of keys, like everybody else; deleted meanwhile means that there is no target any more.
_LOCK: Final = """
WITH held AS MATERIALIZED (
    SELECT id, deleted_at FROM commerce_customer
    WHERE id = ANY (ARRAY(SELECT target FROM staged_customers WHERE NOT is_done AND target IS NOT NULL))
    ORDER BY id FOR UPDATE
)
SELECT row.place, row.target IS NULL FROM staged_customers AS row LEFT JOIN held ON held.id = row.target
WHERE NOT row.is_done AND (row.wanted_id IS NOT NULL OR row.target IS NOT NULL)
    AND (held.id IS NULL OR held.deleted_at IS NOT NULL)
ORDER BY row.place
"""
_REMOVE: Final = "DELETE FROM staged_customers WHERE place = ANY(%s)"
_UPDATE: Final = f"""
WITH newest AS (
    SELECT DISTINCT ON (target) * FROM staged_customers
    WHERE NOT is_done AND target IS NOT NULL ORDER BY target, place DESC
), changed AS (
    UPDATE commerce_customer AS stored
    SET {", ".join(f"{name} = newest.{name}" for name in _PROFILE)}, updated_at = %(now)s
    FROM newest
    WHERE stored.id = newest.target
        AND ({", ".join(f"stored.{name}" for name in _PROFILE)})
            IS DISTINCT FROM ({", ".join(f"newest.{name}" for name in _PROFILE)})
    RETURNING stored.public_id, stored.source_id
)
{{audit}}
"""  # noqa: S608 - only names of our own columns
# One order of inserts for everybody, so that two files never wait for each other in a ring.
_INSERT: Final = f"""
WITH newest AS (
    SELECT DISTINCT ON (source_id) * FROM staged_customers
    WHERE NOT is_done AND target IS NULL ORDER BY source_id, place DESC
), changed AS (
    INSERT INTO commerce_customer
        (public_id, source_id, {", ".join(_PROFILE)}, channel, created_at, {{others}})
    SELECT new_id, source_id, {", ".join(_PROFILE)}, %(channel)s, %(now)s, {{defaults}} FROM newest
    ORDER BY source_id
    ON CONFLICT DO NOTHING
    RETURNING public_id, source_id
), noted AS (
    {{audit}}
)
UPDATE staged_customers AS row SET is_done = true, was_new = true FROM changed
WHERE row.source_id = changed.source_id AND row.target IS NULL AND NOT row.is_done
"""  # noqa: S608 - only names of our own columns
_SETTLE: Final = "UPDATE staged_customers SET is_done = true WHERE NOT is_done AND target IS NOT NULL"
_LEFT: Final = "SELECT place, source_id FROM staged_customers WHERE NOT is_done ORDER BY place"
_COUNTS: Final = """
SELECT count(*) FILTER (WHERE was_new), count(*) FILTER (WHERE NOT was_new)
FROM staged_customers WHERE is_done
"""


@transaction.atomic
def overwrite(*, specs: Sequence[CustomerSpec], actor: Actor, now: datetime) -> BulkResult:
    """Write whole profiles; of two with one name the later one stays. Each spec has an id or a `source_id`.

    A profile that says nothing new changes nothing. `done` counts the specs that are in now.
    """
    rejected: list[Rejected] = []
    rules = metadata_schemas.rulebook(resource="customer")
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        # No statement can be made while rows are copied: what they need is known before.
        _copy(cursor, _staged(specs, rules, project.current().dial_code, rejected))
        for _ in range(_ATTEMPTS):
            with _planned(cursor, off=("hashjoin", "mergejoin", "seqscan")):
                cursor.execute(_FIND)
            cursor.execute(_LOCK)
            lost = cursor.fetchall()
            rejected += [_lost(specs[place], place, is_unknown) for place, is_unknown in lost]
            if lost:
                cursor.execute(_REMOVE, [[place for place, _ in lost]])
            with _planned(cursor, off=("hashjoin", "mergejoin", "seqscan")):
                _write(cursor, _UPDATE, "customer.updated", actor, now)
            cursor.execute(_SETTLE)
            with _planned(cursor, off=("nestloop",)):
                _write(cursor, _INSERT, "customer.created", actor, now)
            cursor.execute(_LEFT)
            left = cursor.fetchall()
            if not left:
                break
        rejected += [
            Rejected(index=place, source_id=name, key="multiple_requests", reason="It is changed elsewhere.")
            for place, name in left
        ]
        cursor.execute(_COUNTS)
        created, updated = cursor.fetchone()
    found = sorted(rejected, key=lambda one: one.index)
    return BulkResult(created=created, updated=updated, rejected=tuple(found))


@contextmanager
def _planned(cursor: Any, *, off: Sequence[str]) -> Iterator[None]:
    """The planner knows nothing of the new table. Where a few thousand rows meet millions it must go by the
    index (no hash, no merge), where they meet each other it must not compare all with all (no nested loop).
    """
    cursor.execute("; ".join(f"SET LOCAL enable_{name} = off" for name in off))
    yield
    cursor.execute("; ".join(f"SET LOCAL enable_{name} TO DEFAULT" for name in off))


def _staged(
    specs: Sequence[CustomerSpec], rules: Rulebook, dial_code: str, rejected: list[Rejected]
) -> Iterator[tuple[Any, ...]]:
    has_rules = rules.own is not None
    fresh = new_ids("cust", len(specs))
    for place, spec in enumerate(specs):
        if has_rules:
            try:
                rules.check(metadata=spec.metadata, creating=True)
            except MetadataInvalid as error:
                name = spec.source_id or spec.id or ""
                found = Rejected(index=place, source_id=name, key=error.key, reason=error.details)
                rejected.append(found)
                continue
        values = spec.values
        if dial_code and values["phone"]:
            values = {**values, "phone": with_dial_code(values["phone"], dial_code)}
        metadata = json.dumps(spec.metadata, ensure_ascii=False) if spec.metadata else "{}"
        wanted = spec.id, None if spec.id else spec.source_id
        yield place, fresh[place], *wanted, *[values[name] for name in COLUMNS], metadata


def _copy(cursor: Any, rows: Iterator[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY staged_customers ({', '.join(_STAGED)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _write(cursor: Any, statement: str, action: str, actor: Actor, now: datetime) -> None:
    """One of the two changes, with its audit rows."""
    named = Customer(public_id="", created_at=now)
    entry = audit.entry_fields(actor, action, named, now=now, after={"bulk": True})
    entry |= {"before": None, "after": json.dumps(entry["after"])}
    own = {"entity_id": "public_id", "entity_label": "left(coalesce(source_id, public_id), 200)"}
    chosen = ", ".join(own.get(name, f"%({name})s{'::jsonb' if name in _JSON else ''}") for name in entry)
    table = AuditEntry._meta.db_table
    noted = f"INSERT INTO {table} ({', '.join(entry)}) SELECT {chosen} FROM changed"  # noqa: S608
    others = _others()
    text = statement.format(
        audit=noted, others=", ".join(others), defaults=", ".join(f"%({name})s" for name in others)
    )
    cursor.execute(text, {**entry, **others, "now": now, "channel": actor.channel})


_JSON: Final = ("before", "after")


def _others() -> dict[str, Any]:
    """The columns of a new customer that no file says anything about, with what they begin with."""
    fresh = Customer()
    said = {"id", "public_id", "source_id", *_PROFILE, "channel", "created_at"}
    fields = (field for field in Customer._meta.concrete_fields if field.column not in said)
    return {str(field.column): getattr(fresh, field.attname) for field in fields}


def _lost(spec: CustomerSpec, place: int, is_unknown: bool) -> Rejected:
    name = spec.source_id or spec.id or ""
    if is_unknown:
        reason = f"Cannot find customer with id {spec.id}"
        return Rejected(index=place, source_id=name, key="not_found", reason=reason)
    return Rejected(index=place, source_id=name, key="duplicate_found", reason="It is deleted.")
