"""The HTTP client against a server that misbehaves on real sockets."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from slackbridge.domain.errors import Later, Rejected, Unauthorized, Unknown, Unsupported
from slackbridge.providers.answer import Answer, refused
from slackbridge.providers.http import AT_ONCE, HttpClient
from slackbridge.providers.pacing import Pace

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
SECRET = "key-1234567890"
NOW = 1_780_000_000.0
PATIENCE = 1.0  # with less, a busy machine looks like a silent server


class RawServer:
    """Reads one whole request at a time and lets the test's `talk` write the answer."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.talk: Talk = ok
        self.connections = 0
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Includes what was accepted a moment ago and is no connection yet."""
        self._server.close()
        await asyncio.sleep(0.01)
        tasks = list(self._open.values())
        for writer, task in self._open.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open[writer] = asyncio.create_task(self._serve(reader, writer))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(line[15:]) for line in head.split(b"\r\n") if b"ontent-Length" in line), 0
                )
                self.requests.append(head + await reader.readexactly(length))
                await self.talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            del self._open[writer]
            writer.close()


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Talk:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return talk


ok = answer()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half":')
    await writer.drain()
    writer.close()


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.03)


async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SMTP ready\r\n\r\n")
    await writer.drain()
    writer.close()


bomb = answer(200, gzip.compress(b" " * 3_000_000), Content_Encoding="gzip")
broken_gzip = answer(200, b"\x1f\x8bnot gzip at all", Content_Encoding="gzip")
huge = answer(200, b" " * 1_100_000)


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    raw = RawServer()
    await raw.start()
    yield raw
    await raw.stop()


@pytest.fixture
async def make(server: RawServer) -> AsyncIterator[Callable[..., HttpClient]]:
    made: list[HttpClient] = []

    def client(url: str = "", **options: Any) -> HttpClient:
        options = {"timeout_seconds": PATIENCE, "max_bytes": 1_000_000, **options}
        one = HttpClient("shop", url or server.url, {"Authorization": f"Plain {SECRET}"}, **options)
        made.append(one)
        return one

    yield client
    for one in made:
        await one.close()


Make = Callable[..., HttpClient]


async def test_a_call_carries_what_it_was_given(server: RawServer, make: Make) -> None:
    client = make(server.url + "/rest/")
    await client.send("PUT", "/tickets/1", params={"comment": "a b&c"}, headers={"Page": "2"})
    await client.send("POST", "reply", json={"message": "ü"})
    put, post = (request.decode() for request in server.requests)
    assert put.startswith("PUT /rest/tickets/1?comment=a+b%26c HTTP/1.1\r\n")
    assert f"Authorization: Plain {SECRET}" in put
    assert "Page: 2" in put
    assert "Content-Length: 0" in put  # ClickBank wants it
    assert post.endswith('{"message":"ü"}')


@pytest.mark.parametrize("talk", [reset, cut, drip, silent, nonsense, bomb, broken_gzip, huge])
async def test_after_it_left_a_write_is_unknown_and_a_read_may_be_tried_again(
    server: RawServer, make: Make, talk: Talk
) -> None:
    server.talk = talk
    with pytest.raises(Unknown) as write:
        await make().send("POST", "reply", write=True)
    with pytest.raises(Later):
        await make().send("GET", "tickets")
    assert str(write.value).startswith("shop ")
    assert len(server.requests) == 2  # each made once


async def test_a_slow_drip_ends_with_the_deadline_and_says_so(
    server: RawServer, make: Make
) -> None:
    server.talk = drip
    with pytest.raises(Later, match=r"^shop did not answer in 1 s$"):
        await make().send("GET", "tickets")


@pytest.mark.parametrize(("scheme", "words"), [("http", "reached$"), ("https", "reached")])
async def test_what_never_connected_was_not_sent(
    server: RawServer, make: Make, scheme: str, words: str
) -> None:
    url = server.url.replace("http", scheme)
    if scheme == "http":
        await server.stop()
    with pytest.raises(Later, match=words):
        await make(url).send("POST", "reply", write=True)
    assert server.requests == []


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
async def test_calls_that_run_out_of_time_together_leave_every_place_free(
    make: Make, server: RawServer
) -> None:
    """More calls than slots: some are cancelled just as they get one."""
    client, server.talk = make(), silent
    for _ in range(5):
        ends = [client.deadline(0.1 + n / 5_000) for n in range(100)]
        many = (client.send("GET", "tickets", deadline=end) for end in ends)
        failures = await asyncio.gather(*many, return_exceptions=True)
        assert {type(failure) for failure in failures} == {Later}
    together = asyncio.Barrier(AT_ONCE)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with together:
            await ok(reader, writer)

    server.talk = talk
    deadline = client.deadline(5)
    again = (client.send("GET", "tickets", deadline=deadline) for _ in range(AT_ONCE))
    assert [answer.status for answer in await asyncio.gather(*again)] == [200] * AT_ONCE
    gc.collect()  # asyncio leaves a socket to it if cancelled just as it connects


async def test_a_certificate_that_is_not_trusted_is_named(make: Make) -> None:
    words = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"
    client = make()

    async def refuse(*_: object, **__: object) -> None:
        raise httpx.ConnectError(words)

    client._pool.http.send = refuse  # type: ignore[method-assign,assignment]  # no CA in a test
    with pytest.raises(Later, match="its certificate is not valid"):
        await client.send("POST", "reply", write=True)


async def test_a_connection_that_does_not_open_in_time_was_not_sent(make: Make) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        with pytest.raises(Later, match=r"could not be reached in 1 s"):
            await make(f"http://127.0.0.1:{port}").send("POST", "reply", write=True)
        for one in waiting:
            one.close()


class Stopped:
    """A monotonic clock that jumps after so many reads, as if the process had been suspended."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def __call__(self) -> float:
        self.looks -= 1
        return 0.0 if self.looks >= 0 else 100.0


