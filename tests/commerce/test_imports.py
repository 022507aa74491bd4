"""Files of customers and the rest of the shop: tried, imported, interrupted, sent again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commerce.models import Customer, Order, Product, Sku
from core import dispatch
from core.actors import Actor, ActorKind, Role
from core.errors import InvalidPayload, MissingPermission
from core.models import AuditEntry, OutboxEvent
from integrations import registry
from integrations.models import AsyncAction, AsyncActionFailure, ImportChunk, ImportFile, ImportKey
from integrations.services import import_files, import_slices, imports
from integrations.services.import_files import ImportIsOver, Sent
from integrations.services.imports import SentBefore
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, OrderFactory, ProductFactory
from tests.integrations.exported import exported

pytestmark = pytest.mark.django_db

ACTOR = Actor.system("tests")
NAMELESS = "A row needs “Id in the shop” (source_id) or “Id in this system” (id)"
PERSON = Actor(kind=ACTOR.kind, id="1", label="Mia", role=Role.ADMIN, channel="ADMIN")


def sent(text: str | bytes, name: str = "people.csv") -> Sent:
    data = text.encode() if isinstance(text, str) else text
    return Sent(name=name, size_bytes=len(data), pieces=lambda: (data,))


def receive(text: str | bytes, *, kind: str = "customers", name: str = "people.csv") -> ImportFile:
    return import_files.receive(kind=kind, sent=sent(text, name), actor=PERSON, now=NOW)


def settled(file: ImportFile, on_duplicate: str) -> ImportFile:
    return import_files.settle(
        file_id=file.pk, mapping=file.mapping, on_duplicate=on_duplicate, actor=PERSON, now=NOW
    )


def checked(file: ImportFile, work_off: Callable[[], None]) -> ImportFile:
    imports.check(file_id=file.pk, actor=PERSON, now=NOW)
    work_off()
    file.refresh_from_db()
    return file


def ran(file: ImportFile, work_off: Callable[[], None], **how: Any) -> ImportFile:
    imports.run(file_id=file.pk, actor=PERSON, now=NOW, **how)
    work_off()
    file.refresh_from_db()
    return file


def refused(job: AsyncAction | None) -> list[tuple[int, str]]:
    rows = AsyncActionFailure.objects.filter(action=job).order_by("row")
    return [(one.row, one.reason) for one in rows]


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows at a time, so that a few rows are many slices."""
    for name in ("CUSTOMERS.IMPORT_CSV", "CUSTOMERS.BULK_UPDATE"):
        monkeypatch.setitem(registry._types, name, replace(registry.job_type(name), slice_size=2))


@pytest.mark.usefixtures("small_slices")
def test_the_trial_run_says_what_the_import_then_does(work_off: Any) -> None:
    CustomerFactory(source_id="old", name="Old")
    text = "Customer number;Full name;Fav colour\nnew;A;red\nold;B;\n;C;\nnew;D;blue\n;;\nnewer;E;\n"

    file = checked(receive(text), work_off)

    assert file.mapping == ["source_id", "name", "Fav colour"]
    assert file.check_counts == {"added": 2, "updated": 2, "skipped": 0, "refused": 2}
    assert refused(file.check_job) == [(3, NAMELESS), (5, NAMELESS)]
    assert list(Customer.objects.values_list("name", flat=True)) == ["Old"]
    assert not AuditEntry.objects.filter(entity_type="customer").exists()

    file = ran(file, work_off)

    assert file.run_counts == {"added": 2, "updated": 2, "skipped": 0, "refused": 2}
    assert refused(file.run_job) == refused(file.check_job)
    assert dict(Customer.objects.values_list("source_id", "name")) == {"new": "D", "old": "B", "newer": "E"}
    assert Customer.objects.get(source_id="new").metadata == {"Fav colour": "blue"}
    audited = AuditEntry.objects.filter(entity_type="customer").values_list("action", flat=True)
    assert sorted(audited) == ["customer.created"] * 2 + ["customer.updated"] * 2
    assert not OutboxEvent.objects.filter(name__startswith="customer.").exists()
    assert not ImportChunk.objects.exists()
    assert not ImportKey.objects.exists()
    assert file.sample == []


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("is_tried", [True, False])
@pytest.mark.parametrize(
    ("policy", "counts", "names"),
    [
        ("UPDATE", {"added": 1, "updated": 2, "skipped": 0, "refused": 0}, {"old": "B", "new": "C"}),
        ("SKIP", {"added": 1, "updated": 0, "skipped": 2, "refused": 0}, {"old": "Old", "new": "A"}),
        ("REFUSE", {"added": 1, "updated": 0, "skipped": 0, "refused": 2}, {"old": "Old", "new": "A"}),
    ],
)
def test_rows_that_are_there_already(
    work_off: Any, policy: str, counts: dict[str, int], names: dict[str, str], is_tried: bool
) -> None:
    CustomerFactory(source_id="old", name="Old")
    file = settled(receive("source_id,name\nnew,A\nold,B\nnew,C\n"), policy)

    if is_tried:
        assert checked(file, work_off).check_counts == counts
    file = ran(file, work_off)

    assert file.run_counts == counts
    assert dict(Customer.objects.values_list("source_id", "name")) == names
    if policy == "REFUSE":
        assert refused(file.run_job) == [(2, "old is there already."), (3, "new is there already.")]


