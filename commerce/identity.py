"""When two ways of writing it mean the same person: keys for e-mail addresses and phone numbers."""

from __future__ import annotations

from typing import Final

_DOTS_DO_NOT_COUNT: Final = frozenset({"gmail.com", "googlemail.com"})


def email_key(address: str) -> str:
    """The mailbox that an address reaches: capitals, a `+tag` and, where they mean nothing, dots left out.

    email_key("An.Na+shop@Gmail.com") -> "anna@gmail.com"; empty for what is no address.
    """
    mailbox, at, domain = address.strip().casefold().rpartition("@")
    mailbox = mailbox.partition("+")[0]
    if not at or not mailbox or not domain:
        return ""
    if domain in _DOTS_DO_NOT_COUNT:
        mailbox, domain = mailbox.replace(".", ""), "gmail.com"
    return f"{mailbox}@{domain}"


def phone_key(number: str) -> str:
    """Its digits, with a leading `+` where it says the country ("0048…" is "+48…"); empty without digits."""
    digits = "".join(character for character in number if character.isascii() and character.isdigit())
    if not digits:
        return ""
    if number.strip().startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") and len(digits) > 2 else digits
