"""The one JSON parser of all endpoints: strict, bounded, exact.

Source: INVARIANTS part 5. DRF's own parser let a NUL, a lone surrogate, a deep nesting or an unknown charset
through to a 500, read money as floats and kept the last of two equal keys. CSV files use DRF's
`MultiPartParser`, forms the strict parser beside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import accumulate
from typing import IO, Any
from urllib.parse import parse_qsl

from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser

from core.errors import InvalidPayload, PayloadTooLarge, UnsupportedMediaType

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 64
MAX_NUMBER = 10**15
MAX_DECIMAL_PLACES = 40

_BOM = b"\xef\xbb\xbf"
_STRUCTURE = b'[]{}"'
_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in _STRUCTURE)
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_RISKY_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_STORABLE_ESCAPE = re.compile(
    rb'\\(?:["\\/bfnrt]|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}'
    rb"|u(?!0000|[dD][89a-fA-F])[0-9a-fA-F]{4})"
)
_SHAPE_OF_NUMBERS = bytes(
    ord("0") if 48 <= byte <= 57 else 32 if byte not in b"eE" else ord("e") for byte in range(256)
)
_MAX_INT_DIGITS = len(str(MAX_NUMBER))


class StrictJSONParser(BaseParser):
    """`application/json` -> dict, list or scalar; fractions become `Decimal`, not `float`; empty -> `{}`."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read and decode one request body.

        :raises PayloadTooLarge: more than 10 MiB, announced or sent.
        :raises UnsupportedMediaType: a charset other than UTF-8.
        :raises InvalidPayload: anything `parse_json` refuses, or a body that could not be read to its end.
        """
        _check_charset(media_type)
        _check_announced_length(parser_context)
        return parse_json(_read(stream))


class StrictFormParser(BaseParser):
    """`application/x-www-form-urlencoded`, as OAuth wants it -> dict of strings; empty -> `{}`."""

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        """Read and decode one small form.

        :raises PayloadTooLarge: as for JSON.
        :raises UnsupportedMediaType: a charset other than UTF-8.
        :raises InvalidPayload: not UTF-8, more than 20 fields, a field twice (RFC 6749, 3.1) or a NUL in one.
        """
        _check_charset(media_type)
        _check_announced_length(parser_context)
        try:
            pairs = parse_qsl(
                _read(stream).decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=20
            )
        except ValueError:
            raise InvalidPayload("The body is not a form of at most 20 fields in UTF-8.") from None
        if "\0" in "".join(name + value for name, value in pairs):
            raise InvalidPayload("The body holds a NUL character.")
        return _object(pairs)


def parse_json(raw: bytes) -> Any:
    """Decode JSON text; the rules of the parser without the transport.

    :raises InvalidPayload: not UTF-8, not JSON, NaN or Infinity, a key twice in one object, nesting over 64,
        numbers beyond +-10^15 or with more than 40 decimal places, NUL or lone surrogates in a string or key.
    """
    raw = raw.removeprefix(_BOM)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidPayload(f"The body is not valid UTF-8 at {_place(raw, error.start)}.") from None
    if not text or text.isspace():
        return {}
    _check_depth(raw)
    value = _decode(text, numbers_are_small=_has_only_small_numbers(raw))
    if b"\\u" in raw and _has_unstorable_escape(raw):
        raise InvalidPayload(_unstorable_text(value))
    return value


def _decode(text: str, *, numbers_are_small: bool) -> Any:
    try:
        if numbers_are_small:
            return _FAST.decode(text)
        return _CAREFUL.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidPayload(f"The body is not valid JSON at {where}: {error.msg}.") from None
    except RecursionError:
        raise InvalidPayload("The body is nested too deep.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InvalidPayload(f"Property {_shown(key)} appears twice in one object.")
            seen.add(key)
    return result


def _constant(name: str) -> Any:
    raise InvalidPayload(f"{name} is not a JSON number.")


def _integer(digits: str) -> int:
    if len(digits) > _MAX_INT_DIGITS + 1 or abs(value := int(digits)) > MAX_NUMBER:
        raise _number_refused(digits)
    return value


def _decimal(digits: str) -> Decimal:
    try:
        value = Decimal(digits)
    except ArithmeticError:  # an exponent beyond what Decimal can hold
        raise _number_refused(digits) from None
    exponent = value.as_tuple().exponent
    is_plain = isinstance(exponent, int) and abs(exponent) <= MAX_DECIMAL_PLACES
    # `abs(value)` would round in the current context, and overflow there.
    if not is_plain or value.copy_abs() > MAX_NUMBER:
        raise _number_refused(digits)
    return value


def _number_refused(digits: str) -> InvalidPayload:
    limits = f"at most 10^15, at most {MAX_DECIMAL_PLACES} decimal places"
    return InvalidPayload(f"Number {_shown(digits)} is out of range ({limits}).")


_FAST = json.JSONDecoder(object_pairs_hook=_object, parse_float=Decimal, parse_constant=_constant)
_CAREFUL = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_decimal, parse_int=_integer, parse_constant=_constant
)


def _check_charset(media_type: str | None) -> None:
    if media_type is None or ";" not in media_type:
        return
    try:
        _, parameters = parse_header_parameters(media_type)
    except (ValueError, LookupError):
        raise UnsupportedMediaType("The Content-Type header cannot be read.") from None
    charset = parameters.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(f"Charset {_shown(charset)} is not supported, send UTF-8.")


def _check_announced_length(parser_context: Mapping[str, Any] | None) -> None:
    request = (parser_context or {}).get("request")
    if request is None:
        return
    announced = request.META.get("CONTENT_LENGTH") or request.META.get("HTTP_CONTENT_LENGTH") or ""
    try:
        length = int(announced)
    except ValueError:
        return  # absent or nonsense: what is read decides
    if length < 0:
        raise InvalidPayload("Content-Length is negative.")
    if length > MAX_BYTES:
        raise _too_large()


def _read(stream: IO[bytes]) -> bytes:
    parts: list[bytes] = []
    left = MAX_BYTES + 1
    while left > 0:
        try:
            part = stream.read(left)
        except OSError:
            raise InvalidPayload("The body ended before it was complete.") from None
        if not part:
            break
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise _too_large()
    return b"".join(parts)


def _too_large() -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is larger than {MAX_BYTES // (1024 * 1024)} MB.")


def _check_depth(raw: bytes) -> None:
    """Count brackets outside strings before decoding: the decoder recurses and must not see a deep body."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    if b"\\" in raw:
        raw = _ESCAPE.sub(b"", raw)
    outside = b"".join(raw.translate(None, _NOT_STRUCTURE).split(b'"')[::2])
    if max(accumulate(map(_STEP.__getitem__, outside)), default=0) > MAX_DEPTH:
        raise InvalidPayload(f"The body is nested deeper than {MAX_DEPTH}.")


