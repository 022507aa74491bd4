"""The branding on the wire, in three groups (contract: data file 19)."""

from __future__ import annotations

from typing import Any, Final

from core.api.fields import TextField, WireSerializer
from core.models import Branding
from core.models.brandings import REMINDER

_NULLABLE: Final = frozenset({"phone", "postal", "privacy_policy_url", "terms_of_use_url", "website_url"})


class _BrandInput(WireSerializer):
    name = TextField(allow_blank=False, max_length=100)
    website_url = TextField(required=False, allow_null=True, max_length=500)
    privacy_policy_url = TextField(required=False, allow_null=True, max_length=500)
    terms_of_use_url = TextField(required=False, allow_null=True, max_length=500)
    permission_reminder = TextField(required=False, allow_null=True, max_length=500)


class _AddressInput(WireSerializer):
    street = TextField(allow_blank=False, max_length=200)
    city = TextField(allow_blank=False, max_length=100)
    postal = TextField(required=False, allow_null=True, max_length=20)
    state = TextField(required=False, allow_null=True, max_length=100)
    country = TextField(allow_blank=False, max_length=100)


class _ContactInput(WireSerializer):
    email = TextField(allow_blank=False, max_length=254)
    phone = TextField(required=False, allow_null=True, max_length=40)


class BrandingInput(WireSerializer):
    """A new branding; validated to the columns of the row."""

    brand = _BrandInput()
    address = _AddressInput()
    contact = _ContactInput()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return flattened(attrs)


class _BrandChange(_BrandInput):
    name = TextField(required=False, allow_null=True, allow_blank=False, max_length=100)


class _AddressChange(_AddressInput):
    street = TextField(required=False, allow_null=True, allow_blank=False, max_length=200)
    city = TextField(required=False, allow_null=True, allow_blank=False, max_length=100)
    country = TextField(required=False, allow_null=True, allow_blank=False, max_length=100)


class _ContactChange(_ContactInput):
    email = TextField(required=False, allow_null=True, allow_blank=False, max_length=254)


class BrandingChangeInput(WireSerializer):
    """Only what is to change. Clients of the reference API send null for what they do not mean; it empties
    only what the contract lets be null.
    """

    brand = _BrandChange(required=False, allow_null=True)
    address = _AddressChange(required=False, allow_null=True)
    contact = _ContactChange(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = {name: value for group in attrs.values() if group for name, value in group.items()}
        meant = {name: value for name, value in given.items() if value is not None or name in _NULLABLE}
        return {name: value or "" for name, value in meant.items()}


def flattened(groups: dict[str, Any]) -> dict[str, str]:
    """The columns of all groups. Null is empty; the reminder has its usual words then."""
    given = {name: value for group in groups.values() for name, value in group.items()}
    usual = {"permission_reminder": REMINDER}
    return {name: usual.get(name, "") if value is None else value for name, value in given.items()}


def branding_output(row: Branding) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "brand": {
            "name": row.name,
            "privacy_policy_url": row.privacy_policy_url or None,
            "terms_of_use_url": row.terms_of_use_url or None,
            "permission_reminder": row.permission_reminder,
            "website_url": row.website_url or None,
        },
        "address": {
            "street": row.street,
            "city": row.city,
            "postal": row.postal or None,
            "state": row.state,
            "country": row.country,
        },
        "contact": {"email": row.email, "phone": row.phone or None},
    }
