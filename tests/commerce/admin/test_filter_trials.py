"""Whether a customer or an article belongs to what the page says, and why; a count that never takes long."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.admin.filter_editor import document, preview
from commerce.admin.filter_editor.catalogue import CUSTOMER_FIELDS, Input, Kind, operators_of
from commerce.models import Customer, Location, Segment
from tests.commerce.admin.test_filter_editor import rows
from tests.factories.commerce import CustomerFactory, ProductFactory, SkuFactory

SEGMENT = "/admin/commerce/segment"
COLLECTION = "/admin/commerce/productcollection"
NOW = datetime(2026, 3, 10, tzinfo=UTC)


def ask(page: Client, where: str, filter: str, who: str) -> dict[str, Any]:
    body = {"document": filter, "question": json.dumps({"who": who})}
    found: dict[str, Any] = page.post(f"{where}/test/", body).json()
    return found


@pytest.mark.django_db
def test_a_customer_is_in_or_not_and_why(admin_page: Client) -> None:
    anna = CustomerFactory(name="Anna", country="PL", orders_total_amount=4000, metadata={"tier": "gold"})
    lines = (
        ("address.country", "", "$is", "PL"),
        ("summary.orders.total_amount", "", "$more_than_equal", 5000),
        ("metadata.*", "tier", "$is", "gold"),
        ("events.*.count", "opened", "$more_than", 0),
    )

    found = ask(admin_page, SEGMENT, rows(*lines), f"customer:{anna.public_id}")

    assert found["verdict"] == "Anna does not belong to it: 2 of 4 conditions are met."
    told = [(row["text"], row["found"], row["holds"]) for row in found["rows"]]
    assert told == [
        ("Country is PL", "Found: PL", True),
        ("Spent in paid orders is at least 50.00 EUR", "Found: 40.00\xa0EUR", False),
        ("Custom event, how often “opened” is more than 0", "Found: nothing", False),
        ("Metadata “tier” is gold", "Found: gold", True),
    ]
    found = ask(admin_page, SEGMENT, rows(*lines, junction="or"), f"customer:{anna.public_id}")
    assert (found["holds"], found["note"]) == (True, "One of them is enough.")
    assert not Segment.objects.exists()


@pytest.mark.django_db
def test_an_article_is_in_or_not_and_why(admin_page: Client) -> None:
    shoe = ProductFactory(name="Red shoe", price=9900)
    sku = SkuFactory(product=shoe, sku="Red shoe, 42", price=4000)
    dear = rows(("name", "", "$contains", "shoe"), ("price", "", "$more_than", 5000))

    assert ask(admin_page, COLLECTION, dear, f"product:{shoe.public_id}")["holds"] is True
    found = ask(admin_page, COLLECTION, dear, f"sku:{sku.public_id}")
    assert [(row["found"], row["holds"]) for row in found["rows"]] == [
        ("Found: Red shoe, 42", True),
        ("Found: 40.00\xa0EUR", False),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["", "customer:cust_none", "product:prod_1", "segment:seg_1"])
def test_somebody_has_to_be_chosen(admin_page: Client, who: str) -> None:
    found = ask(admin_page, SEGMENT, rows(("address.country", "", "$is", "PL")), who)

    assert found == {"refusal": "Choose from the list who or what is tried."}
    assert "not complete" in ask(admin_page, SEGMENT, rows(("name", "", "$is", "")), who)["refusal"]


@pytest.mark.django_db
def test_names_are_offered(admin_page: Client) -> None:
    CustomerFactory(name="Anna", email="")
    shape = {"type": "circle", "distance": {"center": "0,0", "radius": "1"}}
    Location.objects.create(public_id="loc_here", name="Annaberg", shape=shape, created_at=NOW)

    hits = admin_page.get(f"{SEGMENT}/look_up/", {"kinds": "location,customer,nothing", "q": "anna"}).json()
    assert [hit["name"] for hit in hits["results"]] == ["Annaberg", "Anna"]


@pytest.mark.django_db
def test_what_takes_too_long_to_count_is_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    CustomerFactory.create_batch(3)
    monkeypatch.setattr(preview, "_LONGEST", "1ms")
    slow = Customer.objects.extra(where=["pg_sleep(0.05) IS NOT NULL"])  # noqa: S610

    count, examples = preview.counted([("customer", "customers", slow)], shown=str)

    assert count.startswith("About ")
    assert count.endswith(("customers match", "customer matches"))
    assert examples == ""


VALUES: dict[Input, st.SearchStrategy[Any]] = {
    Input.NONE: st.sampled_from([True, [], [True], "x"]),
    Input.TEXT: st.text(min_size=1, max_size=4).filter(lambda text: "\0" not in text and text.strip() != ""),
    Input.NUMBER: st.integers(0, 30) | st.sampled_from(["7", [3]]),
    Input.DAYS: st.integers(0, 30) | st.just([4]),
    Input.DATE: st.sampled_from(["2026-03-10", "2026-03-10T10:00:00Z", ["2026-03-10"]]),
    Input.MONTH: st.sampled_from([[3], [1, 2]]),
    Input.WEEKDAY: st.sampled_from([[0], [1, 6]]),
}
VALUES[Input.TEXTS] = st.integers(0, 30) | st.lists(st.integers(0, 30), min_size=1, max_size=3)


@st.composite
def wires(draw: Any) -> dict[str, Any]:
    """Filters as shops send them: scalars and lists, several operators of a field, unknown fields beside."""
    wire: dict[str, Any] = {"junction": draw(st.sampled_from(["and", "or"]))}
    for field in draw(
        st.lists(st.sampled_from(CUSTOMER_FIELDS), min_size=2, max_size=4, unique_by=lambda one: one.name)
    ):
        name = field.name.replace("*", draw(st.sampled_from(["tier", "a.b"])))
        # Locations are looked up: they have a test of their own.
        known = {one: how for one, how in operators_of(field.kind).items() if how[1] is not Input.LOCATIONS}
        operators = draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=3, unique=True))
        wire[name] = {"conditions": {one: draw(VALUES[known[one][1]]) for one in operators}}
        if field.kind is Kind.TEXT and draw(st.booleans()):
            wire[name]["mine"] = {"kept": [1]}
    if draw(st.booleans()):
        wire["birthday"] = {"conditions": {"$today": True}}
    return wire


@settings(max_examples=150)
@given(wire=wires())
def test_a_filter_comes_back_as_it_was(wire: dict[str, Any]) -> None:
    drawn = json.loads(json.dumps(document.document_of(wire, CUSTOMER_FIELDS)))

    again, mistakes = document.wire_of(document.read(json.dumps(drawn)), CUSTOMER_FIELDS, now=NOW)

    assert mistakes == {}
    assert again == wire
