"""What a redemption cannot do without, written by hand: one guarded UPDATE, one INSERT, one transaction.

No REST framework and no middleware. Other views are measured as ratios to these.
"""

from __future__ import annotations

import json
from typing import Any, Final

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

ROWS: Final = 1000
_TABLES: Final = """
CREATE TABLE bench_counter (
    id int PRIMARY KEY, used int NOT NULL DEFAULT 0, quantity int NOT NULL, CHECK (used <= quantity)
);
CREATE TABLE bench_use (
    id bigserial PRIMARY KEY, counter_id int NOT NULL, source_id text NOT NULL, amount int NOT NULL
);
INSERT INTO bench_counter (id, quantity) SELECT at, 1000000000 FROM generate_series(0, %s) AS at;
"""


def fill() -> None:
    """The counters: row 0 is everybody's, the others share."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [ROWS])


def uses() -> tuple[int, int]:
    """What the counters say, and how many uses there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT sum(used) FROM bench_counter), (SELECT count(*) FROM bench_use)")
        counted, rows = cursor.fetchone()
    return counted, rows


def _use(request: HttpRequest, counter: int) -> HttpResponse:
    body = json.loads(request.body)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bench_counter SET used = used + 1 WHERE id = %s AND used < quantity", [counter]
        )
        if cursor.rowcount != 1:
            return _answer({"error": "used up"}, 400)
        cursor.execute(
            "INSERT INTO bench_use (counter_id, source_id, amount) VALUES (%s, %s, %s) RETURNING id",
            [counter, body["order"]["source_id"], len(body["order"]["items"])],
        )
        (number,) = cursor.fetchone()
    return _answer({"id": number, "result": "SUCCESS"})


def _healthy(request: HttpRequest) -> HttpResponse:
    return _answer({})


def _answer(body: dict[str, Any], status: int = 200) -> HttpResponse:
    raw = json.dumps(body).encode()
    # What a middleware does elsewhere; without it the answer would come in chunks.
    return HttpResponse(
        raw, status=status, content_type="application/json", headers={"Content-Length": str(len(raw))}
    )


urlpatterns = [
    path("floor/<int:counter>", _use),
    path("healthz", _healthy),
]
