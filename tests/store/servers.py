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
from collections.abc import AsyncIterator, Sequence
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
    """A master, its replicas and three Sentinels. `master` is the one of the beginning."""

    def __init__(self, nodes: list[Node], sentinels: list[Node], user: str) -> None:
        self.nodes = nodes
        self.sentinels = sentinels
        self.master = nodes[0]
        places = ",".join(f"127.0.0.1:{node.port}" for node in sentinels)
        self.url = f"redis+sentinel://{user}{places}/{MASTER}"

    async def named(self) -> int:
        """The port that the Sentinels name."""
        for node in self.sentinels:
            with contextlib.suppress(RedisError):
                _, port = await node.tell("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)
                return int(port)
        return 0

    async def flush(self) -> None:
        port = await self.named()
        await next(node for node in self.nodes if node.port == port).tell("FLUSHALL")

    async def failover(self) -> None:
        """Kill the master and wait until another is named."""
        port = await self.named()
        next(node for node in self.nodes if node.port == port).kill()

        async def moved() -> bool:
            return await self.named() not in (0, port)

        await until("a new master", moved, 20)


@contextlib.asynccontextmanager
async def sentinels() -> AsyncIterator[Watched]:
    """Ready for a failover."""
    master = Node("--appendonly", "yes")
    replica = Node("--appendonly", "yes", "--replicaof", f"127.0.0.1 {master.port}")
    watch = (
        f"sentinel monitor {MASTER} 127.0.0.1 {master.port} 2",
        f"sentinel down-after-milliseconds {MASTER} {DOWN_AFTER_MS}",
        f"sentinel failover-timeout {MASTER} 3000",
    )
    async with serving(master, replica):

        async def synced() -> bool:
            told = await replica.tell("INFO", "replication")
            return bool(told["master_link_status"] == "up")

        await until("the replica", synced, START_SECONDS)
        async with serving(*(Node(sentinel=watch) for _ in range(3))) as three:

            async def known(node: Node) -> bool:
                told = await node.tell("SENTINEL", "MASTER", MASTER)
                return int(told["num-other-sentinels"]) == 2 and int(told["num-slaves"]) >= 1

            for node in three:
                await until("the Sentinels", partial(known, node), START_SECONDS)
            yield Watched([master, replica], list(three), "")


class Slots:
    """A Redis Cluster: the first three nodes begin as primaries, the others as their replicas."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.url = f"redis+cluster://127.0.0.1:{nodes[0].port},127.0.0.1:{nodes[1].port}"

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
                        return next(n for n in self.nodes if n.port == int(primary[1]))
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
async def cluster(replicas: bool = False, *options: str, user: str = "") -> AsyncIterator[Slots]:
    """Three primaries, and with `replicas` one replica of each."""
    nodes = [_node(*options) for _ in range(6 if replicas else 3)]
    async with serving(*nodes, user=user):
        primaries = nodes[:3]
        for number, node in enumerate(nodes):
            await node.tell("CLUSTER", "SET-CONFIG-EPOCH", number + 1, user=user)
        for number, node in enumerate(primaries):
            begin, end = 16384 * number // 3, 16384 * (number + 1) // 3 - 1
            await node.tell("CLUSTER", "ADDSLOTSRANGE", begin, end, user=user)
        for node in nodes[1:]:
            place = ("127.0.0.1", node.port, node.bus)
            await nodes[0].tell("CLUSTER", "MEET", *place, user=user)
        await _agreed(nodes, len(nodes), user)
        for primary, replica in zip(primaries, nodes[3:], strict=False):
            id = str(await primary.tell("CLUSTER", "MYID", user=user))
            await replica.tell("CLUSTER", "REPLICATE", id, user=user)
        for replica in nodes[3:]:

            async def synced(replica: Node = replica) -> bool:
                told = await replica.tell("INFO", "replication", user=user)
                return bool(told.get("master_link_status") == "up")

            await until("a replica", synced, START_SECONDS)
        yield Slots(nodes)


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


async def _agreed(nodes: Sequence[Node], number: int, user: str) -> None:
    async def agreed(node: Node) -> bool:
        told = str(await node.tell("CLUSTER", "INFO", user=user))
        known = f"cluster_known_nodes:{number}" in told
        return known and "cluster_state:ok" in told and "cluster_slots_ok:16384" in told

    for node in nodes:
        await until("the cluster", partial(agreed, node), START_SECONDS)


class Detour:
    """A TCP proxy whose target can be moved; connections that are open stay where they are."""

    def __init__(self, target: int, tls: Any = None) -> None:
        self.target = target
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
            reader2, writer2 = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
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
