"""Which addresses this house may connect to when somebody else chose the name (INVARIANTS part 4).

Everything inside is refused: this machine, the networks around it, the cloud's metadata, and IPv6 addresses
that only wrap an IPv4 one. Operators let networks of theirs in by `FANFARE_ALLOWED_NETWORKS`.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from django.conf import settings

Address = IPv4Address | IPv6Address

_GLOBAL_SIX: Final = IPv6Network("2000::/3")
# Networks whose machines have no IPv4 reach the rest of the world by these: what they wrap decides.
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
# What `is_global` lets through, or does in some versions of Python.
_REFUSED: Final = tuple(
    ip_network(text)
    for text in (
        "100.64.0.0/10",  # carriers, and the metadata of some clouds
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",  # Teredo and other tunnels
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)
_ISATAP: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})


def is_allowed(text: str) -> bool:
    """Whether an address, as a resolver gave it, may be connected to.

    :raises ValueError: it is no address.
    """
    address = ip_address(text.partition("%")[0])
    unwrapped = _unwrapped(address)
    for network in settings.FANFARE_ALLOWED_NETWORKS:
        if unwrapped.version == network.version and unwrapped in network:
            return True
    if unwrapped is not address and address not in _TRANSLATED:
        return False
    return _is_outside(unwrapped)


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address


def _is_outside(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address not in _GLOBAL_SIX or _is_isatap(address)):
        return False
    refused = (network for network in _REFUSED if network.version == address.version)
    return address.is_global and not any(address in network for network in refused)


def _is_isatap(address: IPv6Address) -> bool:
    return (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP
