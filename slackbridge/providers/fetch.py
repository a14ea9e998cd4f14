"""Fetches a file that a marketplace's answer links to: nothing else may be reached by it.

A customer may choose the link. So: https only, allowed hosts only, no address inside a network,
checked on the very address that is connected to; each redirect is checked like the first address;
no credential, cookie or proxy; bounded in size and time. Nothing is unpacked.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.connector import AddrInfoType

from slackbridge.domain.errors import Code, Later, Rejected, of_status
from slackbridge.domain.files import File
from slackbridge.text.clean import clean

HOPS = 3
CHUNK = 64 * 1024
REDIRECTS = (301, 302, 303, 307, 308)
HEADERS = {"User-Agent": "slackbridge", "Accept": "*/*", "Accept-Encoding": "identity"}
NAME = 120
TRANSLATED = tuple(ip_network(net) for net in ("64:ff9b::/32", "2002::/16", "2001::/32"))
MAGIC = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
    "application/pdf": b"%PDF",
}
"""How files of these types begin: a link may promise a picture and lead to a page."""


class Inside(OSError):
    """An address inside a network, which is not connected to."""


class SafeFetch:
    """Implements `ports.files.MarketplaceFiles`.

    `hosts` are allowed: `files.example.com`, or `*.example.com` for all below it. `loopback` allows
    this machine, also by http: for a sandbox only. `timeout` is in seconds, for one file.
    """

    def __init__(self, hosts: Collection[str], timeout: float, *, loopback: bool = False) -> None:
        self._hosts = frozenset(host.casefold() for host in hosts)
        self._timeout = timeout
        self._loopback = loopback

    async def fetch(self, name: str, url: str, most: int) -> File:
        try:
            async with asyncio.timeout(self._timeout), self._session() as session:
                return await self._follow(session, name, url, most)
        except Inside:
            raise _inside() from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(getattr(error, "os_error", None), Inside):
                raise _inside() from None
            raise Later("its server did not answer", 2.0, code=Code.UNREACHABLE) from None

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(socket_factory=self._socket, force_close=True)
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=HEADERS,
            trust_env=False,
            auto_decompress=False,
        )

    async def _follow(self, session: aiohttp.ClientSession, name: str, url: str, most: int) -> File:
        for _ in range(HOPS):
            self._check(url)
            async with session.get(url, allow_redirects=False) as answer:
                if answer.status not in REDIRECTS:
                    return await _read(answer, name, most)
                url = urljoin(url, answer.headers.get("Location", ""))
        raise Rejected("its address leads on and on")

    def _check(self, url: str) -> None:
        """Raises Rejected for an address that is not asked; ValueError for one that is none."""
        to = urlsplit(url)
        host = (to.hostname or "").rstrip(".").casefold()
        here = self._loopback and _is_loopback(host)
        if to.scheme != "https" and not (here and to.scheme == "http"):
            raise Rejected("its address is not https")
        if to.username or to.password or (to.port not in (None, 443) and not here):
            raise Rejected("its address names a port or a password")
        if not (here or self._allowed(host)):
            shown = clean(host)[:80]
            raise Rejected(f"{shown} is none of the hosts in [files] hosts")

    def _allowed(self, host: str) -> bool:
        parents = host.split(".")[1:]
        above = {"*." + ".".join(parents[at:]) for at in range(len(parents))}
        return host in self._hosts or not above.isdisjoint(self._hosts)

    def _socket(self, info: AddrInfoType) -> socket.socket:
        """The socket of one address that a name led to, right before it is connected to."""
        family, type, proto, _, address = info
        if not self._outside(str(address[0])):
            raise Inside(f"{address[0]} is inside a network")
        made = socket.socket(family, type, proto)
        made.setblocking(False)
        return made

    def _outside(self, address: str) -> bool:
        ip = ip_address(address.partition("%")[0])
        return is_public(ip) or (self._loopback and ip.is_loopback)


def is_public(ip: IPv4Address | IPv6Address) -> bool:
    """Whether an address is of the internet, also behind a form that carries another address."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(ip.ipv4_mapped)
        if any(ip in net for net in TRANSLATED):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


async def _read(answer: aiohttp.ClientResponse, name: str, most: int) -> File:
    if answer.status != 200:
        raise of_status(answer.status, f"its server answered {answer.status}", write=False)
    if "Content-Encoding" in answer.headers:
        raise Rejected("its server sent it packed")
    if (answer.content_length or 0) > most:
        raise _too_large(most)
    data = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        data += chunk
        if len(data) > most:
            raise _too_large(most)
    if not data:
        raise Rejected("it is empty")
    if not data.startswith(MAGIC.get(answer.content_type, b"")):
        raise Rejected(f"it is not what its server calls it ({answer.content_type})")
    return File(safe_name(name), answer.content_type, bytes(data))


def safe_name(name: str) -> str:
    """A file's bare name, in one line."""
    line = " ".join(clean(name).replace("\\", "/").split())
    bare = PurePosixPath(line).name
    if len(bare) <= NAME:
        return bare or "file"
    end = PurePosixPath(bare).suffix[:10]
    return bare[: NAME - len(end)] + end


def _too_large(most: int) -> Rejected:
    return Rejected(f"it is larger than {most / 1_000_000:g} MB")


def _inside() -> Rejected:
    return Rejected("its address leads into a network of our own, which is not asked")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
