"""The forms of the page of variations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from commerce.models import (
    Product,
    ProductCollection,
    ProductCollectionItem,
    Segment,
    SegmentMembership,
    Sku,
)
from core.models import Area
from promotions import variation_table
from promotions.admin.forms.stops import ChosenWidget
from promotions.models import Campaign
from promotions.variation_table import MOST_COLUMNS, MOST_ROWS, Column, Table, TableNotRead

_MOST_BYTES: Final = 256 * 1024
_HEADING: Final = "heading-{}"
_CELL: Final = "cell-{}-{}"


class ChangeForm(forms.Form):
    """What becomes of all chosen variations. Empty: stays as it is."""

    discount = forms.CharField(
        required=False,
        max_length=40,
        label="Discount",
        widget=UnfoldAdminTextInputWidget,
        help_text="Its value: 25 for 25 % or, of an amount, 5.00.",
    )
    starts_on = forms.DateField(required=False, label="From", widget=UnfoldAdminDateWidget)
    ends_on = forms.DateField(
        required=False, label="Until", widget=UnfoldAdminDateWidget, help_text="The last day."
    )

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.values()):
            raise ValidationError("Say what is to become different.")
        return cleaned


class MultiplyForm(forms.Form):
    """Every combination of what is chosen becomes a row of the table."""

    areas = forms.ModelMultipleChoiceField(
        queryset=Area.objects.none(),
        required=False,
        label="Areas",
        widget=forms.CheckboxSelectMultiple,
    )
    segments = forms.ModelMultipleChoiceField(
        queryset=Segment.objects.none(), required=False, label="Segments"
    )
    products = forms.ModelMultipleChoiceField(
        queryset=Product.objects.none(), required=False, label="Products"
    )
    collections = forms.ModelMultipleChoiceField(
        queryset=ProductCollection.objects.none(), required=False, label="Collections"
    )
    discount = forms.CharField(
        required=False,
        max_length=40,
        label="Discount",
        widget=UnfoldAdminTextInputWidget,
        help_text="The value for all rows. Empty: as the campaign's. Each row can be changed afterwards.",
    )
    budget = forms.CharField(
        required=False,
        max_length=40,
        label="Budget of each",
        widget=UnfoldAdminTextInputWidget,
        help_text="Empty: they draw on the campaign's budgets.",
    )

    def __init__(self, *args: Any, parent: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        looked_up = {
            "segments": (Segment.objects.all(), SegmentMembership._meta.get_field("segment")),
            "products": (Product.objects.present(), Sku._meta.get_field("product")),
            "collections": (
                ProductCollection.objects.all(),
                ProductCollectionItem._meta.get_field("collection"),
            ),
        }
        for name, (rows, relation) in looked_up.items():
            chosen: Any = self.fields[name]
            chosen.queryset, chosen.widget = rows, ChosenWidget(relation)
            chosen.widget.choices = chosen.choices
        areas: Any = self.fields["areas"]
        areas.queryset = Area.objects.order_by("name", "pk")
        if not areas.queryset.exists():
            del self.fields["areas"]

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("products") and cleaned.get("collections"):
            self.add_error("collections", "Choose products or collections, not both.")
        return cleaned

    def choices(self) -> dict[str, list[str]]:
        """Heading -> names, so that people can read and change them."""
        given = self.cleaned_data
        return {
            Column.AREA.value: [str(one) for one in given.get("areas") or ()],
            Column.SEGMENT.value: [str(one) for one in given["segments"]],
            Column.PRODUCT.value: [one.name or one.source_id or one.public_id for one in given["products"]],
            Column.COLLECTION.value: [str(one) for one in given["collections"]],
        }

    def fixed(self) -> dict[str, str]:
        return {
            Column.DISCOUNT.value: self.cleaned_data["discount"],
            Column.BUDGET.value: self.cleaned_data["budget"],
        }


class TableForm(forms.Form):
    """A table from a file, or pasted from a spreadsheet."""

    file = forms.FileField(
        required=False, label="CSV file", widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,text/csv"})
    )
    pasted = forms.CharField(
        required=False,
        label="Or paste the table",
        strip=False,
        max_length=_MOST_BYTES,
        widget=UnfoldAdminTextareaWidget(
            attrs={"rows": 5, "placeholder": "Name\tDiscount\tSegment\nNorth\t25 %\tMembers"}
        ),
        help_text="With its headings, from a spreadsheet or with commas or semicolons.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and file.size > _MOST_BYTES:
            raise ValidationError("The file is too large for a table of 100 rows.")
        return file

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("file") and not (cleaned.get("pasted") or "").strip():
            raise ValidationError("Choose a file, or paste a table.")
        return cleaned

    def text(self) -> str:
        """:raises TableNotRead: the file is no text."""
        file = self.cleaned_data["file"]
        if file is None:
            return str(self.cleaned_data["pasted"])
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise TableNotRead("The file is not UTF-8 text. Save it as “CSV UTF-8”.") from error


def sent_table(data: QueryDict) -> Table:
    """The table of the page, as it was sent. Rows without any text are left out.

    :raises TableNotRead: nothing that the page sends.
    """
    headings = _texts(data, [_HEADING.format(column) for column in range(MOST_COLUMNS)])
    rows = []
    for number in range(MOST_ROWS + 1):
        row = [data.get(_CELL.format(number, column), "").strip() for column in range(len(headings))]
        if any(row):
            rows.append([text.replace("\0", "") for text in row])
    if not rows:
        raise TableNotRead("There are no rows.")
    return variation_table.table(headings, rows)


def with_row(table: Table) -> Table:
    """With one more row like the last one, but without its name."""
    last = dict(zip(table.headings, table.rows[-1], strict=True))
    more = ["" if heading == Column.NAME.value else last[heading] for heading in table.headings]
    if len(table.rows) >= MOST_ROWS:
        return table
    return Table(headings=table.headings, rows=(*table.rows, tuple(more)))


def _texts(data: Mapping[str, str], names: list[str]) -> list[str]:
    found = []
    for name in names:
        if name not in data:
            break
        found.append(data[name].replace("\0", ""))
    return found
