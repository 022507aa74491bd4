"""How a web process takes connections: gunicorn's threads, evenly spread over the processes."""

from __future__ import annotations

import socket
import time
from typing import Final

from gunicorn.workers.gthread import ThreadWorker

_STEP_SECONDS: Final = 0.0003
_MOST_STEPS: Final = 8


class Worker(ThreadWorker):
    """A process that holds connections lets one that holds fewer come first.

    All are woken for a new connection, and one that is kept alive stays where it was taken: else a single
    process answers a handful of callers while the processors of the others idle.
    """

    def accept(self, listener: socket.socket) -> None:
        """Takes nothing where another process was quicker."""
        if self.nr_conns:
            time.sleep(min(self.nr_conns, _MOST_STEPS) * _STEP_SECONDS)
        super().accept(listener)
