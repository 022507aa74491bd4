"""Keys that bring customers together who might be one person: wider than `identity`, and indexed.

Whoever asks compares closely what is found. Nothing here is stored beside the customer: what he says of
himself changes, and is forgotten.
"""

from __future__ import annotations

from typing import Final

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Lower, Replace, Right


def _without(text: Combinable, pattern: str, instead: str = "") -> Func:
    """Every place of a pattern gone, or something else in it."""
    parts = (text, Value(pattern), Value(instead), Value("g"))
    return Func(*parts, function="regexp_replace", output_field=TextField())


def _replaced(text: Combinable, what: str, by: str) -> Func:
    return Replace(text, Value(what), Value(by), output_field=TextField())


def mailbox(email: Combinable) -> Func:
    """Of "An.Na+shop@Gmail.com": "anna@gmailcom"; dots mean nothing here, wherever the mailbox is."""
    text = _replaced(_without(Lower(email), r"\+[^@]*@", "@"), ".", "")
    return _replaced(text, "googlemailcom", "gmailcom")


def phone_end(phone: Combinable) -> Func:
    """The last nine digits, which a country's code does not change."""
    return Right(_without(phone, r"\D"), 9, output_field=TextField())


def home(address: Combinable) -> Func:
    """Of a postal code, "|" and both lines of an address: the digits of each."""
    return _without(address, "[^0-9|]")


def address_text(postal_code: str, line_1: str, line_2: str) -> str:
    """As `ADDRESS` says it of a row."""
    return f"{postal_code}|{line_1} {line_2}"


ADDRESS: Final = Concat(
    F("postal_code"), Value("|"), F("line_1"), Value(" "), F("line_2"), output_field=TextField()
)
HAS_EMAIL: Final = ~Q(email="")
HAS_PHONE: Final = ~Q(phone="")
HAS_ADDRESS: Final = ~Q(postal_code="") & ~Q(line_1="")
"""What the indexes are about; a question has to say it, too."""
