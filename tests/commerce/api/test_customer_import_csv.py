"""POST /v1/customers/importCSV"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from integrations.models import AsyncAction
from tests.commerce.api.jobs import outcome, send_csv
from tests.factories.commerce import CustomerFactory

URL = "/v1/customers/importCSV"


def test_imports_customers(api: APIClient, work_off: Any, told: Any) -> None:
    text = (
        "Source_id,NAME,Email,Phone,Birthdate,Address_City,address_line_1,Description,Loyal,Note\r\n"
        'a,"Ann, the first",a@shop.example,+48 1,1990-12-10,Oslo,1 Square,"two\nlines",true,=1+1\r\n'
        "b,Bob\r\n"
    )

    answer = send_csv(api, URL, text)
    work_off()

    ann, bob = Customer.objects.order_by("pk")
    assert answer.status_code == 202
    assert (ann.name, ann.email, ann.city, ann.line_1) == (
        "Ann, the first",
        "a@shop.example",
        "Oslo",
        "1 Square",
    )
    assert (ann.birthdate, ann.description) == (date(1990, 12, 10), "two\nlines")
    assert ann.metadata == {"Loyal": True, "Note": "=1+1"}
    assert (bob.name, bob.metadata) == ("Bob", {})
    result = outcome(api, answer)["result"]
    assert result == {"message": "2 done, 0 failed", "failed": [], "done_count": 2, "failed_count": 0}
    assert not [name for name in told() if name.startswith("customer.")]


def test_a_known_profile_is_overwritten_wholly(api: APIClient, work_off: Any) -> None:
    by_source_id = CustomerFactory(source_id="a", city="Oslo", metadata={"old": 1})
    by_id = CustomerFactory(source_id="z", name="Old", metadata={"old": 1})

    send_csv(api, URL, f"id,source_id,name,new\n,a,Ann,1\n{by_id.public_id},,Zoe,\n")
    work_off()

    by_source_id.refresh_from_db()
    by_id.refresh_from_db()
    assert (by_source_id.name, by_source_id.email, by_source_id.city) == ("Ann", "", "")
    assert by_source_id.metadata == {"new": "1"}
    assert (by_id.name, by_id.source_id, by_id.metadata) == ("Zoe", "z", {})


def test_bad_rows_are_reported_and_stop_nothing(api: APIClient, work_off: Any) -> None:
    text = "source_id,id,birthdate\na,,1990-01-01\n,,\nb,,yesterday\n,cust_none,\nc,,\n"

    answer = send_csv(api, URL, text)
    work_off()

    result = outcome(api, answer)["result"]
    assert (result["done_count"], result["failed_count"]) == (2, 3)
    assert result["failed"] == [
        {"row": 2, "reason": "A row needs “Id in the shop” (source_id) or “Id in this system” (id)"},
        {"source_id": "b", "row": 3, "reason": "Property .birthdate must be a date (YYYY-MM-DD)"},
        {"source_id": "cust_none", "row": 4, "reason": "Cannot find customer with id cust_none"},
    ]
    assert sorted(Customer.objects.values_list("source_id", flat=True)) == ["a", "c"]


@pytest.mark.parametrize(
    ("content", "details"),
    [
        (b"", "The file must begin with a header line."),
        (b"\n", "The file must begin with a header line."),
        (b"name,Name\nx,y\n", "The header line must not hold a word twice."),
        (b"name\n\xff\xfe\n", "The file must be UTF-8 text."),
        (b"name\na\0b\n", "The file must not contain NUL characters."),
    ],
)
def test_refuses_what_is_no_csv(api: APIClient, content: bytes, details: str) -> None:
    answer = send_csv(api, URL, content)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert answer.json()["details"] == details
    assert not AsyncAction.objects.exists()


def test_needs_the_file(api: APIClient) -> None:
    without = api.post(URL, {"other": "x"}, format="multipart")
    as_text = api.post(URL, {"file": "source_id\na\n"}, format="multipart")
    as_json = api.post(URL, {"file": "x"})

    for answer in (without, as_text):
        assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
        assert answer.json()["details"] == "Payload should have required property 'file'"
    assert as_json.status_code == 415
    assert not AsyncAction.objects.exists()


def test_refuses_too_large_a_file(api: APIClient) -> None:
    answer = send_csv(api, URL, b"source_id\n" + b"x" * (10 * 1024 * 1024))

    assert answer.status_code == 413
    assert not AsyncAction.objects.exists()


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["POST"])
