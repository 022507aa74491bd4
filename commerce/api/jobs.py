"""Bodies of bulk requests as rows of background jobs."""

from __future__ import annotations

from typing import Any

from commerce.api.serializers.customers import BulkMetadataInput
from core.api.fields import parse, plain
from core.errors import InvalidPayload
from integrations import rows


def sent_rows(data: Any) -> tuple[str, int]:
    """A JSON array as rows; no body at all is an empty job (asked for by the SDK suites).

    :raises InvalidPayload: another kind of body.
    """
    if data == {}:
        data = []
    if not isinstance(data, list):
        raise InvalidPayload("Payload must be a JSON array.")
    return rows.json_lines(plain(row) for row in data)


def metadata_rows(data: Any) -> tuple[str, int, dict[str, Any]]:
    """One row for each `source_id`, and the metadata they all get; what is missing makes an empty job.

    :raises InvalidPayload: wrong shape.
    """
    given = parse(BulkMetadataInput, data)
    body, count = rows.json_lines(given.get("source_ids") or ())
    return body, count, {"metadata": given.get("metadata") or {}}
