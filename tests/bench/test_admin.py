from __future__ import annotations

import os

import pytest

from commerce.models import Order
from promotions.models import Campaign, Redemption, Voucher
from tests.bench import admin
from tests.bench.admin_rows import Size
from tests.config.admin_pages import pages


@pytest.mark.django_db(transaction=True)
def test_the_benchmark_runs_among_the_rows_that_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.environ.get("FANFARE_NIGHTLY"):  # every twelfth page by day: all of them take a minute
        monkeypatch.setattr(admin, "pages", lambda rows: list(pages(rows))[::12])
    small = Size(campaigns=10, codes=40, customers=10, orders=30, others=10)

    text = admin.table(quick=True, size=small)

    assert "among 10 campaigns, 40 codes, 30 orders" in text
    assert "| median of the slowest page | 500 ms |" in text
    past = Order.objects.filter(source_id__startswith="past-")
    assert past.count() == 30
    used = Redemption.objects.filter(order__in=past)
    assert used.count() == 30
    assert Campaign.objects.filter(name__startswith="Many ").count() == 10
    spread = Voucher.objects.filter(code__startswith="MANY-").values("campaign").distinct().count()
    assert spread == 10
