"""A table and rows for the filter tests, and the same rows as plain records."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, models
from django.test.utils import isolate_apps

from core.api.filters import Array, Bool, Date, DateTime, Json, Number, State, Text

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

with isolate_apps("core"):

    class Sample(models.Model):
        text = models.CharField(max_length=100, blank=True, default="")
        nullable_text = models.CharField(max_length=100, null=True)  # noqa: DJ001  both ways of absence are tested
        number = models.IntegerField(null=True)
        amount = models.DecimalField(max_digits=20, decimal_places=4, null=True)
        flag = models.BooleanField(null=True)
        at = models.DateTimeField(null=True)
        day = models.DateField(null=True)
        metadata = models.JSONField(null=True)
        labels = models.JSONField(null=True)

        class Meta:
            app_label = "core"
            db_table = "core_filter_sample"

        def __str__(self) -> str:
            return self.text

    class Tag(models.Model):
        sample = models.ForeignKey(Sample, models.CASCADE, related_name="tags")
        name = models.CharField(max_length=100)

        class Meta:
            app_label = "core"
            db_table = "core_filter_sample_tag"

        def __str__(self) -> str:
            return self.name


FIELDS = {
    "text": Text("text"),
    "nullable_text": Text("nullable_text"),
    "counts.number": Number("number"),
    "amount": Number("amount", decimals=True),
    "flag": Bool("flag"),
    "at": DateTime("at"),
    "day": Date("day"),
    "metadata": Json("metadata"),
    "labels": Array("labels"),
    "tags": Text("tags__name", many=Sample),
}
STATES = {
    "$active": lambda now: models.Q(at__gt=now),
    "$expired": lambda now: models.Q(at__lte=now),
}
FIELDS_OF_LISTS = {**FIELDS, "active": State(STATES)}

# Each row: the columns, then the names of its tags.
ROWS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    (
        {
            "text": "SUMMER-10",
            "nullable_text": "",
            "number": 0,
            "amount": "0",
            "flag": False,
            "at": NOW,
            "labels": [],
        },
        ["A"],
    ),
    (
        {
            "text": "summer-10",
            "nullable_text": "x",
            "number": 1,
            "amount": "1.5",
            "flag": True,
            "at": NOW - DAY,
        },
        ["A", "B"],
    ),
    (
        {"text": "10%_off", "number": 2, "amount": "-1.5", "at": NOW + DAY, "labels": ["a", "b", 5, None]},
        ["b"],
    ),
    (
        {
            "text": "SUMMER",
            "number": -5,
            "amount": "1000000000000000",
            "at": NOW - 7 * DAY,
            "day": date(2026, 3, 10),
        },
        [],
    ),
    ({"text": "true", "number": 2_000_000_000, "at": NOW + 7 * DAY, "day": date(2026, 3, 9)}, ["C", "C"]),
    ({"text": "5", "at": datetime(2026, 3, 10, 0, 0, tzinfo=UTC), "day": date(2026, 3, 17)}, ["A%"]),
    (
        {"text": "\\'\";--", "at": datetime(2026, 3, 9, 23, 30, tzinfo=UTC), "day": date(1990, 2, 28)},
        ["summer"],
    ),
    (
        {"text": "żółć", "at": datetime(2026, 3, 11, 0, 0, tzinfo=UTC), "metadata": {}, "labels": ["summer"]},
        [],
    ),
    ({"text": "10", "metadata": {"lang": "pl"}, "labels": "a"}, []),
    ({"text": " ", "metadata": {"lang": None}, "labels": {"a": 1}}, []),
    ({"metadata": {"lang": ["pl", "en"], "a__b": "x", "date": "2026-03-10"}, "labels": ["a"]}, []),
    ({"metadata": {"lang": 5, "date": "2026-03-10T12:00:00Z"}, "labels": [[1], ["a"]]}, []),
    ({"metadata": {"lang": "5", "date": "2026-03-10T12:00:00.5+00:00"}}, []),
    ({"metadata": {"lang": 5.0, "date": "2026-99-99"}}, []),
    ({"metadata": {"lang": 10.25, "date": 20260310}}, []),
    ({"metadata": {"lang": True, "date": ["2020-01-01", "2026-03-09T23:00:00.123Z"]}}, []),
    ({"metadata": {"lang": {"pl": "pl"}, "date": "2026-03-17T12:00:00Z"}}, []),
    ({"metadata": {"lang": [], "date": "tomorrow"}}, []),
    ({"metadata": {"lang": "", "a.b": "dotted", "lang__isnull": "y"}}, []),
    ({"metadata": {"lang": "10.5\n"}}, []),
    ({"metadata": {"lang": 1e20, "0": "zero", "$is": "op"}}, []),
    ({"metadata": {"lang": [1, [2, "pl"], {"pl": 1}, None]}}, []),
    ({"metadata": ["lang", "pl"]}, []),
    ({"metadata": "lang"}, []),
    ({"metadata": {"lang": "SUMMER-10", "date": "2026-03-10 12:00:00"}}, []),
    ({"metadata": {"lang": -0.0}}, []),
]


def create_rows() -> list[dict[str, Any]]:
    """Make the tables inside the test's transaction, fill them, return the records keyed by wire names."""
    with connection.schema_editor() as editor:
        editor.create_model(Sample)
        editor.create_model(Tag)
    for columns, tags in ROWS:
        sample = Sample.objects.create(**columns)
        Tag.objects.bulk_create(Tag(sample=sample, name=name) for name in tags)
    return [_record(sample) for sample in Sample.objects.order_by("pk").prefetch_related("tags")]


def _record(sample: Sample) -> dict[str, Any]:
    return {
        "pk": sample.pk,
        "text": sample.text,
        "nullable_text": sample.nullable_text,
        "counts": {"number": sample.number},
        "amount": sample.amount,
        "flag": sample.flag,
        "at": sample.at,
        "day": sample.day,
        "metadata": sample.metadata,
        "labels": sample.labels,
        "tags": [tag.name for tag in sample.tags.all()],
    }