async def test_nothing_leaves_after_the_deadline(server: RawServer, make: Make) -> None:
    seen = set()
    for looks in range(1, 9):
        server.requests.clear()
        client = make(monotonic=Stopped(looks))
        try:
            await client.send("POST", "reply", json={"a": 1}, write=True, deadline=10.0)
        except Later as failure:
            seen.add(f"not sent: {failure.code}")
        except Unknown:
            seen.add("unknown")  # suspended between head and body, which never left
        else:
            seen.add("sent")
        assert len(server.requests) == ("sent" in seen)
    assert seen == {"not sent: late", "unknown", "sent"}


async def test_a_deadline_that_has_passed_costs_no_connection(
    server: RawServer, make: Make
) -> None:
    client = make()
    with pytest.raises(Later, match="no time left to call shop"):
        await client.send("POST", "reply", write=True, deadline=client.deadline(-1))
    assert server.connections == 0


@pytest.mark.parametrize(
    ("talk", "kind", "words"),
    [
        (answer(302, Location="http://127.0.0.1:1/"), Rejected, "a redirect"),
        (answer(400, b'{"message":"bad  id"}'), Rejected, r"declined \(400\): bad id$"),
        (answer(401, b"<html>no</html>"), Unauthorized, r"the token \(401\)$"),
        (answer(403, b"not your ticket"), Rejected, r"permit this \(403\): not your ticket$"),
        (answer(404, b'{"error":{"message":"gone"}}'), Rejected, "know this .404.: gone$"),
        (answer(501), Unsupported, "does not offer this"),
        (answer(500, b"{broken"), Unknown, r"fault of its own \(500\)$"),
        (answer(503), Unknown, "fault"),
        (answer(503, Retry_After="7"), Later, "fault"),
        (answer(429, b"x" * 400), Later, "fewer calls .429.: x{299}…$"),
    ],
)
async def test_a_status_outside_2xx_is_a_failure_in_words(
    server: RawServer, make: Make, talk: Talk, kind: type[Exception], words: str
) -> None:
    server.talk = talk
    got = await make().send("POST", "reply", write=True)
    failure = refused(got, write=True)
    assert type(failure) is kind
    assert str(failure).startswith("shop ")
    with pytest.raises(kind, match=words):
        raise failure


async def test_a_refusal_is_certain_even_if_its_body_is_cut(server: RawServer, make: Make) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 401 No\r\nContent-Length: 50\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    server.talk = half
    got = await make().send("POST", "reply", write=True)
    assert isinstance(refused(got, write=True), Unauthorized)


async def test_gzip_is_read(server: RawServer, make: Make) -> None:
    server.talk = answer(200, gzip.compress(b'{"a": 1.50}'), Content_Encoding="gzip")
    got = await make().send("GET", "tickets")
    assert str(got.json(write=False)["a"]) == "1.50"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a":', b"[" * 200_000])
def test_a_2xx_that_cannot_be_read_is_unknown_for_a_write(body: bytes) -> None:
    got = _answer(200, body)
    with pytest.raises(Unknown):
        got.json(write=True)
    with pytest.raises(Later):
        got.json(write=False)


def test_bytes_that_are_not_utf8_do_not_spoil_the_rest() -> None:
    assert _answer(200, b'\xef\xbb\xbf{"a": "\xff", "b": 1}').json(write=False)["b"] == 1


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "1.5"}, 1.5),
        (429, {"Retry-After": formatdate(NOW + 5, usegmt=True)}, 5),
        (429, {"Retry-After": formatdate(NOW - 5, usegmt=True)}, 0),
        (429, {"Retry-After": "999999999"}, 3600),
        (429, {"Retry-After": "soon"}, 2),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 9)}, 9),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "nan"}, 2),
        (429, {"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": str(int(NOW) + 9)}, 2),
        (
            429,  # the marketplace's clock is ten minutes ahead of ours
            {
                "Date": formatdate(NOW + 600, usegmt=True),
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": str(int(NOW) + 604),
            },
            4,
        ),
        (503, {"Retry-After": "Wed, 01 Jan 2020 00:00:00 -0000"}, 0),
    ],
)
def test_how_long_to_wait(status: int, headers: dict[str, str], seconds: float) -> None:
    failure = refused(_answer(status, b"", headers), write=True)
    assert isinstance(failure, Later)
    assert failure.seconds == pytest.approx(seconds)


