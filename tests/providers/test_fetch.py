"""A customer's link leads to a file of the marketplace, or nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from slackbridge.domain.errors import Failure, Later, Rejected
from slackbridge.providers.fetch import SafeFetch, is_public, safe_name
from slackbridge.sandbox.serve import serve

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
MOST = 1_000


class Server:
    """Keeps one file; `gives` is its answer. What it was asked stands in `seen`."""

    def __init__(self) -> None:
        self.gives: dict[str, Any] = {"body": PNG, "content_type": "image/png"}
        self.seen: list[web.Request] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        if request.path == "/moved":
            return web.Response(body=PNG, content_type="image/png")
        return web.Response(**self.gives)

    def leads_to(self, url: str) -> None:
        self.gives = {"status": 302, "headers": {"Location": url, "Set-Cookie": "a=b"}}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_get("/{any:.*}", server.handle)
    serving = await serve(app, 0)
    server.url = serving.url
    yield server
    await serving.stop()


def fetch(hosts: Collection[str] = (), *, loopback: bool = True) -> SafeFetch:
    return SafeFetch(hosts, 2.0, loopback=loopback)


async def refused(url: str, **how: bool) -> Failure:
    with pytest.raises(Failure) as failure:
        await fetch(("files.example.com", "localhost.localdomain", "localhost"), **how).fetch(
            "a.png", url, MOST
        )
    return failure.value


async def test_a_file_comes_without_any_credential(server: Server) -> None:
    found = await fetch().fetch("../a.png", f"{server.url}/a", MOST)
    assert (found.name, found.content_type, found.data) == ("a.png", "image/png", PNG)
    assert not {"Authorization", "Cookie", "Referer"} & set(server.seen[0].headers)


async def test_a_redirect_is_checked_like_the_first_address(server: Server) -> None:
    server.leads_to("/moved")
    assert (await fetch().fetch("a.png", f"{server.url}/a", MOST)).data == PNG
    assert "Cookie" not in server.seen[-1].headers
    for url in ("https://evil.example/a", "file:///etc/passwd", "http://10.0.0.1/", "//evil.test/"):
        server.leads_to(url)
        assert isinstance(await refused(f"{server.url}/a"), Rejected), url
    server.leads_to("/a")
    assert "on and on" in (await refused(f"{server.url}/a")).reason


async def test_what_is_too_large_is_not_read_to_its_end(server: Server) -> None:
    server.gives = {"body": PNG * 20, "content_type": "image/png"}
    assert "larger than" in (await refused(f"{server.url}/a")).reason


@pytest.mark.parametrize(
    ("body", "type", "headers", "why"),
    [
        (b"<html>", "image/png", {}, "not what its server calls it"),
        (b"", "image/png", {}, "empty"),
        (PNG, "image/png", {"Content-Encoding": "gzip"}, "packed"),
    ],
)
async def test_what_is_not_what_it_seems(
    server: Server, body: bytes, type: str, headers: dict[str, str], why: str
) -> None:
    server.gives = {"body": body, "content_type": type, "headers": headers}
    assert why in (await refused(f"{server.url}/a")).reason


@pytest.mark.parametrize(("status", "kind"), [(404, Rejected), (503, Later), (500, Later)])
async def test_an_answer_that_is_no_file(server: Server, status: int, kind: type) -> None:
    server.gives = {"status": status}
    assert isinstance(await refused(f"{server.url}/a"), kind)


async def test_a_server_that_is_away_is_asked_again() -> None:
    assert isinstance(await refused("http://127.0.0.1:9/a"), Later)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/a",
        "https://files.example.com:8443/a",
        "https://user:pass@files.example.com/a",
        "https://files.example.com.evil.test/a",
        "https://evil.test/files.example.com",
        "https://example.com/a",
        "https://127.0.0.1/a",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/a",
        "ftp://files.example.com/a",
        "javascript:alert(1)",
        "",
    ],
)
async def test_what_is_not_asked_at_all(url: str) -> None:
    assert isinstance(await refused(url, loopback=False), Rejected)


async def test_an_allowed_name_that_leads_inside_is_not_connected_to(server: Server) -> None:
    """The address is checked where it is connected to, so no second answer of DNS helps."""
    failure = await refused(f"https://localhost/{urlsplit(server.url).port}", loopback=False)
    assert isinstance(failure, Rejected)
    assert "network of our own" in failure.reason
    assert server.seen == []


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("files.example.com", True),
        ("FILES.example.com", True),
        ("a.b.example.org", True),
        ("example.org", False),
        ("evil-example.org", False),
        ("files.example.com.evil.test", False),
    ],
)
def test_hosts(host: str, allowed: bool) -> None:
    assert fetch(("files.example.com", "*.example.org"))._allowed(host.casefold()) is allowed


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        *((inner, False) for inner in ("10.0.0.1", "127.0.0.1", "169.254.169.254", "0.0.0.0")),  # noqa: S104
        *((inner, False) for inner in ("192.168.1.1", "172.16.0.1", "100.64.0.1", "224.0.0.1")),
        *((inner, False) for inner in ("::1", "::", "fe80::1", "fc00::1", "ff02::1")),
        *((inner, False) for inner in ("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::")),
        ("::ffff:93.184.216.34", True),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../a.png", "a.png"), ("a\\b.png", "b.png"), ("", "file"), ("a\nb\u202e.png", "a b.png")],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_end() -> None:
    assert safe_name("x" * 300 + ".png").endswith("x.png")
    assert len(safe_name("x" * 300 + ".png")) == 120
