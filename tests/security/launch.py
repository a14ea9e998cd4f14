"""The bridge as the container runs it: no home folder and a read-only file system. A Python audit
hook reports every connection it makes and every file it tries to write.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from slackbridge.demo.process import spawn

ROOT = Path(__file__).parent.parent.parent
HOOK = """
import os, sys

def told(event, args):
    if event in ("socket.connect", "socket.sendto"):
        return f"connect {args[1]!r}"
    if event == "open":
        path, mode, flags = args
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        return f"write {path!r}" if writes and path != os.devnull else ""
    if event in CHANGES:
        return f"write {event} {args[:2]!r}"
    return f"run {args[0]!r}" if event in RUNS else ""

CHANGES = {"os.mkdir", "os.remove", "os.rename", "os.link", "os.symlink", "os.truncate",
           "shutil.rmtree", "tempfile.mkstemp", "tempfile.mkdtemp"}
RUNS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"}

def hook(event, args):
    if line := told(event, args):
        os.write(int(os.environ["AUDIT_FD"]), line.encode("utf-8", "replace") + b"\\n")

sys.addaudithook(hook)
"""
READ_ONLY = ("unshare", "-m", "sh", "-c", 'mount -o remount,bind,ro / && exec "$0" "$@"')


@cache
def cage() -> tuple[str, ...]:
    """The command prefix that mounts `/` read-only for one process; empty where that is refused."""
    try:
        tried = subprocess.run([*READ_ONLY, "true"], check=False, capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return () if tried.returncode else READ_ONLY


class Launch:
    """Runs commands of slackbridge. `said` is all their output, `did` the hook's reports."""

    def __init__(self, folder: Path, config: Path, secrets: Mapping[str, str]) -> None:
        self._config = config
        self._said, self._did = folder / "said", folder / "did"
        hooks = folder / "hooks"
        hooks.mkdir()
        (hooks / "sitecustomize.py").write_text(HOOK, "utf-8")
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{hooks}:{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",  # as in the Dockerfile
            "SLACKBRIDGE_CONFIG": str(config),
            **secrets,
        }

    @property
    def said(self) -> str:
        return self._said.read_text("utf-8", "replace")

    @property
    def did(self) -> set[str]:
        return set(self._did.read_text("utf-8").splitlines())

    async def start(self, *words: str, module: str = "slackbridge") -> asyncio.subprocess.Process:
        with self._said.open("ab") as said, self._did.open("ab") as did:
            return await spawn(
                *words,
                module=module,
                before=cage(),
                cwd="/",
                stdout=said,
                stderr=said,
                env={**self._environment, "AUDIT_FD": str(did.fileno())},
                pass_fds=(did.fileno(),),
            )

    async def run(self, *commands: str) -> int:
        """Run commands, one after the other, in one process; returns the first exit code not 0."""
        return await (await self.start(*commands, module="tests.security.several")).wait()

    async def end(self, process: asyncio.subprocess.Process) -> int:
        """Send SIGTERM and wait; returns the exit code."""
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            return await process.wait()


def everything(redis: Any) -> str:
    """All that is in Redis: every key, and every value whatever its type."""
    readers: dict[str, Callable[[bytes], object]] = {
        "string": lambda key: redis.get(key),
        "hash": lambda key: redis.hgetall(key),
        "zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
        "list": lambda key: redis.lrange(key, 0, -1),
        "set": lambda key: redis.smembers(key),
        "none": lambda key: None,  # it has expired meanwhile
    }
    found = []
    for key in redis.scan_iter(count=1_000):
        kind = redis.type(key).decode()
        found.append(repr((key, readers[kind](key))))
    return "\n".join(found)
