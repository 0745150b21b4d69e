"""How many requests a minute each may send: counted in memory, in whole minutes, for each process by itself.

A count costs a microsecond or two; the library `limits` (5.8) took 25 to 30 for a hit and what is left, where a lookup
takes 200. Whoever sends at the end of one minute and the beginning of the next can send twice the number: what this
protects is the service, not a price list. The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
"""

import time
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from typing import NamedTuple

WINDOW_S = 60


class Verdict(NamedTuple):
    """What is said of one request.

    Parameters
    ----------
    allowed : bool
    reset_s : int
        Seconds until the count begins anew.
    headers : list of pairs of bytes
        For the answer; empty if there is no limit.
    """

    allowed: bool
    reset_s: int
    headers: list[tuple[bytes, bytes]]

    @property
    def words(self) -> str:
        """What is said to who may not go on."""
        return f"too many requests: send the next one in {self.reset_s} s"


class RateLimits:
    """Counts requests.

    Parameters
    ----------
    quotas : dict of str to int
        Requests a minute by the name of the policy; 0 for no limit.
    now : callable, optional
        Gives seconds.
    """

    def __init__(self, quotas: dict[str, int], now: Callable[[], float] = time.monotonic) -> None:
        self._quotas = quotas
        self._now = now
        self._policies = {
            name: (b"ratelimit-policy", f'"{name}";q={quota};w={WINDOW_S}'.encode()) for name, quota in quotas.items()
        }
        self._counts: Counter[str] = Counter()
        self._ends = now() + WINDOW_S

    def count(self, policy: str, who: str) -> Verdict:
        """Count a request of somebody under a policy, and say whether it may go on."""
        quota, now = self._quotas[policy], self._now()
        if not quota:
            return Verdict(True, 0, [])
        if now >= self._ends:
            self._counts.clear()
            self._ends = now + WINDOW_S
        self._counts[who] += 1
        left, reset = quota - self._counts[who], int(self._ends - now) + 1
        told = (b"ratelimit", b'"%s";r=%d;t=%d' % (policy.encode(), max(left, 0), reset))
        later = [] if left >= 0 else [(b"retry-after", b"%d" % reset)]
        return Verdict(left >= 0, reset, [self._policies[policy], told, *later])


Networks = tuple[IPv4Network | IPv6Network, ...]


def client_address(peer: str, forwarded: str, trusted: Networks) -> str:
    """Find whose request it is: the last in the chain of proxies that is none of ours.

    Parameters
    ----------
    peer : str
        The address that the connection came from.
    forwarded : str
        X-Forwarded-For; whatever stands there before the first address that we don't trust was said by a stranger.
    trusted : tuple of networks
        Our proxies.

    Returns
    -------
    str
        Of IPv6 the network of 64 bits, all of which belongs to one client.

    Examples
    --------
    >>> from ipaddress import ip_network
    >>> client_address("10.0.0.1", "1.1.1.1, 203.0.113.7", (ip_network("10.0.0.0/8"),))
    '203.0.113.7'
    >>> client_address("203.0.113.7", "1.1.1.1", (ip_network("10.0.0.0/8"),))
    '203.0.113.7'
    """
    address = peer
    for said in reversed(forwarded.split(",")):
        if not _is_in(address, trusted) or not _is_address(said.strip()):
            break
        address = said.strip()
    return _network_of(address)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_in(address: str, networks: Networks) -> bool:
    return bool(networks) and _is_address(address) and any(ip_address(address) in network for network in networks)


def _network_of(address: str) -> str:
    if ":" not in address or not _is_address(address):
        return address
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed) >> 64 << 64, 64)))
