"""One row of a CSV file as what a service takes (contract: data file 9). Headers match in any case."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from commerce.api.serializers.customers import AddressPayload, CustomerPayload
from commerce.api.serializers.products import NewProductInput, NewSkuInput
from commerce.models import Product
from commerce.services.catalogue_specs import ArticleSpec
from commerce.services.customer_specs import ADDRESS, COLUMNS, CustomerSpec
from core.api.fields import MAX_AMOUNT, parse
from core.errors import InvalidPayload
from core.metadata_text import object_of, value_of

_CUSTOMER_WORDS: Final = ("id", "source_id", "name", "email", "phone", "birthdate", "birthday", "description")
_PLACES: Final = {
    **{word: (False, word) for word in _CUSTOMER_WORDS},
    **{f"address_{name}": (True, name) for name in ADDRESS},
    **{name: (True, name) for name in ADDRESS},
}
_EMPTY_PROFILE: Final[Mapping[str, Any]] = {name: None if name == "birthdate" else "" for name in COLUMNS}
_NAMES: Final = ("id", "source_id")
# As people see the columns when they import (`import_kinds`), and as the contract calls them.
_NAMELESS: Final = "A row needs “Id in the shop” (source_id) or “Id in this system” (id)"
_BIRTH: Final = ("birthdate", "birthday")


def _longest() -> dict[str, int]:
    """How long each cell may be; what is not text is looked at carefully whatever its length."""
    fields = CustomerPayload().fields
    address = AddressPayload().fields
    found = {word: getattr(fields[word], "max_length", None) or 0 for word in _CUSTOMER_WORDS}
    return found | {name: getattr(address[name], "max_length", None) or 0 for name in ADDRESS}


_LONGEST: Final = _longest()
_ORDER_WORDS: Final = ("id", "source_id", "status", "customer_id", "referrer_id")
_ORDER_AMOUNTS: Final = ("amount", "discount_amount")
_DATE: Final = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]", re.ASCII)

type Types = Mapping[str, Mapping[str, Any]]
"""Definitions of a metadata schema by key."""
UNTYPED: Final[Types] = MappingProxyType({})


def customer(value: Mapping[str, str], types: Types = UNTYPED) -> CustomerSpec:
    """A row of customers: the whole profile, columns that are not there or empty included.

    :raises InvalidPayload: neither id nor source_id, or a cell of a wrong shape.
    """
    names: dict[str, str] = {}
    values = dict(_EMPTY_PROFILE)
    others: dict[str, str] = {}
    for word, text in value.items():
        cell = text.strip()
        if not cell:
            continue
        _, place = _PLACES.get(word) or _PLACES.get(word.lower()) or (False, "")
        if not place:
            others[word] = text
        elif place in _BIRTH and _DATE.fullmatch(cell) and _is_date(cell):
            values["birthdate"] = date.fromisoformat(cell)
        elif len(cell) > _LONGEST[place]:
            return _carefully(value, types)
        elif place in _NAMES:
            names[place] = cell
        else:
            values[place] = cell
    if not names:
        raise InvalidPayload(_NAMELESS)
    metadata = _metadata(others, frozenset(), types)
    return CustomerSpec(**names, values=values, metadata=metadata, replaces_metadata=True)


def _carefully(value: Mapping[str, str], types: Types) -> CustomerSpec:
    """The same by the API's own reading of a customer, which says what is wrong.

    :raises InvalidPayload: a cell of a wrong shape.
    """
    payload: dict[str, Any] = {}
    address: dict[str, str] = {}
    others: dict[str, str] = {}
    for word, text in value.items():
        cell = text.strip()
        if not cell:
            continue
        is_address, place = _PLACES.get(word.lower(), (False, ""))
        if place:
            (address if is_address else payload)[place] = cell
        else:
            others[word] = text
    if "id" not in payload and "source_id" not in payload:
        raise InvalidPayload(_NAMELESS)
    payload |= {"address": address, "metadata": _metadata(others, frozenset(), types)}
    spec = CustomerSpec.from_payload(parse(CustomerPayload, payload))
    return replace(spec, values={**_EMPTY_PROFILE, **spec.values}, replaces_metadata=True)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def product(value: Mapping[str, str], types: Types = UNTYPED) -> ArticleSpec:
    """A row of products.

    :raises InvalidPayload: no name, or a cell of a wrong shape.
    """
    cells = {word.lower(): cell.strip() for word, cell in value.items()}
    if not cells.get("name"):
        raise InvalidPayload("A row needs “Name” (name)")
    payload: dict[str, Any] = {
        word: cells[word] for word in ("source_id", "name", "image_url") if cells.get(word)
    }
    if cells.get("price"):
        payload["price"] = _minor_units(cells["price"])
    if cells.get("attributes"):
        payload["attributes"] = _names(cells["attributes"])
    payload["metadata"] = _metadata(value, {"source_id", "name", "image_url", "price", "attributes"}, types)
    return ArticleSpec.product(parse(NewProductInput, payload))


def only_name(spec: ArticleSpec) -> ArticleSpec:
    """What a row changes on a product that is stored already."""
    return replace(spec, values={"name": spec.values["name"]}, metadata={})


def sku(value: Mapping[str, str], types: Types = UNTYPED) -> tuple[str, ArticleSpec]:
    """A row of SKUs: the reference of its product (id or `source_id`) and the SKU.

    :raises InvalidPayload: no product or `source_id`, or a cell of a wrong shape.
    """
    cells = {word.lower(): cell.strip() for word, cell in value.items()}
    for word, called in (("product_id", "Its product's id"), ("source_id", "Id in the shop")):
        if not cells.get(word):
            raise InvalidPayload(f"A row needs “{called}” ({word})")
    payload: dict[str, Any] = {
        word: cells[word] for word in ("source_id", "sku", "image_url", "currency") if cells.get(word)
    }
    if cells.get("price"):
        payload["price"] = _minor_units(cells["price"])
    if cells.get("attributes"):
        payload["attributes"] = _attributes(cells["attributes"])
    known = {"product_id", "source_id", "sku", "image_url", "currency", "price", "attributes"}
    payload["metadata"] = _metadata(value, known, types)
    return cells["product_id"], ArticleSpec.sku(parse(NewSkuInput, payload))


def check_attributes(product: Product, spec: ArticleSpec) -> None:
    """A SKU in a file has values only for attributes that its product declares.

    :raises InvalidPayload: for another one.
    """
    unknown = sorted(set(spec.values.get("attributes") or ()) - set(product.attributes))
    if unknown:
        raise InvalidPayload(f"The product has no attribute {unknown[0]!r}")


def name_of(value: Any) -> str:
    """What a row is called in a report: its `source_id`, else its id."""
    if isinstance(value, str):
        return value[:255]
    if not isinstance(value, Mapping):
        return ""
    cells = {str(word).lower(): cell for word, cell in value.items()}
    name = cells.get("source_id") or cells.get("id") or ""
    return name[:255] if isinstance(name, str) else ""


def _metadata(value: Mapping[str, str], known: Set[str], types: Types) -> dict[str, Any]:
    """Every other column, and what a column `metadata` holds as JSON; a cell is of its key's type.

    :raises InvalidPayload: the column `metadata` holds no JSON object.
    """
    found: dict[str, Any] = {}
    for word, cell in value.items():
        if not word or word.lower() in known or not cell.strip():
            continue
        if word == "metadata":
            inner = object_of(cell)
            if inner is None:
                raise InvalidPayload('metadata must be a JSON object such as {"colour": "blue"}')
            found |= inner
        else:
            key = word.removeprefix("metadata.")
            found[key] = value_of(types, key, cell)
    return found


def order(value: Mapping[str, str], types: Types = UNTYPED) -> dict[str, Any]:
    """A row of orders, without lines, as the wire has it: amounts in a sheet are in major units.

    :raises InvalidPayload: an amount of a wrong shape.
    """
    cells = {word.lower(): cell.strip() for word, cell in value.items()}
    payload: dict[str, Any] = {word: cells[word] for word in _ORDER_WORDS if cells.get(word)}
    if "status" in payload:
        payload["status"] = payload["status"].upper()
    for word in _ORDER_AMOUNTS:
        if cells.get(word):
            payload[word] = _minor_units(cells[word], word)
    if cells.get("customer_source_id"):
        payload["customer"] = {"source_id": cells["customer_source_id"]}
    known = {*_ORDER_WORDS, *_ORDER_AMOUNTS, "customer_source_id"}
    return payload | {"metadata": _metadata(value, known, types)}


def _minor_units(text: str, word: str = "price") -> int:
    """An amount in major units, as people write it in a sheet.

    :raises InvalidPayload: not a number, negative, or finer than a hundredth.
    """
    try:
        amount = Decimal(text) * 100
    except ArithmeticError:  # no number, or one with an exponent beyond all limits
        raise InvalidPayload(f"{word} must be a number") from None
    if not amount.is_finite() or amount < 0 or amount > MAX_AMOUNT or amount != amount.to_integral_value():
        raise InvalidPayload(f"{word} must be a number with at most two decimal places, not negative")
    return int(amount)


def _names(text: str) -> list[str]:
    """`colour,size`, or a JSON array where a name holds a comma."""
    try:
        found = json.loads(text) if text.startswith("[") else None
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list) and all(isinstance(name, str) for name in found):
        return found
    return [name.strip() for name in text.split(",") if name.strip()]


def _attributes(text: str) -> dict[str, Any]:
    """`{'color': 'blue'}`: written like a Python dictionary in the contract's example; JSON reads the same.

    :raises InvalidPayload: anything else.
    """
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(
        isinstance(key, str) and isinstance(value, str | int | bool) for key, value in found.items()
    ):
        raise InvalidPayload("attributes must be an object such as {'color': 'blue'}")
    return found
