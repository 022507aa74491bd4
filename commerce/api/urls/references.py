"""Path parameters that are an id or a `source_id` of the shop's."""

from __future__ import annotations


class ReferenceConverter:
    """Everything up to one of the contract's sub-paths.

    Shops have slashes in their ids (`gid://shop/Customer/1`), sent as `%2F`; the web server decodes them
    before Django sees the path.
    """

    regex = r"(?:(?!/(?:activity|activities|permanent-deletion|redeemables|returns|segments|skus)(?:/|$)).)+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
