"""How many statements a request sends to the database, by kind; asked in this process, with a test client.

BEGIN and COMMIT, which the driver sends by itself, are not among them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.test import Client

from tests.bench import money_rows
from tests.bench.money_rows import Group

VALIDATION: Final = "validation of one code"
REDEMPTION: Final = "redemption of one code"
_CALLS: Final = 20

type Kinds = Mapping[str, int]
type Call = Callable[[str], None]


def counted(head: Sequence[str], *, now: datetime) -> Mapping[str, Kinds]:
    """Of each kind of request that one which sends most, out of some."""
    headers = dict(line.split(": ", 1) for line in head)
    validate, redeem = (_caller(path, headers) for path in ("/v1/validations", "/v1/redemptions"))
    # Codes of one name go through the same campaigns and customers as those of another.
    first, again, ruled, pooled = (
        [json.dumps(body) for body in money_rows.bodies(money_rows.codes(name, _CALLS, group, now=now))]
        for name, group in (
            ("FIRST", Group.MANY),
            ("AGAIN", Group.MANY),
            ("FIRST-RULE", Group.RULE),
            ("FIRST-POOL", Group.POOL),
        )
    )
    return {
        VALIDATION: _most(validate, first),
        REDEMPTION: _most(redeem, first),
        "redemption by a customer who used the campaign before": _most(redeem, again),
        "redemption, budget in the campaign's rule": _most(redeem, ruled),
        "redemption, campaign draws on a shared budget": _most(redeem, pooled),
    }


def kind_of(sql: str) -> str:
    """What a statement does: its first word, of a savepoint that it is about one."""
    words = sql.split(None, 2)
    first = words[0].upper()
    return "SAVEPOINT" if first in {"SAVEPOINT", "RELEASE"} else first


def _caller(path: str, headers: Mapping[str, str]) -> Call:
    client = Client(headers=dict(headers))

    def call(body: str) -> None:
        answer = client.post(path, body, content_type="application/json")
        if answer.status_code != 200:
            raise RuntimeError(answer.content.decode())

    return call


def _most(call: Call, bodies: Sequence[str]) -> Kinds:
    """The statements of that call that sends most; the first one is left out, it finds everything cold."""
    call(bodies[0])
    return max((_of(call, body) for body in bodies[1:]), key=lambda kinds: sum(kinds.values()))


def _of(call: Call, body: str) -> Kinds:
    kinds: Counter[str] = Counter()

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        kinds[kind_of(sql)] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        call(body)
    return kinds
