"""Real servers on loopback: single ones, three Sentinels with a master and a replica, a cluster.

Each starts on a free port, in a directory of its own, and is killed at the end of the block.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from redis import Redis as Plain
from redis.asyncio import Redis
from redis.exceptions import RedisError

from slackbridge.demo.waiting import until
from slackbridge.domain.errors import Rejected
from slackbridge.store import embedded

MASTER = "tickets"
START_SECONDS = 20.0
NODE_TIMEOUT_MS = 1000
DOWN_AFTER_MS = 500
TLS_BEGINS = b"\x16"


Entrance = Callable[[int], Awaitable[int]]
"""Opens a way to the server at a port; returns the port that clients are to use."""


async def directly(port: int) -> int:
    return port


def missing() -> str:
    """Why no server can be started here; '' = one can."""
    try:
        embedded.find_program()
    except Rejected as refused:
        return refused.reason
    return ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Node:
    """One server. `port` stays the same when it is started again."""

    def __init__(self, *options: str, port: int = 0, sentinel: Sequence[str] = ()) -> None:
        self.port = port or free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="slackbridge-test-redis-"))
        self.bus = free_port() if "--cluster-enabled" in options else 0
        self._options = (*options, "--cluster-port", str(self.bus)) if self.bus else options
        self._sentinel = sentinel
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """It is ready a moment later."""
        words = ["--port", str(self.port), "--dir", str(self.folder), *self._options]
        if self._sentinel:
            file = self.folder / "sentinel.conf"
            file.write_text("\n".join([f"port {self.port}", *self._sentinel, ""]), "utf-8")
            words = [str(file), "--sentinel"]
        else:
            words += ["--save", "", "--repl-diskless-sync-delay", "0"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [embedded.find_program(), *words],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def ready(self, user: str = "") -> None:
        async def answers() -> bool:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "log").read_text("utf-8")[-500:]
            try:
                async with self.client(user) as client:
                    return bool(await client.ping())
            except RedisError as error:
                return "DENIED" in str(error) or "NOAUTH" in str(error) or "required" in str(error)

        await until(f"the server at {self.port}", answers, START_SECONDS)

    def client(self, user: str = "") -> Redis:
        url = self.url.replace("//", f"//{user}@") if user else self.url
        return Redis.from_url(url, decode_responses=True, retry=None, socket_timeout=3.0)

    async def tell(self, *command: str | int, user: str = "") -> Any:
        async with self.client(user) as client:
            told: Any = client
            return await told.execute_command(*command)

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        """SIGKILL; returns when it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def serving(*nodes: Node, user: str = "") -> AsyncIterator[tuple[Node, ...]]:
    """Run them."""
    try:
        for node in nodes:
            node.start()
        for node in nodes:
            await node.ready(user)
        yield nodes
    finally:
        for node in nodes:
            node.close()


@contextlib.asynccontextmanager
async def single(*options: str) -> AsyncIterator[Node]:
    async with serving(Node(*options)) as (node,):
        yield node


