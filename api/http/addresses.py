"""From which address a request comes, behind as many proxies as are trusted."""

from ipaddress import IPv6Address, ip_address

from quart import Request


def address_of(request: Request, trusted_proxies: int) -> str:
    """Return the client's address: the peer's, or what the outermost trusted proxy saw.

    Each proxy appends the address it was called from; only the last `trusted_proxies` entries are believed.
    """
    peer = _normal(request.remote_addr or "") or request.remote_addr or ""
    if not trusted_proxies:
        return peer
    forwarded = [each.strip() for each in ",".join(request.headers.getlist("X-Forwarded-For")).split(",")]
    entries = [each for each in forwarded if each][-trusted_proxies:]
    return _normal(entries[0]) or peer if entries else peer


def _normal(entry: str) -> str:
    """Return an address in its usual spelling: an IPv4 one that came in over IPv6 is itself again."""
    try:
        address = ip_address(entry)
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
