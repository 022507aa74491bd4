"""Who speaks to customers and people: the branding, or where there is none the project itself."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from typing import Final

from django.conf import settings

from core import project
from core.models import Branding

BRANDING_PK: Final = 1


@dataclass(frozen=True, kw_only=True)
class Brand:
    """`name` is never empty; the others are, where nothing is known.

    `sender` is for the header From: the address of this installation under the brand's name. `lines` belong
    below an e-mail: who and where, how to reach them, what they promise.
    """

    name: str
    sender: str
    reply_to: str = ""
    reminder: str = ""
    lines: tuple[str, ...] = ()

    @property
    def footer(self) -> str:
        """The lines as the end of a plain text; begins with the mark of a signature (RFC 3676, 4.3)."""
        return "-- \n" + "\n".join(self.lines or (self.name,)) + "\n"


def current() -> Brand:
    """One query, two where there is no branding."""
    row = Branding.objects.filter(pk=BRANDING_PK).first()
    if row is None:
        name = project.current().name
        return Brand(name=name, sender=_sender(name))
    return Brand(
        name=row.name,
        sender=_sender(row.name),
        reply_to=row.email,
        reminder=row.permission_reminder,
        lines=tuple(_lines(row)),
    )


def _lines(row: Branding) -> list[str]:
    town = " ".join(filter(None, (row.postal, row.city)))
    address = ", ".join(filter(None, (row.street, town, row.state, row.country)))
    reach = ", ".join(filter(None, (row.email, row.phone, row.website_url)))
    named = (("Privacy policy", row.privacy_policy_url), ("Terms of use", row.terms_of_use_url))
    return [row.name, address, reach, *(f"{title}: {url}" for title, url in named if url)]


def _sender(name: str) -> str:
    """Line ends in a name would be headers of their own."""
    return formataddr((" ".join(name.split()), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
