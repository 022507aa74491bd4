"""CSV files in requests (contract: data file 9)."""

from __future__ import annotations

from typing import Final

from django.core.files.uploadedfile import UploadedFile
from rest_framework.request import Request

from core.errors import InvalidPayload, PayloadTooLarge
from integrations import rows

MAX_BYTES: Final = 10 * 1024 * 1024


def csv_upload(request: Request) -> tuple[str, int]:
    """The text of the part `file`, and how many rows follow its header.

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
    return rows.csv_text(upload.read())
