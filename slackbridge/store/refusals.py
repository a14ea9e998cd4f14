"""Why Redis does not do what was asked, in one line that names the remedy."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from socket import gaierror

from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as TimedOut

CLUSTER = "it is a Redis Cluster; write redis+cluster:// in REDIS_URL, without a database number"
REFUSALS = {
    "NOAUTH": "it wants a password; put it into REDIS_URL, as in redis://:PASSWORD@HOST",
    "WRONGPASS": "it does not accept the user or the password in REDIS_URL",
    "NOPERM": "the user in REDIS_URL lacks the permission",
    "READONLY": "it is a replica; name its master in REDIS_URL",
    "OOM": "its memory is full; raise maxmemory",
    "MISCONF": "it cannot write to its disk; its log says why",
    "LOADING": "it is still loading its data",
    "DENIED": "it is in protected mode and answers its own machine only; set a password there",
    "MASTERDOWN": "it is a replica whose master is away; name the master in REDIS_URL",
    "NOREPLICAS": "it has fewer replicas than min-replicas-to-write; start them",
    "UNBLOCKED": "it has just become a replica; its master is looked for",
    "CLUSTERDOWN": "a part of the Redis Cluster is down; start its nodes or wait for a failover",
    "TRYAGAIN": "the Redis Cluster is moving these keys; it is tried again",
    "MOVED": CLUSTER,
    "ASK": CLUSTER,
    "CROSSSLOT": CLUSTER,
}
PHRASES = (
    (r"DB index is out of range", "it has no database of that number; correct REDIS_URL"),
    (r"SELECT is not allowed in cluster mode", CLUSTER),
    (
        r"unknown command .?SENTINEL",
        "it is no Sentinel; name the Sentinels' ports in REDIS_URL, or write redis://",
    ),
    (
        r"unknown command .?(?P<it>\w+)",
        "it does not know the command {it}; use Redis 6.2 or later, or any Valkey, in which no "
        "command is disabled or renamed",
    ),
    (
        r"cluster mode is not enabled|cluster support disabled",
        "it is no Redis Cluster; write redis:// instead of redis+cluster:// in REDIS_URL",
    ),
    (r"slots are not covered", REFUSALS["CLUSTERDOWN"] + " (CLUSTERDOWN)"),
    (r"max number of clients reached", "it has too many clients; raise maxclients"),
)
NOT_TLS = "it does not speak TLS at that port; write redis:// instead of rediss:// in REDIS_URL"
SEEMS_TLS = (
    "it answers in something else than Redis' language; where the port speaks TLS, write rediss:// "
    "in REDIS_URL"
)
NO_MASTER = (
    "no Sentinel knows a master of that name that works; correct the name in REDIS_URL, or wait "
    "for the failover"
)
NO_SENTINEL = (
    "a Sentinel does not answer, and no other knows a master of that name that works; correct the "
    "hosts or the name in REDIS_URL, or wait for the failover"
)
SENTINEL_AUTH = (
    "a Sentinel wants other credentials; put sentinel_username=...&sentinel_password=... into "
    "REDIS_URL"
)
AWAY: tuple[tuple[type[BaseException], str], ...] = (
    (ConnectionRefusedError, ": nothing listens at its address"),
    (gaierror, ": its host's name is not known"),
    (FileNotFoundError, ": its socket, or a file of certificates, is not there"),
    (TimedOut, ": no answer in time; are host and port right, and does it speak TLS (rediss://)?"),
)
IS_SENTINEL = (
    "it is a Sentinel; write redis+sentinel://HOST:PORT/NAME in REDIS_URL, NAME being the master's"
)


class WrongServer(RedisError):
    """A server that is none for us, in words."""


class IsReplica(Disconnected):
    """A connection has reached a replica. Another may reach the master."""

    def __init__(self) -> None:
        super().__init__("the server is a replica", status_code="READONLY")


def explained(error: BaseException) -> str:
    """What to tell of a fault of Redis: one line."""
    for each in _chain(error):
        if isinstance(each, MasterNotFoundError):
            return f"Redis is not available: {_of_sentinels(str(each))}"
        if why := _refusal(each):
            return f"Redis refuses this: {why}"
    why = next((why for each in _chain(error) for kind, why in AWAY if isinstance(each, kind)), "")
    return f"Redis is not available{why} ({type(error).__name__})"


def code_of(error: BaseException) -> str:
    """The first word of Redis' own answer, such as READONLY; '' if it gave none."""
    for each in _chain(error):
        code = getattr(each, "status_code", None) or str(each).partition(" ")[0]
        if code in REFUSALS:
            return str(code)
    return ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _refusal(error: BaseException) -> str:
    text = str(error)
    if isinstance(error, WrongServer):
        return text
    if isinstance(error, ssl.SSLError):
        return _of_tls(error)
    if text.startswith("Protocol Error"):
        return SEEMS_TLS
    for pattern, words in PHRASES:
        if found := re.search(pattern, text, re.IGNORECASE):
            return words.format(**found.groupdict())
    code = getattr(error, "status_code", None) or text.partition(" ")[0]
    if code == "NOPERM" and (what := re.search(r"'([\w|]+)' command", text)):
        return f"{REFUSALS[code]} for the command {what[1]} ({code})"
    return f"{REFUSALS[code]} ({code})" if code in REFUSALS else ""


def _of_sentinels(text: str) -> str:
    if re.search(r"Authentication|NOAUTH|WRONGPASS", text):
        return SENTINEL_AUTH
    return NO_SENTINEL if "Error(" in text else NO_MASTER


def _of_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not accepted ({error.verify_message}); name the CA's file with "
            "?ssl_ca_certs=... in REDIS_URL"
        )
    if error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
        return NOT_TLS
    return f"TLS fails ({error.reason or type(error).__name__}); its log says why"
