from approvals.admin import delegations, policies, requests

__all__ = ["delegations", "policies", "requests"]