def test_the_same_file_is_recognised(work_off: Any) -> None:
    text = "source_id,name\na,A\n"
    ran(receive(text), work_off)
    again = receive(text, name="other name.csv")

    with pytest.raises(SentBefore, match="10 March 2026 by Mia"):
        imports.run(file_id=again.pk, actor=PERSON, now=NOW)

    assert ran(again, work_off, is_forced=True).run_counts["updated"] == 1
    with pytest.raises(ImportIsOver):
        imports.run(file_id=again.pk, actor=PERSON, now=NOW, is_forced=True)


def test_a_profile_that_says_nothing_new_stays_untouched(work_off: Any) -> None:
    text = "source_id,name,Note\na,A,x\n"
    ran(receive(text), work_off)
    before = Customer.objects.get(source_id="a")

    ran(receive(text), work_off, is_forced=True)

    assert Customer.objects.get(source_id="a").updated_at == before.updated_at
    assert AuditEntry.objects.filter(entity_type="customer").count() == 1


@pytest.mark.usefixtures("small_slices")
def test_goes_on_where_a_dead_worker_left_it(work_off: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "source_id,name\n" + "".join(f"c{number},N\n" for number in range(9)) + ",bad\n"
    file = receive(text)
    imports.run(file_id=file.pk, actor=PERSON, now=NOW)
    real, calls = import_slices._note, []

    def dies(*args: Any, **kwargs: Any) -> None:
        calls.append(1)
        if len(calls) in (2, 4):
            raise SystemExit
        real(*args, **kwargs)

    monkeypatch.setattr(import_slices, "_note", dies)
    deaths = 0
    while ids := dispatch.plan(now=NOW):
        for delivery_id in ids:
            try:
                dispatch.deliver(delivery_id=delivery_id, now=NOW)
            except SystemExit:
                deaths += 1
                dispatch.deliver(delivery_id=delivery_id, now=NOW)

    file.refresh_from_db()
    assert deaths == 2
    assert file.run_counts == {"added": 9, "updated": 0, "skipped": 0, "refused": 1}
    assert refused(file.run_job) == [(10, NAMELESS)]
    assert Customer.objects.count() == 9


def test_twelve_kinds_of_bad_rows_are_named_and_nothing_else(work_off: Any) -> None:
    gone = CustomerFactory(source_id=None, deleted_at=NOW)
    bad = [
        ",,no name at all,,,",
        "a1,,Ann,1990-02-30,,",
        "a2,,Ann,yesterday,,",
        "a3,,Ann,10/12/1990,,",
        f"{'x' * 256},,Ann,,,",
        f"a4,,{'n' * 256},,,",
        f"a5,,Ann,,{'m' * 400}@shop.example,",
        "a6,,Ann,,,{not json",
        "a7,,Ann,,,[1]",
        "a8,,Ann,1990-01-01,,,one cell,too many",
        ",cust_none,Ann,,,",
        f",{gone.public_id},Ann,,,",
    ]
    lines, wrong = [], []
    for number, row in enumerate(bad):
        lines += [f"good{number},,Good,1990-01-01,g@shop.example,", row]
        wrong.append(2 * number + 2)
    text = "source_id,id,name,birthdate,email,metadata\n" + "\n".join(lines) + "\n"

    file = ran(receive(text), work_off)

    assert [row for row, _ in refused(file.run_job)] == wrong
    assert all(reason for _, reason in refused(file.run_job))
    assert file.run_counts == {"added": 12, "updated": 0, "skipped": 0, "refused": 12}
    assert Customer.objects.present().count() == 12


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_reads_what_sheets_save(work_off: Any, encoding: str) -> None:
    text = "source_id\tname\na\t“Zoë” Müller\n"

    file = ran(receive(text.encode(encoding)), work_off)

    assert (file.separator, file.rows_count) == ("\t", 1)
    assert Customer.objects.get().name == "“Zoë” Müller"


@pytest.mark.parametrize("data", [b"a,b\0\n", b"PK\x03\x04", b"", b'source_id\n"a\n', b"source_id\n\x81\n"])
def test_what_cannot_be_read_leaves_nothing(data: bytes) -> None:
    with pytest.raises(InvalidPayload):
        receive(data)

    assert not ImportFile.objects.exists()
    assert not ImportChunk.objects.exists()


def test_columns_are_asked_for_before_anything_is_tried() -> None:
    file = receive("first,second\na,b\n")

    for mapping, says in (
        (["", ""], "Say which column is Id in the shop"),
        (["source_id", "source_id"], "Two columns are Id in the shop"),
        (["source_id"], "Every column"),
    ):
        with pytest.raises(InvalidPayload) as refusal:
            import_files.settle(
                file_id=file.pk, mapping=mapping, on_duplicate="UPDATE", actor=PERSON, now=NOW
            )
        assert says in refusal.value.details
    with pytest.raises(InvalidPayload):
        imports.check(file_id=file.pk, actor=PERSON, now=NOW)


def test_only_who_may_change_customers_imports_them() -> None:
    viewer = Actor(kind=ActorKind.USER, id="2", label="Vera", role=Role.VIEWER, channel="ADMIN")

    with pytest.raises(MissingPermission):
        import_files.receive(kind="customers", sent=sent("source_id\na\n"), actor=viewer, now=NOW)


def test_files_of_json(work_off: Any) -> None:
    ProductFactory(source_id="shirt", attributes=["size"])
    people = '[{"source_id": "a", "name": "A", "metadata": {"n": 1.5}}, {"name": "nobody"}]'
    skus = '{"product_id": "shirt", "source_id": "s", "price": 1999, "attributes": {"size": "M"}}'
    orders = '[{"source_id": "o", "items": [{"quantity": 2, "price": 500}]}]'

    first = ran(receive(people, name="a.json"), work_off)
    ran(receive(skus, kind="skus", name="s.jsonl"), work_off)
    ran(receive(orders, kind="orders", name="o.json"), work_off)

    assert first.run_counts == {"added": 1, "updated": 0, "skipped": 0, "refused": 1}
    assert Customer.objects.get(source_id="a").metadata == {"n": 1.5}
    assert (Sku.objects.get().price, Sku.objects.get().attributes) == (1999, {"size": "M"})
    assert Order.objects.get().amount == 1000


def test_a_person_means_the_whole_product(work_off: Any) -> None:
    ProductFactory(source_id="shirt", name="Old", price=100)

    ran(receive("Title,Product id,Unit price\nShirt,shirt,12.50\n", kind="products"), work_off)

    shirt = Product.objects.get()
    assert (shirt.name, shirt.price) == ("Shirt", 1250)


def test_files_that_nobody_imported_are_emptied(now: datetime) -> None:
    file = receive("source_id\na\n")

    assert import_files.prune(before=NOW, now=NOW) == 0
    assert import_files.prune(before=datetime(2027, 1, 1, tzinfo=NOW.tzinfo), now=NOW) == 1

    file.refresh_from_db()
    assert not ImportChunk.objects.exists()
    with pytest.raises(ImportIsOver, match="send it again"):
        imports.run(file_id=file.pk, actor=PERSON, now=NOW)


WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
TEXT = st.one_of(
    WORDS,
    st.sampled_from(["=1+1", "'=x", "''@y", "-5", "-x", "+4", "\tz", 'a"b', "a,b;c\nd", "'", "@", "true"]),
).map(str.strip)
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "name": TEXT,
            "description": TEXT,
            "city": TEXT,
            "birthdate": st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
            "metadata": st.dictionaries(WORDS, TEXT | st.integers(-5, 5) | st.booleans(), max_size=3),
        }
    ),
    min_size=1,
    max_size=6,
)
FIELDS = ("source_id", "name", "description", "address_city", "birthdate", "metadata")


