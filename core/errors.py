"""Refusals that reach a caller. Raised anywhere below the views, rendered in one place
(`core.api.exceptions`).

Contract: semantics-core 2. A class sits beside the code that raises it unless several apps raise it.
"""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A refusal with a stable `key`, an HTTP `status`, a short `message` and, where it helps, longer
    `details`.

    `resource_*` name the object that was missing or refused, `redeemable_*` the redeemable that caused it,
    `custom_message` is the marketer's own text (printed as `error.message`), `retry_after_seconds` the header
    `Retry-After`.
    """

    status: int = 400
    key: str = "invalid_payload"
    message: str = "Invalid payload"
    retry_after_seconds: int | None = None
    location: str = ""
    """Where a person goes on, if there is a page about the refusal."""

    def __init__(
        self,
        details: str = "",
        *,
        message: str | None = None,
        key: str | None = None,
        status: int | None = None,
        resource_id: str | None = None,
        resource_type: str | None = None,
        redeemable_id: str | None = None,
        redeemable_type: str | None = None,
        custom_message: str | None = None,
    ) -> None:
        if message is not None:
            self.message = message
        if key is not None:
            self.key = key
        if status is not None:
            self.status = status
        self.details = details
        self.resource_id = resource_id
        self.resource_type = resource_type
        self.redeemable_id = redeemable_id
        self.redeemable_type = redeemable_type
        self.custom_message = custom_message
        super().__init__(f"{self.key}: {details or self.message}")

    def settle(self) -> None:
        """Do what has to be done about the refusal once it undid the caller's transaction. Whoever tells it
        calls this first.
        """

    def to_wire(self) -> dict[str, Any]:
        """The error object of the contract, without `request_id`: that belongs to the request, not to the
        refusal.
        """
        wire: dict[str, Any] = {"code": self.status, "key": self.key, "message": self.message}
        if self.details:
            wire["details"] = self.details
        for name in ("resource_id", "resource_type", "redeemable_id", "redeemable_type"):
            value = getattr(self, name)
            if value is not None:
                wire[name] = value
        if self.custom_message:
            wire["error"] = {"message": self.custom_message}
        return wire


class InvalidPayload(DomainError):
    key = "invalid_payload"
    message = "Invalid payload"


class InvalidQueryParams(DomainError):
    key = "invalid_query_params"
    message = "Invalid query params"


class PageOverLimit(DomainError):
    key = "page_over_limit"
    message = "Page over limit"


class PayloadTooLarge(DomainError):
    status = 413
    key = "payload_too_large"
    message = "Payload too large"

    def to_wire(self) -> dict[str, Any]:
        """Contract: a 413 has its own shape, without `key`."""
        return {"statusCode": 413, "error": "Payload Too Large", "message": self.details or self.message}


class UnsupportedMediaType(DomainError):
    status = 415
    key = "unsupported_media_type"
    message = "Unsupported media type"


class Unauthorized(DomainError):
    status = 401
    key = "unauthorized"
    message = "Unauthorized"


class Forbidden(DomainError):
    status = 403
    key = "forbidden"
    message = "Forbidden"


class MissingPermission(Forbidden):
    key = "missing_required_permission"
    message = "Missing required permission"


class NotFound(DomainError):
    status = 404
    key = "not_found"
    message = "Resource not found"

    @classmethod
    def of(cls, resource_type: str, resource_id: str) -> NotFound:
        """The 404 of the contract for one missing object."""
        return cls(
            f"Cannot find {resource_type} with id {resource_id}",
            resource_id=resource_id,
            resource_type=resource_type,
        )


class DuplicateFound(DomainError):
    status = 409
    key = "duplicate_found"
    message = "Duplicated resource found"


class ResourceInUse(DomainError):
    key = "resource_in_use"
    message = "Resource in use"


class ResourceProtected(DomainError):
    key = "resource_protected"
    message = "Resource protected"


class RateLimited(DomainError):
    status = 429
    key = "too_many_requests"
    message = "Too many requests"

    def __init__(self, *, retry_after_seconds: int, limit_type: str = "api_calls") -> None:
        self.retry_after_seconds = retry_after_seconds
        self.limit_type = limit_type
        super().__init__(f"Try again in {retry_after_seconds} s.")


class TemporarilyUnavailable(DomainError):
    status = 503
    key = "temporarily_unavailable"
    message = "Temporarily unavailable"
    retry_after_seconds = 2
