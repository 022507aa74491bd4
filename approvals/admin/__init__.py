from approvals.admin import requests

__all__ = ["requests"]
