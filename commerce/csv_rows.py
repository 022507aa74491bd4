"""One row of a CSV file as what a service takes (contract: data file 9). Headers match in any case."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from commerce.api.serializers.customers import CustomerPayload
from commerce.api.serializers.products import NewProductInput, NewSkuInput
from commerce.models import Product
from commerce.services.catalogue_specs import ArticleSpec
from commerce.services.customer_specs import ADDRESS, COLUMNS, CustomerSpec
from core.api.fields import MAX_AMOUNT, parse
from core.errors import InvalidPayload

_CUSTOMER_WORDS: Final = ("id", "source_id", "name", "email", "phone", "birthdate", "birthday", "description")
_ADDRESS_WORDS: Final = {
    **{f"address_{name}": name for name in ADDRESS},
    **{name: name for name in ADDRESS},
}
_WORTH: Final = {"true": True, "false": False, "null": None}


def customer(value: Mapping[str, str]) -> CustomerSpec:
    """A row of customers: the whole profile, columns that are not there or empty included.

    :raises InvalidPayload: neither id nor source_id, or a cell of a wrong shape.
    """
    cells = {word.lower(): cell.strip() for word, cell in value.items()}
    payload: dict[str, Any] = {word: cells[word] for word in _CUSTOMER_WORDS if cells.get(word)}
    if not payload.get("id") and not payload.get("source_id"):
        raise InvalidPayload("A row needs Id or Source_id")
    payload["address"] = {name: cells[word] for word, name in _ADDRESS_WORDS.items() if cells.get(word)}
    known = {*_CUSTOMER_WORDS, *_ADDRESS_WORDS}
    payload["metadata"] = _metadata(value, known)
    spec = CustomerSpec.from_payload(parse(CustomerPayload, payload))
    emptied: dict[str, Any] = {name: None if name == "birthdate" else "" for name in COLUMNS}
    return replace(spec, values={**emptied, **spec.values}, replaces_metadata=True)


def product(value: Mapping[str, str]) -> ArticleSpec:
    """A row of products.

    :raises InvalidPayload: no name, or a cell of a wrong shape.
    """
    cells = {word.lower(): cell.strip() for word, cell in value.items()}
    if not cells.get("name"):
        raise InvalidPayload("A row needs name")
    payload: dict[str, Any] = {
        word: cells[word] for word in ("source_id", "name", "image_url") if cells.get(word)
    }
    if cells.get("price"):
        payload["price"] = _minor_units(cells["price"])
    if cells.get("attributes"):
        payload["attributes"] = [name.strip() for name in cells["attributes"].split(",") if name.strip()]
    payload["metadata"] = _metadata(value, {"source_id", "name", "image_url", "price", "attributes"})
    return ArticleSpec.product(parse(NewProductInput, payload))


def only_name(spec: ArticleSpec) -> ArticleSpec:
    """What a row changes on a product that is stored already."""
    return replace(spec, values={"name": spec.values["name"]}, metadata={})


def sku(value: Mapping[str, str]) -> tuple[str, ArticleSpec]:
    """A row of SKUs: the reference of its product (id or `source_id`) and the SKU.

    :raises InvalidPayload: no product or `source_id`, or a cell of a wrong shape.
    """
    cells = {word.lower(): cell.strip() for word, cell in value.items()}
    for word in ("product_id", "source_id"):
        if not cells.get(word):
            raise InvalidPayload(f"A row needs {word}")
    payload: dict[str, Any] = {
        word: cells[word] for word in ("source_id", "sku", "image_url", "currency") if cells.get(word)
    }
    if cells.get("price"):
        payload["price"] = _minor_units(cells["price"])
    if cells.get("attributes"):
        payload["attributes"] = _attributes(cells["attributes"])
    known = {"product_id", "source_id", "sku", "image_url", "currency", "price", "attributes"}
    payload["metadata"] = _metadata(value, known)
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


def _metadata(value: Mapping[str, str], known: set[str]) -> dict[str, Any]:
    """Every other column; `true`, `false` and `null` are what they say, all else is text."""
    return {
        word: _WORTH.get(cell.strip().lower(), cell)
        for word, cell in value.items()
        if word and word.lower() not in known and cell.strip()
    }


def _minor_units(text: str) -> int:
    """A price in major units, as people write it in a sheet.

    :raises InvalidPayload: not a number, negative, or finer than a hundredth.
    """
    try:
        amount = Decimal(text) * 100
    except InvalidOperation:
        raise InvalidPayload("price must be a number") from None
    if not amount.is_finite() or amount < 0 or amount > MAX_AMOUNT or amount != amount.to_integral_value():
        raise InvalidPayload("price must be a number with at most two decimal places, not negative")
    return int(amount)


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
