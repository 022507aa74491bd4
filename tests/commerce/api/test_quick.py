"""The short cut for bulk rows says exactly what the serializer says."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.api.quick import parse_row
from commerce.api.serializers.customers import BulkCustomerInput
from commerce.api.serializers.products import BulkProductInput
from core.api.exceptions import to_domain_error
from core.api.fields import parse

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 10**16),
    st.floats(allow_nan=False),
    st.sampled_from(["", " ", "x", "x" * 256, "2020-01-01"]),
    st.lists(st.sampled_from(["a", 1]), max_size=2),
    st.dictionaries(
        st.sampled_from(["city", "line_1", "other"]), st.sampled_from(["Oslo", "", 5, None]), max_size=3
    ),
)
CUSTOMER = st.sampled_from([*BulkCustomerInput().fields, "unknown"])
PRODUCT = st.sampled_from([*BulkProductInput().fields, "unknown"])


def answer(read: Any, serializer: Any, row: Any) -> Any:
    try:
        return read(serializer, row)
    except Exception as error:
        refusal = to_domain_error(error)
        assert refusal is not None
        return refusal.key, refusal.details


@settings(max_examples=300, deadline=None)
@given(row=st.dictionaries(CUSTOMER, VALUES, max_size=4), named=st.booleans())
def test_customers(row: dict[str, Any], named: bool) -> None:
    row = {"source_id": "a", **row} if named else row

    assert answer(parse_row, BulkCustomerInput, row) == answer(parse, BulkCustomerInput, row)


@settings(max_examples=300, deadline=None)
@given(row=st.dictionaries(PRODUCT, VALUES, max_size=4), named=st.booleans())
def test_products(row: dict[str, Any], named: bool) -> None:
    row = {"source_id": "a", **row} if named else row

    assert answer(parse_row, BulkProductInput, row) == answer(parse, BulkProductInput, row)


def test_rows_that_are_no_objects() -> None:
    for row in (None, 5, "text", [], [["source_id", "a"]]):
        assert answer(parse_row, BulkCustomerInput, row) == answer(parse, BulkCustomerInput, row)