# Spaces around a cell are nobody's, so they are not kept.
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE)
def test_what_is_exported_can_be_imported_again(work_off: Any, people: list[dict[str, Any]]) -> None:
    Customer.objects.all().delete()
    for number, values in enumerate(people):
        CustomerFactory(source_id=f"c{number}", **values)
    before = exported("customer", fields=list(FIELDS))
    stored = sorted(Customer.objects.values_list("source_id", "metadata", "birthdate"))
    Customer.objects.all().delete()
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(before)

    file = ran(receive(buffer.getvalue()), work_off, is_forced=True)

    assert file.run_counts["added"] == len(people), refused(file.run_job)
    assert exported("customer", fields=list(FIELDS)) == before
    assert sorted(Customer.objects.values_list("source_id", "metadata", "birthdate")) == stored


def test_orders_and_products_come_back_as_they_were(work_off: Any) -> None:
    ProductFactory(source_id="p", name="=P", price=1999, attributes=["a", "b"], metadata={"x": 1})
    anna = CustomerFactory(source_id="anna")
    OrderFactory(source_id="o", status="PAID", amount=1050, total_amount=1050, customer=anna)
    found = {
        kind: exported(name, fields=fields)
        for kind, name, fields in (
            ("products", "product", ["source_id", "name", "price", "attributes", "metadata"]),
            ("orders", "order", ["source_id", "status", "amount", "customer_id"]),
        )
    }
    Order.objects.all().delete()
    Product.objects.all().delete()

    for kind, rows in found.items():
        buffer = io.StringIO(newline="")
        writer = csv.DictWriter(buffer, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        file = ran(receive(buffer.getvalue(), kind=kind), work_off)
        assert file.run_counts["added"] == 1, refused(file.run_job)

    assert exported("product", fields=[*found["products"][0]]) == found["products"]
    assert exported("order", fields=[*found["orders"][0]]) == found["orders"]
