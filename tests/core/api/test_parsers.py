"""The strict JSON parser: what it reads, and that every bad body is a refusal instead of a crash."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from core.api.parsers import MAX_BYTES, StrictJSONParser
from core.errors import InvalidPayload, PayloadTooLarge, UnsupportedMediaType


def parse(body: bytes, *, media_type: str = "application/json", length: str | None = None) -> Any:
    meta = {} if length is None else {"CONTENT_LENGTH": length}
    return StrictJSONParser().parse(io.BytesIO(body), media_type, {"request": SimpleNamespace(META=meta)})


def refusal(body: bytes) -> str:
    with pytest.raises(InvalidPayload) as caught:
        parse(body)
    assert (caught.value.status, caught.value.key) == (400, "invalid_payload")
    return caught.value.details


class CountingStream(io.RawIOBase):
    """Endless input in small pieces that remembers how much was taken."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        piece = min(self.left, 65_536, size if size >= 0 else self.left)
        self.left -= piece
        self.taken += piece
        return b" " * piece


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": {"b": [1, "x", null, true, false]}}', {"a": {"b": [1, "x", None, True, False]}}),
        (b"[]", []),
        (b"5", 5),
        (b'"text"', "text"),
        (b"null", None),
        (b"true", True),
        (b"", {}),
        (b" \r\n\t ", {}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b"\xef\xbb\xbf", {}),
        ('{"imię": "Zażółć 😀"}'.encode(), {"imię": "Zażółć 😀"}),
        (rb'"\ud83d\ude00 \\u0000 \\ud800 \n"', "😀 \\u0000 \\ud800 \n"),
        (b"1000000000000000", 10**15),
        (b"-1000000000000000", -(10**15)),
    ],
)
def test_reads_json(body: bytes, value: Any) -> None:
    assert parse(body) == value


@pytest.mark.parametrize("text", ["12.5", "0.1", "1e3", "-1.50", "1E-7", "100000000000000.123456789"])
def test_fractions_are_exact_decimals(text: str) -> None:
    value = parse(b"[" + text.encode() + b"]")[0]

    assert type(value) is Decimal
    assert value == Decimal(text)


def test_whole_numbers_stay_integers() -> None:
    assert [type(item) for item in parse(b"[1, 1.0, 9999999999999999e-3, true]")] == [
        int,
        Decimal,
        Decimal,
        bool,
    ]


@pytest.mark.parametrize(
    "number",
    [
        "1000000000000001",
        "-1000000000000001",
        "9" * 400,
        "9" * 5000,
        "1e400",
        "-1e400",
        "1e16",
        "1000000000000000.1",
        "1e-41",
        "1e-999999999",
        "1e999999999999",
        "-1e999999999999",
        "0e999999999999",
        "1e999999999999999999999",
        "0." + "1" * 41,
    ],
)
def test_refuses_numbers_out_of_range(number: str) -> None:
    details = refusal(b'{"amount": ' + number.encode() + b"}")

    assert details.startswith(f"Number {number[:77]}")
    assert "out of range" in details
    assert len(details) < 200


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_refuses_numbers_that_are_none(word: str) -> None:
    assert refusal(b'{"a": ' + word.encode() + b"}") == f"{word} is not a JSON number."


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"a": 1, "b": 2, "a": 1}', "a"),
        (rb'{"order": {"a": 1, "\u0061": 2}}', "a"),
        (b'[{"x": {}, "x": {}}]', "x"),
    ],
)
def test_refuses_a_key_twice(body: bytes, key: str) -> None:
    assert refusal(body) == f"Property {key} appears twice in one object."


def test_the_same_key_in_two_objects_is_fine() -> None:
    assert parse(b'[{"a": {"a": 1}}, {"a": 2}]') == [{"a": {"a": 1}}, {"a": 2}]


@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}")])
def test_depth_of_64_is_read_and_65_is_not(brackets: tuple[str, str]) -> None:
    opening, closing = brackets

    value = parse(f"{opening * 64}1{closing * 64}".encode())
    for _ in range(64):
        value = value[0] if isinstance(value, list) else value["a"]

    assert value == 1
    assert refusal(f"{opening * 65}1{closing * 65}".encode()) == "The body is nested deeper than 64."


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000 + "]" * 100_000,
        "[" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        '[{"a":' * 50_000,
        '["\\"", "]]]]]]' + '\\\\", ' + "[" * 100_000,
        '["' + '\\n"' + "," + "[" * 100_000,
    ],
)
def test_refuses_any_depth_without_recursion(body: str) -> None:
    assert refusal(body.encode()) == "The body is nested deeper than 64."


@pytest.mark.parametrize("text", ["[" * 500, '\\"' + "[" * 500, "\\\\", '\\\\\\"{{{' * 100])
def test_brackets_inside_strings_are_no_depth(text: str) -> None:
    body = f'{{"note": "{text}", "{text}": [[]]}}'.encode()

    assert parse(body) == json.loads(body)


