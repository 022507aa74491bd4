"""The settings of production, and one more address: a view that does nothing, to compare with."""

from __future__ import annotations

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.http_urls"
