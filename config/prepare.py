"""One step of `up`: migrate, collect static files, load the demo shop, make the login and the keys.

Safe to repeat: what is there stays. Runs as a process of its own, because it is the part that needs Django.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import django
from django.conf import settings
from django.core.management import call_command

from config import demo_keys
from config.demo_keys import DemoKeys

_USERNAME: Final = "admin"
# A page opened from this machine may use the client key, whatever the port.
_CLIENT_ORIGINS: Final = ("http://127.0.0.1:*", "http://localhost:*")


def main() -> None:
    os.environ["LOG_LEVEL"] = "WARNING"
    django.setup()
    for title, step in (
        ("Migrating the database", lambda: call_command("migrate", interactive=False, verbosity=0)),
        ("Collecting static files", collect_static),
        ("Loading the demo shop", lambda: call_command("seed_demo", verbosity=0)),
        ("Checking login and keys", ensure_keys),
    ):
        _say(title, step)


def collect_static() -> None:
    """Collect only when a source file is new or changed: compressing all of them takes seconds."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT / ".collected"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest.hexdigest())


def ensure_keys() -> None:
    """Make the login and the two keys, unless the file names some that this database knows.

    A user who is there already keeps his password: on a database of yours he is not ours to change.
    """
    from django.contrib.auth import get_user_model
    from django.db import transaction

    from core.models import ApiKey

    old = demo_keys.read(settings.FANFARE_HOME)
    users = get_user_model().objects
    with transaction.atomic():
        user = users.filter(username=_USERNAME).first()
        if user is None:
            password = secrets.token_urlsafe(12)
            users.create_superuser(_USERNAME, email=None, password=password)
        else:
            password = old.password if old and user.check_password(old.password) else ""
        if old and ApiKey.objects.filter(app_id__in=[old.server_id, old.client_id]).count() == 2:
            keys = replace(old, username=_USERNAME, password=password)
        else:
            keys = _create_keys(password)
        # Inside the transaction: what was committed can be shown, also after a kill right here.
        demo_keys.write(settings.FANFARE_HOME, keys)
        _let_people_in(keys.password)


def _let_people_in(password: str) -> None:
    """The people of the demo shop sign in with the printed password, until they have their own."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

    from demo_store.seed.governance import PEOPLE

    if not password:
        return
    for person in get_user_model().objects.filter(
        username__in=PEOPLE, password__startswith=UNUSABLE_PASSWORD_PREFIX
    ):
        person.set_password(password)
        person.save(update_fields=["password"])


def _create_keys(password: str) -> DemoKeys:
    server, client = _create_key("Demo: server", "server"), _create_key("Demo: browser", "client")
    return DemoKeys(
        username=_USERNAME,
        password=password,
        server_id=server["id"],
        server_token=server["token"],
        client_id=client["id"],
        client_token=client["token"],
    )


def _create_key(name: str, kind: str) -> dict[str, str]:
    output = io.StringIO()
    origins = list(_CLIENT_ORIGINS) if kind == "client" else []
    call_command("create_api_key", name=name, kind=kind, origin=origins, json=True, stdout=output)
    key: dict[str, str] = json.loads(output.getvalue())
    return key


def _say(title: str, step: Callable[[], object]) -> None:
    sys.stdout.write(f"{title} ...\n")
    sys.stdout.flush()
    step()


if __name__ == "__main__":
    main()