def _has_only_small_numbers(raw: bytes) -> bool:
    """True when no number can be out of range: no exponent and no 16 digits in a row, in strings neither."""
    shape = raw.translate(_SHAPE_OF_NUMBERS)
    return b"0e" not in shape and b"0" * _MAX_INT_DIGITS not in shape


def _has_unstorable_escape(raw: bytes) -> bool:
    """Whether valid JSON spells a NUL or a lone surrogate; unescaped it could contain neither."""
    return _RISKY_ESCAPE.search(raw) is not None and b"\\" in _STORABLE_ESCAPE.sub(b"", raw)


def _unstorable_text(value: Any) -> str:
    """Name the first text or key that PostgreSQL could not store."""
    pending: list[tuple[str, Any]] = [("", value)]
    while pending:
        place, item = pending.pop()
        texts: list[str] = []
        if isinstance(item, str):
            texts = [item]
        elif isinstance(item, dict):
            texts = list(item)
            pending.extend((f"{place}.{key}", below) for key, below in item.items())
        elif isinstance(item, list):
            pending.extend((f"{place}[{index}]", below) for index, below in enumerate(item))
        for text in texts:
            if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
                where = f"Property {_shown(place)}" if place else "The body"
                return f"{where} contains a NUL or a lone surrogate."
    return "The body contains a NUL or a lone surrogate."


def _place(raw: bytes, offset: int) -> str:
    line = raw.count(b"\n", 0, offset) + 1
    column = offset - raw.rfind(b"\n", 0, offset)
    return f"line {line}, byte {column}"


def _shown(text: str) -> str:
    """A piece of input as it may appear in a message: printable, short, encodable."""
    plain = text.encode("ascii", "backslashreplace").decode("ascii").replace("\0", "\\x00")
    return plain if len(plain) <= 80 else f"{plain[:77]}..."
