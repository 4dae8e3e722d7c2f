"""Which IP addresses are on the public internet, and which are this machine."""

import ipaddress
from functools import lru_cache

# Networks that is_global lets through: routes into other networks, and ranges where Python versions differ.
_NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier NAT
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # Teredo, ORCHID, benchmarks
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
]
_UNICAST6 = ipaddress.ip_network("2000::/3")  # excludes NAT64, IPv4-mapped, site-local and multicast


def is_public_address(ip: str) -> bool:
    """Whether `ip` is a plain host on the public internet (IANA special-purpose registries)."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and (address.scope_id or address not in _UNICAST6):
        return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, is this machine itself."""
    if host == "localhost":
        return True
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    return ip in ipaddress.ip_network("127.0.0.0/8") if ip.version == 4 else host == "::1"
