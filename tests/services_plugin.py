"""Gives the tests a real PostgreSQL and a real Valkey.

Loaded with `-p` before pytest-django reads the settings. With DATABASE_URL and REDIS_URL set, those are
used; else throw-away servers run as long as this process. Workers of pytest-xdist inherit its environment.
"""

from __future__ import annotations

import atexit
import contextlib
import os

from config import devstack

_closing = contextlib.ExitStack()

if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ.update(_closing.enter_context(devstack.throwaway()))
    atexit.register(_closing.close)


def pytest_unconfigure() -> None:
    """The usual end; `atexit` is for a start that failed before."""
    _closing.close()