class Watched:
    """A master, perhaps its replica, and three Sentinels. A door is the port one is named by."""

    def __init__(self, doors: dict[int, Node], sentinels: Sequence[Node], ports: list[int]) -> None:
        self.nodes = list(doors.values())
        self.sentinels = sentinels
        self._doors = doors
        self.url = f"redis+sentinel://{_places(ports)}/{MASTER}"

    async def named(self) -> int:
        """The port of the master that the Sentinels name."""
        for node in self.sentinels:
            with contextlib.suppress(RedisError):
                _, port = await node.tell("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)
                return int(port)
        return 0

    async def master(self) -> Node:
        return self._doors[await self.named()]

    async def flush(self) -> None:
        await (await self.master()).tell("FLUSHALL")

    async def failover(self) -> None:
        """Kill the master and wait until another is named."""
        port = await self.named()
        self._doors[port].kill()

        async def moved() -> bool:
            return await self.named() not in (0, port)

        await until("a new master", moved, 20)


@contextlib.asynccontextmanager
async def sentinels(
    entrance: Entrance = directly, *, replicas: int = 1, down_after_ms: int = DOWN_AFTER_MS
) -> AsyncIterator[Watched]:
    """Ready for a failover, if there is a replica."""
    doors: dict[int, Node] = {}
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(1 + replicas):
            port = free_port()
            door = await entrance(port)
            options = ["--appendonly", "yes", "--replica-announce-port", str(door)]
            options += ["--replicaof", f"127.0.0.1 {next(iter(doors))}"] if doors else []
            doors[door] = Node(*options, port=port)
            await stack.enter_async_context(serving(doors[door]))
        first, *others = doors
        for replica in others:
            await until("the replica", partial(_synced, doors[replica]), START_SECONDS)
        watch = (
            f"sentinel monitor {MASTER} 127.0.0.1 {first} 2",
            f"sentinel down-after-milliseconds {MASTER} {down_after_ms}",
            f"sentinel failover-timeout {MASTER} 3000",
        )
        three = [Node(sentinel=watch) for _ in range(3)]
        await stack.enter_async_context(serving(*three))
        for node in three:
            await until("the Sentinels", partial(_knows, node, replicas), START_SECONDS)
        yield Watched(doors, three, [await entrance(node.port) for node in three])


async def _synced(replica: Node) -> bool:
    told = await replica.tell("INFO", "replication")
    return bool(told.get("master_link_status") == "up")


async def _knows(sentinel: Node, replicas: int) -> bool:
    told = await sentinel.tell("SENTINEL", "MASTER", MASTER)
    return int(told["num-other-sentinels"]) == 2 and int(told["num-slaves"]) >= replicas


def _places(ports: Sequence[int]) -> str:
    return ",".join(f"127.0.0.1:{port}" for port in ports)


class Slots:
    """A Redis Cluster: the first three nodes begin as primaries, the others as their replicas."""

    def __init__(self, doors: dict[int, Node]) -> None:
        self.nodes = list(doors.values())
        self._doors = doors
        self.url = f"redis+cluster://{_places([*doors][:2])}"

    async def flush(self) -> None:
        for node in self.nodes:
            with contextlib.suppress(RedisError):
                if "master" in await self._flags(node):
                    await node.tell("FLUSHALL")

    async def owner(self, key: str) -> Node:
        """The primary that holds a key."""
        for node in self.nodes:
            with contextlib.suppress(RedisError):
                slot = int(await node.tell("CLUSTER", "KEYSLOT", key))
                for begin, end, primary, *_ in await node.tell("CLUSTER", "SLOTS"):
                    if begin <= slot <= end:
                        return self._doors[int(primary[1])]
        raise AssertionError("no node answers")

    async def _flags(self, node: Node) -> str:
        told = str(await node.tell("CLUSTER", "NODES"))
        return told if "myself,master" in told else ""

    async def failover(self, key: str) -> None:
        """Kill the primary of a key and wait until its replica is promoted and all is well."""
        before = await self.owner(key)
        before.kill()

        async def moved() -> bool:
            with contextlib.suppress(AssertionError):
                now = await self.owner(key)
                return now is not before and "cluster_state:ok" in str(
                    await now.tell("CLUSTER", "INFO")
                )
            return False

        await until("a new primary", moved, 20)

    async def hand_over(self, primary: Node) -> None:
        """Its replica takes its place; both live on."""
        id = str(await primary.tell("CLUSTER", "MYID"))
        for node in self.nodes:
            if f"myself,slave {id}" in str(await node.tell("CLUSTER", "NODES")):
                await node.tell("CLUSTER", "FAILOVER")

                async def moved() -> bool:
                    return "myself,slave" in str(await primary.tell("CLUSTER", "NODES"))

                await until("the other", moved, 20)
                return
        raise AssertionError("it has no replica")


@contextlib.asynccontextmanager
async def cluster(entrance: Entrance = directly, *, replicas: bool = False) -> AsyncIterator[Slots]:
    """Three primaries, and with `replicas` one replica of each."""
    nodes = [_node() for _ in range(6 if replicas else 3)]
    doors = {await entrance(node.port): node for node in nodes}
    async with serving(*nodes):
        primaries = nodes[:3]
        for number, (door, node) in enumerate(doors.items()):
            await node.tell("CONFIG", "SET", "cluster-announce-port", door)
            await node.tell("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for number, node in enumerate(primaries):
            begin, end = 16384 * number // 3, 16384 * (number + 1) // 3 - 1
            await node.tell("CLUSTER", "ADDSLOTSRANGE", begin, end)
        for node in nodes[1:]:
            await nodes[0].tell("CLUSTER", "MEET", "127.0.0.1", node.port, node.bus)
        for node in nodes:
            await until("the cluster", partial(_agrees, node, doors), START_SECONDS)
        for primary, replica in zip(primaries, nodes[3:], strict=False):
            await replica.tell("CLUSTER", "REPLICATE", str(await primary.tell("CLUSTER", "MYID")))
        for replica in nodes[3:]:
            await until("a replica", partial(_synced, replica), START_SECONDS)
        yield Slots(doors)


async def _agrees(node: Node, doors: Iterable[int]) -> bool:
    """Whether it knows all the others, by their doors."""
    told, known = str(await node.tell("CLUSTER", "INFO")), await node.tell("CLUSTER", "NODES")
    ready = "cluster_state:ok" in told and "cluster_slots_ok:16384" in told
    return ready and all(f":{door}" in str(known) for door in doors)


def _node(*options: str) -> Node:
    return Node(
        *(
            "--cluster-enabled",
            "yes",
            "--cluster-node-timeout",
            str(NODE_TIMEOUT_MS),
            "--appendonly",
            "yes",
        ),
        *("--cluster-replica-validity-factor", "0", *options),
    )


class Detour:
    """A TCP proxy whose target can be moved; connections that are open stay where they are.

    With `tls` it ends TLS. Who begins with TLS is sent to the port `encrypted`, if there is one.
    """

    def __init__(self, target: int, tls: Any = None, encrypted: int = 0) -> None:
        self.target = target
        self._encrypted = encrypted
        self.port = 0
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Detour:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await asyncio.sleep(0)

    def cut(self) -> None:
        """Close every connection."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.read(1) if self._encrypted else b""
            target = self._encrypted if first == TLS_BEGINS else self.target
            reader2, writer2 = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.transport.abort()
            return
        writer2.write(first)
        ends = {writer, writer2}
        self._writers |= ends

        async def pump(a: asyncio.StreamReader, b: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                while data := await a.read(65536):
                    b.write(data)
                    await b.drain()
            b.close()

        try:
            await asyncio.gather(pump(reader, writer2), pump(reader2, writer))
        finally:
            self._writers -= ends
            for end in ends:
                end.transport.abort()


def certificate(folder: Path) -> Path:
    """A private CA's certificate for this machine, and its key beside it."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    return folder / "cert.pem"


def emptied(url: str) -> None:
    """Delete all that one server holds."""
    with Plain.from_url(url) as client:
        client.flushdb()
