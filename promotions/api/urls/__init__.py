from __future__ import annotations

from django.urls import register_converter

from promotions.api.urls.converters import AnyCode, BareCode

register_converter(AnyCode, "code")
register_converter(BareCode, "bare_code")