async def test_later_calls_wait_until_the_quota_is_back(server: RawServer, make: Make) -> None:
    at = [NOW]
    client = make(clock=lambda: at[0])
    reset = str(NOW + 0.2)
    server.talk = answer(200, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)
    await client.send("GET", "tickets")
    server.talk = ok
    start = asyncio.get_running_loop().time()
    await client.send("GET", "tickets")
    assert asyncio.get_running_loop().time() - start >= 0.19


async def test_nobody_waits_longer_than_patience_or_deadline_allow(
    server: RawServer, make: Make
) -> None:
    client = make()
    server.talk = answer(429, Retry_After="60")
    await client.send("GET", "tickets")
    with pytest.raises(Later, match="no further call for 60 s") as read:
        await client.send("GET", "tickets")
    assert read.value.seconds == pytest.approx(60, abs=0.5)
    client = make()
    server.talk = answer(429, Retry_After="5")
    await client.send("GET", "tickets")
    with pytest.raises(Later, match="no further call for 5 s"):
        await client.send("POST", "reply", write=True, deadline=client.deadline(2))
    assert len(server.requests) == 2


def test_the_pace_never_makes_more_than_ten_calls_in_a_second_at_eight() -> None:
    now = [0.0]
    pace = Pace(8, lambda: now[0])
    starts = []
    for _ in range(40):
        wait = pace.reserve(30)
        starts.append(now[0] + wait)
    assert starts[:2] == [0, 0]
    assert max(sum(t <= s < t + 1 for s in starts) for t in starts) <= 10
    assert pace.reserve(0.01) == pace.reserve(0.01)  # a call that will not wait reserves nothing
    now[0] = 100.0
    assert pace.reserve(0) == 0
    assert Pace(None, lambda: 0.0).reserve(0) == 0


async def test_a_connection_the_server_closed_is_not_used_again(
    server: RawServer, make: Make
) -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ok(reader, writer)
        writer.close()

    server.talk = once
    client = make()
    for _ in range(5):
        await client.send("POST", "reply", write=True)
        await asyncio.sleep(0.01)
    assert server.connections == 5


@pytest.mark.parametrize(
    "call",
    [
        {"path": "a\x00b"},
        {"path": "reply", "json": {"text": "\ud800"}},
        {"path": "reply", "headers": {"Page": "1\r\nX: 2"}},
    ],
)
async def test_what_cannot_be_written_as_a_call_is_rejected(
    server: RawServer, make: Make, call: dict[str, Any]
) -> None:
    with pytest.raises(Rejected, match="cannot be put into a call to shop"):
        await make().send("POST", write=True, **call)
    assert server.requests == []


@pytest.mark.parametrize(
    "url", ["http://api.example.com", "ftp://127.0.0.1", "https://", "api.example.com", ""]
)
def test_a_base_url_that_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must begin with https://"):
        HttpClient("shop", url, {})


async def test_https_and_this_machine_are_fine() -> None:
    for url in ("https://api.example.com", "http://localhost:1/", "http://[::1]:1"):
        await HttpClient("shop", url, {}).close()


def test_a_token_that_cannot_stand_in_a_header_is_refused_without_showing_it() -> None:
    for token in ("Plain abc\ndef", "Plain ключ"):
        with pytest.raises(ValueError, match="copy the token again") as refusal:
            HttpClient("shop", "https://api.example.com", {"Authorization": token})
        assert token.split()[1] not in str(refusal.value)


async def test_no_key_url_or_text_is_logged_or_told(
    server: RawServer, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    customer = "priv" + "ate"  # not in one piece, as a traceback quotes this very source
    echo = json.dumps({"message": f"invalid token {SECRET}"}).encode()
    for talk in (ok, reset, cut, answer(401, echo)):
        server.talk = talk
        try:
            got = await make().send("POST", "r", params={"q": customer}, json={"t": customer})
            told.append(repr(got) + str(refused(got, write=True)))
        except Later as failure:
            told.append("".join(traceback.format_exception(failure)))
    everything = caplog.text + "".join(told)
    assert "invalid token ***" in everything
    assert SECRET not in everything
    assert customer not in everything
    assert "HTTP Request" not in everything


def _answer(status: int, body: bytes, headers: dict[str, str] | None = None) -> Answer:
    return Answer("shop", status, NOW, headers or {}, body)
