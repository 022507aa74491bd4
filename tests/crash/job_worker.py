"""A worker without Celery: hands events of the test database to their subscribers, and writes files, until
somebody kills it.
"""

from __future__ import annotations

import time

import django


def main() -> None:
    django.setup()
    from django.utils import timezone

    from core import dispatch
    from core.models import EventDelivery
    from integrations.services import export_files

    while True:
        dispatch.plan(now=timezone.now())
        waiting = EventDelivery.objects.filter(status=EventDelivery.Status.PENDING).order_by("pk")
        pks = list(waiting.values_list("pk", flat=True))
        for pk in pks:
            dispatch.deliver(delivery_id=pk, now=timezone.now())
        if not export_files.write_next(now=timezone.now()) and not pks:
            time.sleep(0.05)


if __name__ == "__main__":
    main()
