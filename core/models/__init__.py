from __future__ import annotations

from core.models.api_keys import ApiKey
from core.models.areas import Area, Assignment, KeyAssignment, PersonAssignment, Store
from core.models.audit import AuditEntry
from core.models.base import ExactJSONDecoder, PublicIdField, TimestampedModel
from core.models.bin import BinEntry
from core.models.brandings import Branding
from core.models.channel_minutes import ChannelMinute
from core.models.custom_event_schemas import CustomEventSchema
from core.models.heartbeats import Heartbeat
from core.models.idempotency import IdempotencyKey
from core.models.invitations import Invitation
from core.models.metadata_schemas import MetadataSchema
from core.models.oauth_tokens import OAuthToken
from core.models.outbox import EventDelivery, EventInterest, EventSequence, OutboxEvent
from core.models.periodic_runs import PeriodicRun
from core.models.project_settings import ProjectSettings
from core.models.seals import Seal, SealHead, SealVerification
from core.models.second_factors import BackupCode, SecondFactor

__all__ = [
    "ApiKey",
    "Area",
    "Assignment",
    "AuditEntry",
    "BackupCode",
    "BinEntry",
    "Branding",
    "ChannelMinute",
    "CustomEventSchema",
    "EventDelivery",
    "EventInterest",
    "EventSequence",
    "ExactJSONDecoder",
    "Heartbeat",
    "IdempotencyKey",
    "KeyAssignment",
    "Invitation",
    "MetadataSchema",
    "OAuthToken",
    "OutboxEvent",
    "PeriodicRun",
    "PersonAssignment",
    "ProjectSettings",
    "PublicIdField",
    "Seal",
    "SealHead",
    "SealVerification",
    "SecondFactor",
    "Store",
    "TimestampedModel",
]
