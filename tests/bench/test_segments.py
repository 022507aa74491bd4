from __future__ import annotations

import pytest

from commerce.models import Customer, SegmentMembership
from core.models import OutboxEvent
from tests.bench import segments


@pytest.mark.django_db
def test_the_benchmark_runs_and_does_what_it_measures() -> None:
    segments.make_customers(300)
    segment = segments.build("Gold", segments._FILTERS["Gold"])
    assert SegmentMembership.objects.filter(segment=segment).count() == 100

    segments._write()
    Customer.objects.filter(metadata__tier="gold").update(metadata={"tier": "none"})
    segments.drain()

    assert not SegmentMembership.objects.filter(segment=segment).exists()
    assert OutboxEvent.objects.filter(name="customer.segment.left").count() == 100


@pytest.mark.django_db
def test_the_table_has_both_sizes() -> None:
    text = segments.table(quick=True, most=10_000)

    assert "| 10 customers | 1,000 customers |" in text
    assert "times as long with 100 times the customers" in text
