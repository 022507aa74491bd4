"""Fixtures that every test may use."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from rest_framework.test import APIClient

from core.actors import Actor, Role
from core.models import ApiKey, ProjectSettings
from core.services import api_keys
from core.staff import OPENS
from promotions.services import validation_tallies
from tests import databases

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

# The machine may be busy: how long an example takes says nothing about what is tried.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: the collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def now() -> datetime:
    """A Tuesday at noon UTC."""
    return NOW


@pytest.fixture
def actor() -> Actor:
    return Actor.system("tests")


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """A database as migrations leave it, and a quick way back to it for tests that commit."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patched:
        worker = getattr(request.config, "workerinput", None)
        if worker:
            made = databases.cloned(worker["testrunuid"], worker["workerid"])
        else:
            made = databases.own(is_kept=django_db_keepdb, is_used_again=not django_db_createdb)
        with made:
            # A database that is used again may have been left empty by a run that was killed.
            ProjectSettings.objects.get_or_create(pk=1, defaults={"created_at": NOW})
            for name in OPENS:
                Group.objects.get_or_create(name=name)
            first_rows = databases.FirstRows()
            patched.setattr(TransactionTestCase, "_fixture_teardown", lambda case: first_rows.bring_back())
            with django_db_blocker.block():
                yield


@pytest.fixture(autouse=True)
def _validations_of_other_tests() -> None:
    """What the process counted so far belongs to other campaigns."""
    validation_tallies.forget()


@pytest.fixture
def settings_row(db: None) -> ProjectSettings:
    return ProjectSettings.objects.get(pk=1)


def _client(kind: str, role: str, **extra: Any) -> APIClient:
    issued = api_keys.create(
        name=f"{kind} key", kind=kind, role=role, actor=Actor.system("tests"), now=NOW, **extra
    )
    names = {
        ApiKey.Kind.SERVER: ("X-App-Id", "X-App-Token"),
        ApiKey.Kind.CLIENT: ("X-Client-Application-Id", "X-Client-Token"),
        ApiKey.Kind.MANAGEMENT: ("X-Management-Id", "X-Management-Token"),
    }[ApiKey.Kind(kind)]
    client = APIClient(
        headers={names[0]: issued.key.app_id, names[1]: issued.token}, raise_request_exception=False
    )
    client.default_format = "json"
    client.key = issued.key  # type: ignore[attr-defined]
    return client


@pytest.fixture
def api(db: None) -> APIClient:
    """A caller with a server key that may do everything."""
    return _client(ApiKey.Kind.SERVER, Role.ADMIN)


@pytest.fixture
def api_as(db: None) -> Callable[[str], APIClient]:
    """`api_as("VIEWER")`: a caller whose server key has that role."""
    return lambda role: _client(ApiKey.Kind.SERVER, role)


@pytest.fixture
def client_api(db: None) -> APIClient:
    """A caller with a client key, from the origin it is bound to."""
    caller = _client(ApiKey.Kind.CLIENT, Role.ADMIN, allowed_origins=["https://shop.example"])
    caller.defaults["HTTP_ORIGIN"] = "https://shop.example"
    return caller


@pytest.fixture
def management_api(db: None) -> APIClient:
    return _client(ApiKey.Kind.MANAGEMENT, Role.ADMIN)


@pytest.fixture
def anonymous(db: None) -> APIClient:
    """A caller without any key."""
    client = APIClient(raise_request_exception=False)
    client.default_format = "json"
    return client


@contextmanager
def counted_queries() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as context:
        yield context


@pytest.fixture
def count_queries(db: None) -> Callable[[Callable[[], Any]], int]:
    """`count_queries(lambda: api.get(...))`: how many queries the call took."""

    def count(call: Callable[[], Any]) -> int:
        with counted_queries() as context:
            call()
        return len(context)

    return count