def test_many_brackets_side_by_side_are_no_depth() -> None:
    assert parse(b"[" + b"[{}]," * 10_000 + b"0]") == [[{}]] * 10_000 + [0]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (rb'{"metadata": {"note": "a\u0000b"}}', "Property .metadata.note"),
        (rb'{"metadata": {"a\u0000b": 1}}', "Property .metadata"),
        (rb'{"items": [{"name": "x"}, {"name": "\ud83d"}]}', "Property .items[1].name"),
        (rb'{"a": "\ude00\ud83d"}', "Property .a"),
        (rb'{"a": "\ud83d\ud83d\ude00"}', "Property .a"),
        (rb'{"a": "\\\ud83d\\ude00"}', "Property .a"),
        (rb'{"\uDFFF": 1}', "The body"),
        (rb'"\u0000"', "The body"),
    ],
)
def test_refuses_text_that_cannot_be_stored(body: bytes, place: str) -> None:
    assert refusal(body) == f"{place} contains a NUL or a lone surrogate."


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"a": }', "line 1, column 7"),
        (b'{"a": 1,\n "b": }', "line 2, column 7"),
        (b"{'a': 1}", "line 1, column 2"),
        (b'{"a": 1} x', "line 1, column 10"),
        (b'{"a"', "line 1, column 5"),
        (b'"\x00"', "line 1, column 2"),
        (b'"a\nb"', "line 1, column 3"),
        (b"01", "line 1, column 2"),
        (b"undefined", "line 1, column 1"),
        (b"a=1&b=2", "line 1, column 1"),
    ],
)
def test_names_the_place_of_a_syntax_error(body: bytes, place: str) -> None:
    assert refusal(body).startswith(f"The body is not valid JSON at {place}: ")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"a": "\xff"}', "line 1, byte 8"),
        (b'{"a": 1,\n"b": "\xc0\x80"}', "line 2, byte 7"),
        (b'"\xed\xa0\x80"', "line 1, byte 2"),
        ('{"a": 1}'.encode("utf-16"), "line 1, byte 1"),
    ],
)
def test_refuses_other_encodings(body: bytes, place: str) -> None:
    assert refusal(body) == f"The body is not valid UTF-8 at {place}."


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_accepts_the_charset_utf8(charset: str) -> None:
    assert parse(b'{"a": 1}', media_type=f"application/json; charset={charset}") == {"a": 1}


@pytest.mark.parametrize("charset", ["bogus", "iso-8859-1", "utf-16", "", "utf-8\xff"])
def test_refuses_other_charsets(charset: str) -> None:
    with pytest.raises(UnsupportedMediaType) as caught:
        parse(b'{"a": 1}', media_type=f"application/json; charset={charset}")

    assert caught.value.status == 415
    caught.value.details.encode()


@pytest.mark.parametrize("length", [None, "", "nonsense", "5", str(MAX_BYTES)])
def test_refuses_a_large_body_whatever_length_was_announced(length: str | None) -> None:
    stream = CountingStream(50 * 1024 * 1024)
    meta = {} if length is None else {"CONTENT_LENGTH": length}

    with pytest.raises(PayloadTooLarge) as caught:
        StrictJSONParser().parse(stream, "application/json", {"request": SimpleNamespace(META=meta)})  # type: ignore[arg-type]

    assert stream.taken == MAX_BYTES + 1
    assert caught.value.to_wire() == {
        "statusCode": 413,
        "error": "Payload Too Large",
        "message": "The body is larger than 10 MB.",
    }


def test_refuses_a_large_announced_length_without_reading() -> None:
    stream = CountingStream(10)

    with pytest.raises(PayloadTooLarge):
        StrictJSONParser().parse(
            stream,  # type: ignore[arg-type]
            "application/json",
            {"request": SimpleNamespace(META={"CONTENT_LENGTH": str(MAX_BYTES + 1)})},
        )

    assert stream.taken == 0


def test_reads_a_body_of_exactly_the_limit() -> None:
    body = b'"' + b"x" * (MAX_BYTES - 2) + b'"'

    assert len(parse(body, length=str(len(body)))) == MAX_BYTES - 2


def test_refuses_a_negative_length() -> None:
    with pytest.raises(InvalidPayload):
        parse(b"{}", length="-5")


def test_a_broken_connection_is_a_refusal() -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("connection reset")

    with pytest.raises(InvalidPayload):
        StrictJSONParser().parse(Broken(), "application/json", None)  # type: ignore[arg-type]


def test_serves_as_the_parser_of_a_view() -> None:
    request = APIRequestFactory().post("/", data=b'{"amount": 12.5}', content_type="application/json")

    assert Request(request, parsers=[StrictJSONParser()]).data == {"amount": Decimal("12.5")}


def test_no_body_is_an_empty_object_for_a_view() -> None:
    request = APIRequestFactory().post("/", data=b"", content_type="application/json")

    assert Request(request, parsers=[StrictJSONParser()]).data == {}


class EchoView(APIView):
    authentication_classes = ()
    permission_classes = ()
    parser_classes = (StrictJSONParser,)

    def post(self, request: Request) -> Response:
        return Response({"read": request.data})


@pytest.mark.parametrize(
    ("body", "content_type", "status", "key"),
    [
        (b'{"a": 1}', "application/json", 200, None),
        (b"5", "application/json", 200, None),
        (b"", "application/json", 200, None),
        (b"[" * 100_000, "application/json", 400, "invalid_payload"),
        (rb'{"metadata": {"a": "\u0000"}}', "application/json", 400, "invalid_payload"),
        (rb'{"metadata": {"a": "\ud800"}}', "application/json", 400, "invalid_payload"),
        (b'{"a": 1e400}', "application/json", 400, "invalid_payload"),
        (b'{"a": 1', "application/json", 400, "invalid_payload"),
        (b'{"a": 1}', "application/json; charset=bogus", 415, "unsupported_media_type"),
        (b'{"a": 1}', "application/json; charset=utf-16", 415, "unsupported_media_type"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b" " * (MAX_BYTES + 1), "application/json", 413, None),
    ],
)
def test_answers_of_a_view(body: bytes, content_type: str, status: int, key: str | None) -> None:
    request = APIRequestFactory().post("/", data=body, content_type=content_type)

    response = EchoView.as_view()(request)

    assert response.status_code == status
    assert response.data.get("key") == key
