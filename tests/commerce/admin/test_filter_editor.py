"""Segments, collections and locations in the admin: rows of words, lists, previews."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from commerce.admin.filter_editor import document
from commerce.admin.filter_editor.catalogue import (
    ARTICLE_FIELDS,
    CUSTOMER_FIELDS,
    Input,
    Kind,
    operators_of,
)
from commerce.models import Location, Segment
from commerce.selectors import collections, segments
from tests.factories.commerce import (
    CREATED_AT,
    CustomerFactory,
    ProductFactory,
    SegmentFactory,
    SegmentMembershipFactory,
    own_collections,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, tzinfo=UTC)
ADD = "/admin/commerce/segment/add/"
PREVIEW = "/admin/commerce/segment/preview/"
POLISH = {"junction": "and", "address.country": {"conditions": {"$is": "PL"}}}


def rows(*lines: tuple[str, str, str, Any], junction: str = "and") -> str:
    """(field, key, operator, value or values): as the page sends it."""
    found: dict[str, Any] = {}
    for number, (field, key, operator, value) in enumerate(lines, 1):
        operands = value if isinstance(value, list) else [value]
        found[str(number)] = {"name": field, "property": key, "conditions": {operator: operands}}
    return json.dumps({"rules": {**found, "logic": f" {junction} ".join(found)}})


def page(segment: Segment, name: str = "change") -> str:
    return reverse(f"admin:commerce_segment_{name}", args=[segment.pk])


def members(segment: Segment) -> list[str]:
    return sorted(segment.memberships.values_list("customer__source_id", flat=True))


@pytest.mark.parametrize(
    ("fields", "tables"),
    [(CUSTOMER_FIELDS, segments.FIELDS), (ARTICLE_FIELDS, collections.PRODUCT_FIELDS)],
)
def test_every_field_and_operator_of_the_grammar_has_words(fields: Any, tables: Any) -> None:
    editable = {field.name: field for field in fields}
    for name, field in tables.items():
        name = "metadata.*" if name == "metadata" else name
        if name == "birthday":  # the old name of birthdate
            continue
        missing = set(field.operators) - operators_of(editable[name].kind).keys()
        if editable[name].kind is Kind.ANY:
            missing -= {"$has_value"}
        if editable[name].kind is Kind.INSTANT:
            missing -= {"$more_than", "$less_than"}  # of lists: days ago
        if editable[name].kind is Kind.BIRTHDATE:
            missing -= {"$last_week"}
        assert not missing, name
        unknown = operators_of(editable[name].kind).keys() - set(field.operators)
        assert not unknown, name


VALUES: dict[Input, list[Any]] = {
    Input.NONE: [],
    Input.TEXT: ["x"],
    Input.TEXTS: ["10", "20"],
    Input.NUMBER: [3],
    Input.DAYS: [30],
    Input.DATE: ["2026-03-10"],
    Input.MONTH: [3],
    Input.WEEKDAY: [0],
    Input.LOCATIONS: ["loc_here"],
}


@pytest.mark.parametrize("field", CUSTOMER_FIELDS, ids=lambda field: field.name)
def test_rows_survive_the_wire(field: Any) -> None:
    Location.objects.create(
        public_id="loc_here",
        name="Here",
        shape={"type": "circle", "distance": {"center": "0,0", "radius": "1"}},
        created_at=NOW,
    )
    for operator, (_, input) in operators_of(field.kind).items():
        value = VALUES[input]
        if input is Input.TEXTS and field.kind in (Kind.MONEY, Kind.NUMBER):
            value = [1000, 2000]
        row = {
            "name": field.name,
            "property": "k" if field.key_label else "",
            "conditions": {operator: value},
        }
        sent = {"rules": {"1": row, "logic": "1"}}

        wire, mistakes = document.wire_of(sent, CUSTOMER_FIELDS, segments.FIELDS, now=NOW)

        assert not mistakes, (operator, mistakes)
        again = document.document_of(wire, CUSTOMER_FIELDS)
        drawn = again["rules"]["1"]
        assert (drawn["name"], drawn.get("property", "")) == (row["name"], row["property"])
        assert drawn["conditions"] == {operator: value or [True]}
        assert document.wire_of(again, CUSTOMER_FIELDS, segments.FIELDS, now=NOW) == (wire, {})
        said = document.sentence(wire, CUSTOMER_FIELDS)
        assert "$" not in said
        assert field.label in said


def test_a_segment_is_made_of_rows(admin_page: Client) -> None:
    CustomerFactory(source_id="anna", country="PL", orders_total_amount=5000)
    CustomerFactory(source_id="bert", country="PL")
    filter = rows(
        ("address.country", "", "$is", "PL"),
        ("summary.orders.total_amount", "", "$more_than_equal", 4990),
    )

    admin_page.post(ADD, {"name": "Good Poles", "kind": "auto-update", "filter": filter})

    segment = Segment.objects.get()
    assert segment.filter == {
        "junction": "and",
        "address.country": {"conditions": {"$is": "PL"}},
        "summary.orders.total_amount": {"conditions": {"$more_than_equal": 4990}},
    }
    assert members(segment) == ["anna"]
    shown = admin_page.get(page(segment)).text
    assert "Spent in paid orders is at least 49.90" in shown
    listed = admin_page.get(reverse("admin:commerce_segment_changelist")).text
    assert "Country is PL and Spent in paid orders is at least 49.90 EUR" in listed


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("", "", "$is", "x"), "Choose what is asked."),
        (("name", "", "$after", "x"), "unknown operator for this field"),
        (("name", "", "$is", ""), "Write a value."),
        (("name", "", "$is", []), "Write a value."),
        (("metadata.*", "home", "$in_location", []), "Choose a location."),
        (("created_at", "", "$less_than_ago", 1.5), "Write a whole number of days."),
        (("metadata.*", "", "$is", "x"), "Write the name of the property."),
        (("summary.orders.total_count", "", "$more_than", "many"), "Write a number."),
        (("summary.orders.total_amount", "", "$more_than", "1.234"), "Write an amount such as 49.90."),
        (("created_at", "", "$after", "soon"), "an ISO 8601 date or date-time is expected."),
        (("birthdate", "", "$less_than_future", "400"), "at most 366 days are expected"),
    ],
)
def test_mistakes_are_shown_at_their_row(line: Any, said: str, admin_page: Client) -> None:
    answer = admin_page.post(ADD, {"name": "S", "kind": "passive", "filter": rows(line)})

    assert "Some rows are not complete yet" in answer.text
    assert said in answer.text
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    "filter", ["", rows(), "[]", "{", '{"rules": [1]}', '{"rules": {"1": {"name": "name"}}}']
)
def test_no_conditions_are_refused(filter: str, admin_page: Client) -> None:
    answer = admin_page.post(ADD, {"name": "S", "kind": "passive", "filter": filter})

    assert answer.status_code == 200
    assert not Segment.objects.exists()


def test_what_is_asked_twice_is_explained(admin_page: Client) -> None:
    twice = (("name", "", "$is", "x"), ("name", "", "$is", "y"))
    other = (("name", "", "$is_not", "x"), ("name", "", "$starts_with", "y"))

    answer = admin_page.post(ADD, {"name": "S", "kind": "passive", "filter": rows(*twice)})
    assert "This is asked twice" in answer.text
    both = (("name", "", "$is", "x"), ("name", "", "$contains", "y"))
    answer = admin_page.post(ADD, {"name": "S", "kind": "passive", "filter": rows(*both, junction="or")})
    assert "each field is asked once" in answer.text
    admin_page.post(ADD, {"name": "S", "kind": "passive", "filter": rows(*other)})
    assert Segment.objects.get().filter == {
        "junction": "and",
        "name": {"conditions": {"$is_not": "x", "$starts_with": "y"}},
    }


def test_the_count_follows_the_rows(admin_page: Client) -> None:
    CustomerFactory(name="Anna", country="PL")
    CustomerFactory(name="Bert", country="DE")

    def asked(*lines: Any) -> Any:
        return admin_page.post(PREVIEW, {"document": rows(*lines)}).json()

    polish = asked(("address.country", "", "$is", "PL"))
    assert polish == {
        "count": "1 customer matches",
        "examples": "For example Anna",
        "lines": [{"text": "Country is PL", "depth": 0, "joint": ""}],
        "mistakes": 0,
    }
    assert asked(("address.country", "", "$is_not", "FR"))["count"] == "2 customers match"
    assert asked(("address.country", "", "$is", ""))["count"] == "Some rows are not complete yet."
    assert admin_page.post(PREVIEW, {"document": "x"}).status_code == 400
    assert admin_page.get(PREVIEW).status_code == 405


def test_a_list_is_pasted_and_read_from_a_file(admin_page: Client) -> None:
    for name in ("anna", "bert", "carl"):
        CustomerFactory(source_id=name, email=f"{name}@shop.example")
    file = SimpleUploadedFile("list.csv", b"\xef\xbb\xbfname;email\nC;CARL@shop.example\n", "text/csv")

    admin_page.post(ADD, {"name": "L", "kind": "static", "customers": "anna, bert", "file": file})

    segment = Segment.objects.get()
    assert members(segment) == ["anna", "bert", "carl"]

    admin_page.post(page(segment), {"name": "L", "list_change": "remove", "customers": "bert"})
    assert members(segment) == ["anna", "carl"]
    admin_page.post(page(segment), {"name": "L", "list_change": "add", "customers": "bert"})
    assert members(segment) == ["anna", "bert", "carl"]
    admin_page.post(page(segment), {"name": "M", "list_change": "keep", "customers": ""})
    assert members(segment) == ["anna", "bert", "carl"]
    admin_page.post(page(segment), {"name": "M", "list_change": "replace", "customers": "carl"})
    assert members(segment) == ["carl"]


def test_unknown_customers_are_named(admin_page: Client) -> None:
    CustomerFactory(email="two@shop.example")
    CustomerFactory(email="Two@shop.example")

    def said(customers: str) -> str:
        return admin_page.post(ADD, {"name": "L", "kind": "static", "customers": customers}).text

    assert "Not known: who." in said("who")
    assert "More than one customer has the address two@shop.example" in said("two@shop.example")
    assert not Segment.objects.exists()


def test_a_filter_is_changed_and_followed_no_longer(admin_page: Client) -> None:
    CustomerFactory(source_id="anna", country="PL")
    admin_page.post(
        ADD, {"name": "S", "kind": "auto-update", "filter": rows(("address.country", "", "$is", "PL"))}
    )
    segment = Segment.objects.get()

    form = {"name": "S", "kind": "passive", "filter": rows(("address.country", "", "$is", "DE"))}
    admin_page.post(page(segment), form)

    segment.refresh_from_db()
    assert segment.type == Segment.Type.PASSIVE
    assert segment.filter["address.country"] == {"conditions": {"$is": "DE"}}
    assert not segment.memberships.exists()


def test_who_may_only_read_sees_words_and_no_form(page_as: Callable[[str], Client]) -> None:
    segment = SegmentFactory(type="passive", filter=POLISH)
    CustomerFactory(name="Anna", country="PL")

    shown = page_as("Viewer").get(page(segment)).text

    assert "Country is PL" in shown
    assert "data-condition-builder" not in shown
    assert "Anna" in shown


def test_cost_of_the_list_does_not_grow(admin_page: Client, count_queries: Any) -> None:
    url = reverse("admin:commerce_segment_changelist")
    SegmentMembershipFactory.create_batch(2)
    admin_page.get(url)
    few = count_queries(lambda: admin_page.get(url))
    SegmentFactory.create_batch(20, type="passive", filter=POLISH)

    assert count_queries(lambda: admin_page.get(url)) == few


def test_a_collection_is_made_of_rows(admin_page: Client) -> None:
    ProductFactory(name="Red shoe", price=9900)
    ProductFactory(name="Blue shoe", price=1000)
    filter = rows(("name", "", "$contains", "shoe"), ("price", "", "$more_than", 5000))

    form = {"name": "Dear shoes", "kind": "AUTO_UPDATE", "filter": filter}
    admin_page.post("/admin/commerce/productcollection/add/", form)

    made = own_collections().get()
    assert made.filter["price"] == {"conditions": {"$more_than": 5000}}
    asked = admin_page.post("/admin/commerce/productcollection/preview/", {"document": filter}).json()
    assert (asked["count"], asked["examples"]) == ("1 product and 0 SKUs match", "For example Red shoe")
    assert [line["text"] for line in asked["lines"]] == ["Name contains shoe", "Price is more than 50.00 EUR"]
    shown = admin_page.get(reverse("admin:commerce_productcollection_change", args=[made.pk])).text
    assert "Red shoe" in shown
    assert "Blue shoe" not in shown


def test_a_location_is_drawn(admin_page: Client) -> None:
    add = "/admin/commerce/location/add/"
    admin_page.post(add, {"name": "Warsaw", "kind": "circle", "center": "52.23, 21.01", "radius": "10 km"})
    square = [[0, 0], [1, 0], [1, 1], [0, 0]]
    outline = json.dumps(
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [square]}, "properties": {}}
    )
    admin_page.post(add, {"name": "Square", "kind": "polygon", "outline": outline})

    circle, polygon = Location.objects.order_by("pk")
    assert circle.shape["distance"] == {"center": "52.23, 21.01", "radius": "10 km"}
    assert polygon.shape["geojson"] == {"type": "Polygon", "coordinates": [square]}
    for form in (
        {"kind": "circle", "center": "far", "radius": "10 km"},
        {"kind": "circle", "center": "1,1", "radius": "wide"},
        {"kind": "polygon", "outline": "{"},
        {"kind": "polygon", "outline": "[]"},
    ):
        assert admin_page.post(add, {"name": "Bad", **form}).status_code == 200
    assert Location.objects.count() == 2
    assert admin_page.get(reverse("admin:commerce_location_change", args=[circle.pk])).status_code == 200
    assert admin_page.get(reverse("admin:commerce_location_changelist")).status_code == 200
    assert circle.created_at > CREATED_AT
