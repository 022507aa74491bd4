"""Log lines as JSON, with the request id that django-structlog binds to each request."""

from __future__ import annotations

import logging
import re
from typing import Final

import structlog
from structlog.typing import EventDict, WrappedLogger

_SECRET: Final = re.compile(r"(/calendar/feeds/|/admin/welcome/\d+/)[^/.\s]+")


def without_query(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """The line of a request with its path only: people search for codes and customers in the query."""
    request = event.get("request")
    if isinstance(request, str) and "?" in request:
        event["request"] = request.partition("?")[0]
    return event


def without_secrets(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """An address that opens something by itself (a calendar feed, an invitation) without its secret."""
    request = event.get("request")
    if isinstance(request, str):
        event["request"] = _SECRET.sub(r"\1…", request)
    return event


def once(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """A request has one line, when it is answered: the one at its beginning says nothing more, and costs."""
    if event.get("event") == "request_started":
        raise structlog.DropEvent
    return event


_SHARED: list[structlog.types.Processor] = [
    once,
    structlog.contextvars.merge_contextvars,
    without_query,
    without_secrets,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]

structlog.configure(
    processors=[
        *_SHARED,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def json_formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
