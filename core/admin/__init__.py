"""The admin pages of core. Django finds them by importing this package."""

from __future__ import annotations
