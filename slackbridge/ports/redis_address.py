"""The address of Redis in the settings: one server, Sentinels that name one, or a Redis Cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

SCHEMES = {
    "redis": ("single", False),
    "rediss": ("single", True),
    "unix": ("single", False),
    "redis+sentinel": ("sentinel", False),
    "rediss+sentinel": ("sentinel", True),
    "redis+cluster": ("cluster", False),
    "rediss+cluster": ("cluster", True),
}
FORMS = "redis:// or rediss:// (also with +sentinel or +cluster), or unix://"
HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::(?P<port>\d{1,5}))?")
QUERY = frozenset(
    (
        *("db", "username", "password", "client_name", "protocol", "max_connections", "timeout"),
        *("socket_timeout", "socket_connect_timeout", "socket_read_size", "socket_keepalive"),
        *("ssl_ca_certs", "ssl_ca_data", "ssl_cert_reqs", "ssl_check_hostname", "ssl_ciphers"),
        *("ssl_certfile", "ssl_keyfile", "ssl_min_version", "health_check_interval"),
    )
)
OF_SENTINELS = frozenset(("sentinel_username", "sentinel_password"))


class RedisKind(StrEnum):
    """Who answers at an address."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True, repr=False)
class RedisAddress:
    """`hosts` are those of the Sentinels, or of some nodes of a cluster.

    `plain` is the same address with the first host alone, as redis-py reads it. `secrets` are the
    passwords in the address, also as they are written there.
    """

    kind: RedisKind
    tls: bool
    hosts: tuple[tuple[str, int], ...]
    master: str
    plain: str
    sentinel_user: str
    sentinel_password: str
    secrets: tuple[str, ...]


def redis_address(url: str) -> RedisAddress:
    """Read it. Raises ValueError, in words that do not repeat the address."""
    split = urlsplit(url)
    if split.scheme not in SCHEMES or "://" not in url:
        raise ValueError(f"must begin with {FORMS}")
    name, tls = SCHEMES[split.scheme]
    kind = RedisKind(name)
    user, _, places = split.netloc.rpartition("@")
    query = dict(parse_qsl(split.query, keep_blank_values=True))
    _known(query, kind)
    path = unquote(split.path).strip("/")
    if kind is RedisKind.SINGLE:
        hosts: tuple[tuple[str, int], ...] = ()
        plain = url
    else:
        hosts = _hosts(places, 26379 if kind is RedisKind.SENTINEL else 6379)
        plain = _plain(tls, user, hosts[0], query)
    if kind is RedisKind.SENTINEL and (not path or "/" in path):
        raise ValueError("ends with the name of the master that the Sentinels watch: .../NAME?db=0")
    if kind is RedisKind.CLUSTER and (path or query.get("db", "0")).strip("0"):
        raise ValueError("a Redis Cluster has no database numbers; leave the number out")
    return RedisAddress(
        kind,
        tls,
        hosts,
        path if kind is RedisKind.SENTINEL else "",
        plain,
        query.get("sentinel_username", ""),
        query.get("sentinel_password", ""),
        _secrets(user, split.query),
    )


def _known(query: dict[str, str], kind: RedisKind) -> None:
    known = QUERY | OF_SENTINELS if kind is RedisKind.SENTINEL else QUERY
    if unknown := sorted(query.keys() - known):
        raise ValueError(f"has no parameter {unknown[0]!r}; there are {', '.join(sorted(known))}")


def _hosts(places: str, port: int) -> tuple[tuple[str, int], ...]:
    found = [HOST.fullmatch(place) for place in places.split(",")]
    hosts = [(m["host"].strip("[]"), int(m["port"] or port)) for m in found if m]
    if len(hosts) < len(found) or not all(0 < port < 1 << 16 for _, port in hosts):
        raise ValueError("names the servers as host:port,host:port; in a password, / is %2F")
    return tuple(hosts)


def _plain(tls: bool, user: str, first: tuple[str, int], query: dict[str, str]) -> str:
    host, port = first
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    rest = urlencode({k: v for k, v in query.items() if k not in OF_SENTINELS})
    at = f"{user}@" if user else ""
    return f"redis{'s' if tls else ''}://{at}{place}{'?' if rest else ''}{rest}"


def _secrets(user: str, query: str) -> tuple[str, ...]:
    written = [user.partition(":")[2]]
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name in ("password", "sentinel_password"):
            written.append(value)
    return tuple({text for secret in written if secret for text in (secret, unquote(secret))})
