"""A call of an endpoint of the contract, with the names of the test's small shop in place of the path's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from tests.contract.shapes import Endpoint

FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Call:
    """`body` is JSON, or a form if it is text; `file` is uploaded. `at` are other values for the path;
    `without` is deleted first.
    """

    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    at: Mapping[str, str] = field(default_factory=dict)
    without: str = ""

    def made(self, caller: APIClient, endpoint: Endpoint, world: Mapping[str, str]) -> Any:
        path = endpoint.path
        for name, value in {**world, **self.at}.items():
            path = path.replace(f"<{name}>", value)
        if self.query:
            path += "?" + "&".join(f"{name}={value}" for name, value in self.query.items())
        path = _filled(path, world)
        if self.without:
            assert caller.delete(_filled(self.without, world)).status_code == 204
        if self.file:
            upload = SimpleUploadedFile("rows.csv", self.file.encode(), "text/csv")
            return caller.post(path, {"file": upload}, format="multipart")
        if isinstance(self.body, str):
            return caller.generic(endpoint.method, path, _filled(self.body, world), content_type=FORM)
        body = _filled({} if self.body is None else self.body, world)
        if endpoint.method == "GET":
            return caller.get(path)
        return caller.generic(endpoint.method, path, json.dumps(body), content_type="application/json")


def _filled(value: Any, world: Mapping[str, str]) -> Any:
    """`"<customerId>"` in a body stands for the world's customer."""
    if isinstance(value, str):
        for name, known in world.items():
            value = value.replace(f"<{name}>", known)
        return value
    if isinstance(value, dict):
        return {_filled(name, world): _filled(inner, world) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, world) for inner in value]
    return value
