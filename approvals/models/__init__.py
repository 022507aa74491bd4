from approvals.models.decisions import Comment, Decision, Revision
from approvals.models.people import Delegation, Notification, NotificationSettings
from approvals.models.policies import Policy, PolicyVersion
from approvals.models.requests import OPEN, ApprovalRequest

__all__ = [
    "OPEN",
    "ApprovalRequest",
    "Comment",
    "Decision",
    "Delegation",
    "Notification",
    "NotificationSettings",
    "Policy",
    "PolicyVersion",
    "Revision",
]
