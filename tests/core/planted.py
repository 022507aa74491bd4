"""What somebody with the database's password can do: switch the triggers off."""

from __future__ import annotations

from typing import Any

from django.db import connection


def planted(sql: str, *arguments: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, arguments)
        assert cursor.rowcount > 0, sql
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
