"""The reader of shapes itself: an answer that is wrong must not pass."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract import shapes

TOKEN = {
    "access_token": "foa_x",
    "client_id": "a",
    "expires_at": 5,
    "expires_in": 900,
    "scope": "api",
    "token_type": "Bearer",
}


def test_every_file_can_be_read_and_every_kind_exists() -> None:
    for tag in shapes.tags():
        read = shapes.of(tag)
        kinds = [endpoint.kind for endpoint in read.endpoints]
        todo = [key for endpoint in read.endpoints for key in endpoint.inner]
        todo += [key for keys in read.named.values() for key in keys]
        while todo:
            key = todo.pop()
            kinds.append(key.kind)
            todo += key.inner
        for kind in kinds:
            for one in kind.split(" / "):
                bare = one.replace(" null", "").replace("{*: ", "").strip("[]{}")
                if bare and bare not in read.named:
                    shapes._is(bare, None)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({}, []),
        ({"more": 1}, []),
        ({"scope": None}, ["body.scope is no text: None"]),
        ({"expires_in": 900.5}, ["body.expires_in is no int: 900.5"]),
        ({"expires_in": True}, ["body.expires_in is no int: True"]),
        ({"token_type": "bearer"}, ["body.token_type is no =Bearer: 'bearer'"]),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], complaint: list[str]) -> None:
    (token, *_), read = shapes.of("oauth").endpoints, shapes.of("oauth")

    assert read.complaints(token, {**TOKEN, **change}) == complaint
    assert read.unknown(token, {**TOKEN, **change}) == ({"more"} if "more" in change else set())


def test_what_is_missing_is_named() -> None:
    (token, *_), read = shapes.of("oauth").endpoints, shapes.of("oauth")

    assert read.complaints(token, {**TOKEN, "scope": "x"} | {}) == []
    assert read.complaints(token, {name: TOKEN[name] for name in TOKEN if name != "scope"}) == [
        "body.scope is missing"
    ]
    assert read.complaints(token, []) == ["body is no object: []"]
