"""A million customers: from a file into the system beside a plain COPY of the same rows, and out again.

Each measured thing runs in a process of its own, as a worker would do it, so that its memory can be told.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

import django
from django.core.management import call_command
from django.db import connection

if __name__ == "__main__":
    django.setup()

from commerce.models import Customer
from core import dispatch
from core.actors import Actor
from integrations.models import Export, ImportFile
from integrations.services import export_files, exports, import_files, imports
from integrations.services.import_files import Sent
from tests.bench.measure import NOW

MANY: Final = 1_000_000
TURNS: Final = 3
LEAST_SHARE: Final = 1 / 3
MOST_MEGABYTES: Final = {"import": 300, "export": 150}

_ACTOR: Final = Actor.system("bench")
_TABLE: Final = Customer._meta.db_table
_HEADER: Final = (
    "Source_id,Name,Email,Phone,Birthdate,Address_line_1,Address_Postal_Code,Address_City,Address_Country,"
    "Loyal,Favourite\n"
)
_FIELDS: Final = ["source_id", "name", "email", "phone", "birthdate", "address_city", "metadata"]
_AT_ONCE: Final = 2000
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Of one measured thing: seconds, the memory that its process reached, and what of that the work took."""

    seconds: float
    megabytes: int
    grown: int


def table(*, quick: bool) -> str:
    call_command("migrate", verbosity=0, interactive=False)
    count = MANY // 10 if quick else MANY
    turns = 1 if quick else TURNS
    plain: list[float] = []
    ours: list[Outcome] = []
    checked = _apart("check", count)
    with tempfile.TemporaryFile() as rows:
        for turn in range(turns):
            _empty()
            ours.append(_apart("import", count))
            if not turn:
                columns = _take_out(rows)
                again = _apart("import", count)
                exported = _apart("export", count)
            _empty()
            plain.append(_copy(rows, columns))
    return _tables(count, plain, ours, checked, again, exported)


