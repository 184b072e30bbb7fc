"""Who may call the box: addresses and networks. Pure."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Networks = tuple[IPv4Network | IPv6Network, ...]


def networks(url: str, allowed: str) -> Networks:
    """Return who may call as a device: ``allowed``, else the host of its address.

    :raises ValueError: that is no list of addresses
    """
    parts = [part for part in allowed.replace(" ", "").split(",") if part]
    parts = parts or [urlsplit(url).hostname or ""]
    try:
        return tuple(ip_network(part, strict=False) for part in parts)
    except ValueError as err:
        raise ValueError("allowed_ips") from err


def is_in(host: str, allowed: Networks) -> bool:
    """Tell whether an address is one of them."""
    address = ip_address(host)
    return any(address in network for network in allowed)
