"""The HTTP client that every marketplace is called with: one call, once, bounded in time and size.

It never retries, follows no redirect, and shows no header, URL or body in a log or an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import ssl
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import cache, partial
from ipaddress import ip_address
from typing import TypedDict, Unpack
from urllib.parse import urlsplit

import httpx

from slackbridge.domain.errors import Code, Failure, Later, Rejected, Wire, of_wire, unreadable
from slackbridge.providers.answer import Answer
from slackbridge.providers.pacing import Pace

# At INFO httpx logs whole URLs, at DEBUG httpcore logs headers: secrets and customers' words.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

PATIENCE = 30.0
MAX_BYTES = 8 * 2**20
# httpcore checks that an idle connection is still open before it reuses it, so only a close that
# crosses the request on the wire hurts. Servers close idle ones after 5 s or more: close earlier.
KEEPALIVE_SECONDS = 4.0
# The share of the time-out that connecting may take. httpcore leaks a half-made TLS connection when
# it is cancelled from outside, but closes it when its own time-out comes first.
CONNECTING = 0.9
# Concurrent calls to one account. The limit is not left to httpcore's pool, which loses a slot for
# good when a call is cancelled in its queue (encode/httpcore#1093).
AT_ONCE = 8
LIMITS = httpx.Limits(
    max_connections=None, max_keepalive_connections=4, keepalive_expiry=KEEPALIVE_SECONDS
)
HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "slackbridge"}

# Errors before anything was sent, and for what cannot be sent at all. After any other, it may be.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NOT_SENDABLE = (httpx.LocalProtocolError, httpx.UnsupportedProtocol)

# httpcore's names for the two steps in which a request leaves (httpcore/_async/http11.py).
HEADERS_LEAVE = "http11.send_request_headers.started"
BODY_LEAVES = "http11.send_request_body.started"


class Content(TypedDict, total=False):
    """What a request holds beside its method and path. `headers` are added to the client's."""

    params: Mapping[str, str] | None
    json: object
    headers: Mapping[str, str] | None


class _Late(Exception):
    """The deadline passed before the request was out."""


class _TooBig(Exception):
    """The answer exceeds the limit."""


class _Flight:
    """How far one call got. `deadline` is on the monotonic clock."""

    def __init__(self, deadline: float, monotonic: Callable[[], float]) -> None:
        self.deadline = deadline
        self.seconds = deadline - monotonic()
        self.left = False
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.body = b""
        self._monotonic = monotonic

    def connecting(self) -> float:
        """Seconds left for connecting. Raises _Late."""
        left = self.deadline - self._monotonic()
        if left <= 0:
            raise _Late
        return left * CONNECTING

    async def trace(self, event: str, info: Mapping[str, object]) -> None:
        """httpcore's trace hook. A process that was suspended must not send after its deadline."""
        if event in (HEADERS_LEAVE, BODY_LEAVES) and self._monotonic() >= self.deadline:
            raise _Late
        if event == HEADERS_LEAVE:
            self.left = True


@cache
def _authorities() -> ssl.SSLContext:
    """httpx's default certificate authorities, loaded once, as it takes 50 ms."""
    return httpx.create_ssl_context(trust_env=False)


