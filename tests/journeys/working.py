"""A worker beside the browser: the outbox dispatcher, its subscribers, and files, in one thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.utils import timezone

from core import dispatch
from integrations.services import export_files


@contextmanager
def worker() -> Iterator[None]:
    """Everything that Celery would do, until the block ends; what breaks is raised there."""
    over, broken = threading.Event(), list[BaseException]()

    def work() -> None:
        try:
            while not over.is_set():
                if not _once():
                    over.wait(0.1)
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work, name="worker")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=60)
    if broken:
        raise broken[0]


def _once() -> bool:
    """One round; whether there was anything to do."""
    now = timezone.now()
    ids = dispatch.plan(now=now)
    for delivery_id in ids:
        dispatch.deliver(delivery_id=delivery_id, now=timezone.now())
    return export_files.write_next(now=now) or bool(ids)
