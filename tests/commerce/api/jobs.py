"""Reading a background job in tests of bulk endpoints."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient


def outcome(api: APIClient, answer: Any) -> dict[str, Any]:
    """The finished job of an accepted request; fails when it is not finished."""
    action = api.get(f"/v1/async-actions/{answer.json()['async_action_id']}").json()
    assert action["status"] in ("DONE", "FAILED"), action
    assert action["progress"] == 100
    return dict(action)


def send_csv(api: APIClient, url: str, text: str | bytes) -> Any:
    content = text.encode() if isinstance(text, str) else text
    upload = SimpleUploadedFile("rows.csv", content, content_type="text/csv")
    return api.post(url, {"file": upload}, format="multipart")
