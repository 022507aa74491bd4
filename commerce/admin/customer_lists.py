"""Customers named one by one: pasted, or as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from itertools import batched
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.db.models.functions import Upper

from commerce.models import Customer
from commerce.services.segments import MAX_MEMBERS

_COLUMNS: Final = ("id", "source_id", "email", "e-mail", "customer", "customer_id")
_MOST_BYTES: Final = 10 * 1024 * 1024
_CHUNK: Final = 2000
_NAMED: Final = 10


def pasted(text: str) -> list[str]:
    """Names in lines or with commas or semicolons between."""
    parts = text.replace(",", "\n").replace(";", "\n").splitlines()
    return list(dict.fromkeys(name for part in parts if (name := part.strip())))


def of_file(file: Any) -> list[str]:
    """The names in a CSV file: of the column called id, source_id or email, else of the first one.

    :raises ValidationError: no CSV text in UTF-8, or too large.
    """
    if file.size > _MOST_BYTES:
        raise forms.ValidationError("The file is larger than 10 MB.")
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise forms.ValidationError("The file is no text in UTF-8.") from None
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [row for row in csv.reader(io.StringIO(text), dialect) if row]
    except csv.Error:
        raise forms.ValidationError("The file cannot be read as CSV.") from None
    if not rows:
        return []
    header = [cell.strip().lower() for cell in rows[0]]
    column = next((header.index(name) for name in _COLUMNS if name in header), None)
    body = rows if column is None else rows[1:]
    names = (row[column or 0].strip() for row in body if len(row) > (column or 0))
    return list(dict.fromkeys(name for name in names if name))


def known(names: Iterable[str]) -> list[str]:
    """The wire ids of customers by id, id in the shop or e-mail.

    :raises ValidationError: names those that nobody or several have.
    """
    wanted = list(names)
    if len(wanted) > MAX_MEMBERS:
        raise forms.ValidationError(f"A list has at most {MAX_MEMBERS:,} customers, not {len(wanted):,}.")
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for chunk in batched(wanted, _CHUNK):
        emails = [name.upper() for name in chunk if "@" in name]
        rows = Customer.objects.present().annotate(mail=Upper("email"))
        matching = rows.filter(Q(public_id__in=chunk) | Q(source_id__in=chunk) | Q(mail__in=emails))
        for public_id, source_id, mail in matching.values_list("public_id", "source_id", "mail"):
            found |= {public_id: public_id}
            if source_id:
                found[source_id] = public_id
            if mail and found.setdefault(mail, public_id) != public_id:
                doubtful.add(mail)
    unknown = [name for name in wanted if name not in found and name.upper() not in found]
    twice = [name for name in wanted if name not in found and name.upper() in doubtful]
    if unknown:
        raise forms.ValidationError(f"Not known: {_listed(unknown)}.")
    if twice:
        raise forms.ValidationError(f"More than one customer has the address {_listed(twice)}. Use ids.")
    return list(dict.fromkeys(found.get(name) or found[name.upper()] for name in wanted))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
