"""What two customers have in common. Pure: both rows were read before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from commerce import identity
from commerce.models import Customer

# Words in the names of metadata keys whose values tell one device or one way of paying from another.
_SHORTEST_NUMBER: Final = 7
_TELLING: Final = frozenset({"device", "fingerprint", "payment", "card", "iban", "ip"})


@dataclass(frozen=True, kw_only=True)
class Trait:
    """One thing that is known of two people, as the shop told it; `is_same`: it means the same."""

    key: str
    label: str
    first: str
    second: str
    is_same: bool


def compared(first: Customer, second: Customer) -> list[Trait]:
    """Everything that tells people apart, in the order of reading."""
    return [
        _trait("customer", "Id in the shop", first.source_id or "", second.source_id or ""),
        _trait("name", "Name", first.name, second.name, _plain(first.name), _plain(second.name)),
        _trait(
            "email",
            "E-mail",
            first.email,
            second.email,
            identity.email_key(first.email),
            identity.email_key(second.email),
        ),
        Trait(
            key="phone",
            label="Phone",
            first=first.phone,
            second=second.phone,
            is_same=_is_same_number(identity.phone_key(first.phone), identity.phone_key(second.phone)),
        ),
        _trait(
            "address",
            "Address",
            _address(first),
            _address(second),
            _address_key(first),
            _address_key(second),
        ),
        *_metadata(first, second),
    ]


def shared(first: Customer, second: Customer) -> list[Trait]:
    """Only what both have."""
    return [one for one in compared(first, second) if one.is_same]


def _trait(key: str, label: str, first: str, second: str, *keys: str) -> Trait:
    one, other = keys or (first, second)
    return Trait(key=key, label=label, first=first, second=second, is_same=bool(one) and one == other)


def _is_same_number(one: str, other: str) -> bool:
    """Also where only one of them says the country."""
    if one.startswith("+") == other.startswith("+"):
        return bool(one) and one == other
    abroad, local = (one, other) if one.startswith("+") else (other, one)
    local = local.lstrip("0")
    return len(local) >= _SHORTEST_NUMBER and abroad.endswith(local)


def _metadata(first: Customer, second: Customer) -> Iterator[Trait]:
    for name in sorted({*first.metadata, *second.metadata}):
        if _TELLING.isdisjoint(re.split(r"[^a-z0-9]+", name.lower())):
            continue
        values = [_text(one.metadata.get(name)) for one in (first, second)]
        yield _trait(f"metadata.{name}", name.replace("_", " ").capitalize(), *values)


def _text(value: Any) -> str:
    """Of one value; of lists and of yes and no nobody is known."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _address(row: Customer) -> str:
    parts = (row.line_1, row.line_2, " ".join(filter(None, (row.postal_code, row.city))), row.country)
    return ", ".join(filter(None, parts))


def _address_key(row: Customer) -> str:
    """Street and place; a town alone is shared by many."""
    street, place = _plain(f"{row.line_1} {row.line_2}"), _plain(row.postal_code or row.city)
    return f"{street} {place}" if street and place else ""


def _plain(text: str) -> str:
    """Letters and digits, in one case."""
    return "".join(character for character in text.casefold() if character.isalnum())
