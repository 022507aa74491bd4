"""CSV files in requests (contract: data file 9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from rest_framework.request import Request

from core.api.views import actor_of
from core.errors import InvalidPayload, PayloadTooLarge
from integrations.models import ImportFile
from integrations.services import import_files
from integrations.services.import_files import Sent

MAX_BYTES: Final = 10 * 1024 * 1024


def receive_csv(
    request: Request, *, kind: str, now: datetime, params: Mapping[str, Any] | None = None
) -> ImportFile:
    """Keep the part `file`, a CSV file as the contract has it.

    :raises PayloadTooLarge: more than 10 MB, announced or sent.
    :raises InvalidPayload: no such part, or not UTF-8 CSV with a header.
    """
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdigit() and int(announced) > MAX_BYTES + 4096:
        raise PayloadTooLarge("The file is larger than 10 MB.")
    data = request.data
    upload = data.get("file") if isinstance(data, dict) else None
    if not isinstance(upload, UploadedFile):
        raise InvalidPayload("Payload should have required property 'file'")
    if (upload.size or 0) > MAX_BYTES:
        raise PayloadTooLarge("The file is larger than 10 MB.")
    return import_files.receive(
        kind=kind, sent=sent(upload), actor=actor_of(request), now=now, is_strict=True, params=params
    )


def sent(upload: UploadedFile) -> Sent:
    """An uploaded file, for the service that takes it in."""
    return Sent(name=upload.name or "", size_bytes=upload.size or 0, pieces=upload.chunks)
