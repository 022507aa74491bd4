"""Definitions, in the order of the contract. `runtime.py` beside holds deciding and using."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