class _Pool:
    """The httpx clients. A cancelled call may leak a connection of its client, so a new client
    replaces that one, which is closed once its other calls have ended.
    """

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make = make
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._open: Counter[httpx.AsyncClient] = Counter()  # the calls that use each
        self._closing: set[asyncio.Task[None]] = set()
        self.http = make()

    @contextlib.asynccontextmanager
    async def slot(self) -> AsyncIterator[httpx.AsyncClient]:
        """Wait for one of the AT_ONCE slots and hold it."""
        async with self._slots:
            http = self.http
            self._open[http] += 1
            try:
                yield http
            except asyncio.CancelledError:
                if http is self.http:
                    self.http = self._make()
                raise
            finally:
                await self._release(http)

    async def _release(self, http: httpx.AsyncClient) -> None:
        self._open[http] -= 1
        if not self._open[http] and http is not self.http:
            del self._open[http]
            closing = asyncio.create_task(http.aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            await asyncio.shield(closing)

    async def close(self) -> None:
        ends = (http.aclose() for http in {self.http, *self._open})
        await asyncio.gather(*ends, *self._closing)


def credential(scheme: str, token: str) -> dict[str, str]:
    """The Authorization header; a token that was copied with its scheme is fine."""
    return {"Authorization": f"{scheme} {token.removeprefix(f'{scheme} ').strip()}"}


class HttpClient:
    """Calls to one account at one marketplace.

    `headers` go with every call, the credential among them. `per_second` paces all calls together.
    `skew` is the marketplace's clock minus ours, in seconds, by its newest 2xx answer. `admit` is
    awaited before every call, and raises the failure of one that must not be made.
    Raises ValueError for a base URL or header that must not be used.
    """

    def __init__(
        self,
        vendor: str,
        base_url: str,
        headers: Mapping[str, str],
        *,
        timeout_seconds: float = 10.0,
        per_second: float | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        _check(base_url, headers)
        self.vendor = vendor
        self.clock = clock
        self.skew: float | None = None
        self.admit: Callable[[], Awaitable[None]] | None = None
        self._base = base_url.rstrip("/")
        self._timeout = timeout_seconds
        self._monotonic = monotonic
        self._max_bytes = max_bytes
        self._pace = Pace(per_second, monotonic)
        self._secret = headers.get("Authorization", "").rpartition(" ")[2]
        self._pool = _Pool(partial(_client, {**HEADERS, **headers}))

    def deadline(self, seconds: float) -> float:
        """A deadline for `send`, so many seconds from now."""
        return self._monotonic() + seconds

    async def send(
        self,
        method: str,
        path: str,
        *,
        write: bool = False,
        deadline: float | None = None,
        **content: Unpack[Content],
    ) -> Answer:
        """Make one call, once; an answer of any HTTP status is returned, whole.

        Waits for the rate limit (30 s at most, and never beyond the deadline). Nothing is sent
        after the deadline. Raises Later, Rejected, and Unknown for a write without an answer.
        """
        if self.admit is not None:
            await self.admit()
        await self._turn(deadline)
        until = self.deadline(self._timeout) if deadline is None else deadline
        flight = _Flight(until, self._monotonic)
        if flight.seconds <= 0:
            raise self._late()
        try:
            async with asyncio.timeout(flight.seconds), self._pool.slot() as http:
                request = self._request(http, flight, method, path, content)
                await self._exchange(http, request, flight)
        except (httpx.HTTPError, OSError, zlib.error, _Late, _TooBig) as error:
            # A refusal is as certain without its body.
            if flight.status < 300:
                raise self._fault(error, flight, write) from None
        answer = Answer(
            self.vendor, flight.status, self.clock(), flight.headers, flight.body, self._secret
        )
        self._pace.pause(answer.pause)
        if answer.ok and answer.skew is not None:
            self.skew = answer.skew
        return answer

    async def close(self) -> None:
        await self._pool.close()

    async def _turn(self, deadline: float | None) -> None:
        left = PATIENCE if deadline is None else deadline - self._monotonic()
        if left <= 0:
            raise self._late()
        wait = self._pace.reserve(min(PATIENCE, left))
        if wait > min(PATIENCE, left):
            reason = f"{self.vendor} allows no further call for {math.ceil(wait)} s"
            raise Later(reason, wait, code=Code.PACED)
        await asyncio.sleep(wait)

    def _request(
        self, http: httpx.AsyncClient, flight: _Flight, method: str, path: str, content: Content
    ) -> httpx.Request:
        try:
            return http.build_request(
                method,
                f"{self._base}/{path.lstrip('/')}",
                **content,
                timeout=httpx.Timeout(None, connect=flight.connecting()),
                extensions={"trace": flight.trace},
            )
        except (httpx.InvalidURL, ValueError):
            raise self._unsendable() from None

    async def _exchange(
        self, http: httpx.AsyncClient, request: httpx.Request, flight: _Flight
    ) -> None:
        response = await http.send(request, stream=True)
        try:
            flight.status, flight.headers = response.status_code, response.headers
            flight.body = await _body(response, self._max_bytes)
        finally:
            await response.aclose()

    def _fault(self, error: Exception, flight: _Flight, write: bool) -> Failure:
        if isinstance(error, NOT_SENDABLE):
            return self._unsendable()
        if isinstance(error, _TooBig | zlib.error):
            return unreadable(f"{self.vendor} sent an answer that cannot be read", write=write)
        if isinstance(error, _Late) and not flight.left:
            return self._late()
        stayed = isinstance(error, NOT_SENT) or (not flight.left and isinstance(error, OSError))
        wire = Wire.NOT_SENT if stayed else Wire.BROKEN
        return of_wire(wire, f"{self.vendor} {_words(error, flight)}", write=write)

    def _unsendable(self) -> Rejected:
        return Rejected(f"this cannot be put into a call to {self.vendor}", code=Code.UNSENDABLE)

    def _late(self) -> Later:
        return Later(f"there was no time left to call {self.vendor}", 1.0, code=Code.LATE)


def _client(headers: Mapping[str, str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        headers=headers,
        verify=_authorities(),
        trust_env=False,
        follow_redirects=False,
        limits=LIMITS,
        timeout=None,  # noqa: S113 - the deadline bounds the whole call, slow bodies included
    )


async def _body(response: httpx.Response, limit: int) -> bytes:
    """The body, decompressed, at most `limit` bytes in memory. Raises _TooBig, zlib.error."""
    packed = response.headers.get("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip")
    gzip = zlib.decompressobj(wbits=31) if packed else None
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += gzip.decompress(chunk, limit + 1 - len(body)) if gzip else chunk
        if len(body) > limit:
            raise _TooBig
    return bytes(body)


def _words(error: Exception, flight: _Flight) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "could not be reached: its certificate is not valid"
    if isinstance(error, TimeoutError | httpx.ConnectTimeout | _Late):
        verb = "did not answer" if flight.left else "could not be reached"
        return f"{verb} in {flight.seconds:.3g} s"
    if isinstance(error, NOT_SENT):
        return "could not be reached"
    return "broke the connection before its answer was whole"


def _check(base_url: str, headers: Mapping[str, str]) -> None:
    url = urlsplit(base_url)
    safe = url.scheme == "https" or (url.scheme == "http" and _loopback(url.hostname or ""))
    if not url.hostname or not safe:
        raise ValueError(
            f"base_url {base_url!r} must begin with https:// "
            "(http:// is only for a server on this machine, such as http://127.0.0.1:8030)"
        )
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            raise ValueError(f"the {name} header holds characters it cannot; copy the token again")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