def _apart(what: str, count: int) -> Outcome:
    """Do it in a process of its own, which says how long it took and how much memory it reached.

    :raises RuntimeError: it failed.
    """
    command = [sys.executable, "-m", "tests.bench.imports", what, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Outcome(**json.loads(done.stdout))


def _alone(what: str, count: int) -> None:
    """What `_apart` starts."""
    before = _peak()
    seconds = {"import": _import, "check": _check, "export": _export}[what](count)
    reached = _peak()
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": reached, "grown": reached - before}))


def _peak() -> int:
    """Megabytes that this process had at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _lines(count: int) -> Iterator[bytes]:
    yield _HEADER.encode()
    for first in range(0, count, _AT_ONCE):
        yield "".join(map(_line, range(first, min(first + _AT_ONCE, count)))).encode()


def _line(number: int) -> str:
    """Everything that a usual row has, quotes and letters beyond ASCII among them."""
    return (
        f'cust-{number:07d},"Müller, Anna {number}",anna.{number}@shop.example,+4930{number:07d},'
        f"{1950 + number % 55}-0{1 + number % 9}-1{number % 9},Main Street {number % 200},"
        f"{10000 + number % 900},City {number % 500},DE,{'true' if number % 3 else 'false'},"
        f"Colour {number % 12}\n"
    )


def _received(count: int) -> ImportFile:
    size = sum(len(piece) for piece in _lines(min(count, _AT_ONCE))) * count // min(count, _AT_ONCE)
    sent = Sent(name="customers.csv", size_bytes=size, pieces=lambda: _lines(count))
    return import_files.receive(kind="customers", sent=sent, actor=_ACTOR, now=NOW, is_strict=True)


def _worked_off() -> None:
    while ids := dispatch.plan(now=NOW):
        for delivery_id in ids:
            dispatch.deliver(delivery_id=delivery_id, now=NOW)


def _import(count: int) -> float:
    """Seconds from the first byte to the last row, and everything that follows from it."""
    began = time.perf_counter()
    file = _received(count)
    imports.run(file_id=file.pk, actor=_ACTOR, now=NOW, is_forced=True)
    _worked_off()
    took = time.perf_counter() - began
    file.refresh_from_db()
    done = file.run_counts.get("added", 0) + file.run_counts.get("updated", 0)
    if (done, Customer.objects.count()) != (count, count):
        raise RuntimeError(f"{file.run_counts}, {Customer.objects.count()} rows: {count} were sent.")
    return took


def _check(count: int) -> float:
    began = time.perf_counter()
    file = _received(count)
    imports.check(file_id=file.pk, actor=_ACTOR, now=NOW)
    _worked_off()
    took = time.perf_counter() - began
    file.refresh_from_db()
    if file.check_counts != {"added": count, "updated": 0, "skipped": 0, "refused": 0}:
        raise RuntimeError(f"{file.check_counts}: {count} were sent.")
    import_files.empty(file_id=file.pk, now=NOW)
    return took


def _export(count: int) -> float:
    began = time.perf_counter()
    wanted = {"fields": _FIELDS, "order": "name"}
    export = exports.request(exported_object="customer", parameters=wanted, actor=_ACTOR, now=NOW)
    export_files.write_next(now=NOW)
    took = time.perf_counter() - began
    export.refresh_from_db()
    if (export.status, export.rows_count) != (Export.Status.DONE, count):
        raise RuntimeError(f"{export.status} {export.failure}, {export.rows_count} rows")
    exports.remove(export_id=export.public_id, actor=_ACTOR, now=NOW)
    return took


def _take_out(rows: IO[bytes]) -> str:
    """Write what was imported into a file; returns its columns."""
    columns = ", ".join(str(field.column) for field in Customer._meta.concrete_fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {_TABLE} ({columns}) TO STDOUT") as copy:
        for block in copy:
            rows.write(block)
    return columns


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {_TABLE} CASCADE")
        cursor.execute(f"VACUUM ANALYZE {_TABLE}")
        cursor.execute("CHECKPOINT")


def _copy(rows: IO[bytes], columns: str) -> float:
    rows.seek(0)
    began = time.perf_counter()
    with connection.cursor() as cursor, cursor.copy(f"COPY {_TABLE} ({columns}) FROM STDIN") as copy:
        while block := rows.read(_BLOCK):
            copy.write(block)
    return time.perf_counter() - began


def _tables(
    count: int,
    plain: list[float],
    ours: list[Outcome],
    checked: Outcome,
    again: Outcome,
    exported: Outcome,
) -> str:
    shares = [copied / one.seconds for copied, one in zip(plain, ours, strict=True)]
    copied = statistics.median(plain)
    imported = statistics.median(one.seconds for one in ours)
    most = max(one.megabytes for one in (*ours, checked, again))
    lines = [
        f"| {count:,} customers | seconds | rows a second | of the COPY | memory |",
        "|---|---:|---:|---:|---:|",
        f"| plain COPY of the same rows | {copied:.1f} | {count / copied:,.0f} | 1.00 | |",
        _line_of("imported from a CSV file, all new", imported, count, copied, max(ours, key=_reached)),
        _line_of("the same file again, all known", again.seconds, count, copied, again),
        _line_of("only tried", checked.seconds, count, copied, checked),
        _line_of("exported, seven columns, by name", exported.seconds, count, copied, exported),
        "",
        "| target | wanted | measured | reached |",
        "|---|---:|---:|---:|",
        _target(
            "share of the plain COPY's rows a second",
            "≥ 0.33",
            statistics.median(shares),
            min(shares) >= LEAST_SHARE,
        ),
        _target("memory of an import, MB", "< 300", most, most < MOST_MEGABYTES["import"]),
        _target(
            "memory of an export, MB",
            "< 150",
            exported.megabytes,
            exported.megabytes < MOST_MEGABYTES["export"],
        ),
    ]
    return "\n".join(lines) + "\n"


def _reached(outcome: Outcome) -> int:
    return outcome.megabytes


def _line_of(what: str, seconds: float, count: int, copied: float, memory: Outcome) -> str:
    said = f"{memory.megabytes} MB, {memory.grown} of it for the work"
    return f"| {what} | {seconds:.1f} | {count / seconds:,.0f} | {copied / seconds:.2f} | {said} |"


def _target(what: str, wanted: str, measured: float, reached: bool) -> str:
    said = f"{measured:.2f}" if isinstance(measured, float) else f"{measured}"
    return f"| {what} | {wanted} | {said} | {'yes' if reached else '**no**'} |"


if __name__ == "__main__":
    _alone(sys.argv[1], int(sys.argv[2]))
