"""The settings of production, without its middlewares and addresses: only what is compared with."""

from __future__ import annotations

from config.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "tests.bench.money_floor"
