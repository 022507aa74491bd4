from __future__ import annotations

from core.models.api_keys import ApiKey
from core.models.audit import AuditEntry
from core.models.base import ExactJSONDecoder, PublicIdField, TimestampedModel
from core.models.heartbeats import Heartbeat
from core.models.idempotency import IdempotencyKey
from core.models.metadata_schemas import MetadataSchema
from core.models.outbox import EventDelivery, EventSequence, OutboxEvent
from core.models.project_settings import ProjectSettings
from core.models.seals import Seal, SealHead, SealVerification
from core.models.second_factors import BackupCode, SecondFactor

__all__ = [
    "ApiKey",
    "AuditEntry",
    "BackupCode",
    "EventDelivery",
    "EventSequence",
    "ExactJSONDecoder",
    "Heartbeat",
    "IdempotencyKey",
    "MetadataSchema",
    "OutboxEvent",
    "ProjectSettings",
    "PublicIdField",
    "Seal",
    "SealHead",
    "SealVerification",
    "SecondFactor",
    "TimestampedModel",
]
