"""`python -m tests.faults.soak`: thousands of tickets while 2 % of all calls fail. At the end the
ledgers balance, and neither memory nor Redis has grown.

The bridge is a separate process. Checked tickets are removed from the sandboxes, so that only the
bridge could grow.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from redis.asyncio import Redis

from slackbridge.demo import views
from slackbridge.demo.waiting import Missed, until
from slackbridge.demo.world import ACCOUNT, CHANNEL, Table, World, secrets_of, world
from slackbridge.sandbox.faults import Action, Fault, Faults, Phase
from slackbridge.store import embedded
from slackbridge.store.keys import DEFAULT
from tests.faults.hurry import Hurried
from tests.rig.rig import HASTY
from tests.rig.saboteur import Saboteur

TOGETHER = 96
STEP_SECONDS = 60.0
LOOK_SECONDS = 0.1
KEPT = 100  # ended tickets that are kept for late effects
RATE = 0.02
GROWTH = 1.25  # allowed growth of memory from the first third to the end
FLAT_AFTER = 1_000  # tickets; before, caches fill
FAST: Table = {
    **HASTY,
    "slack": {"post_seconds": 0.0, "post_burst": 20},
    "replies": {"undo_seconds": 0},
    # What ended a while ago is taken out of the workspace: it need not be read again.
    "timing": {**HASTY["timing"], "retention_days": 1, "catch_up_hours": 0.02},
    "account": {"poll_seconds": 0.3, "full_walk_seconds": 2, "per_second": 2_000},
}
BLOWS = (
    (Phase.ARRIVAL, Action.RESET),
    (Phase.COMMIT, Action.STATUS),
    (Phase.ANSWER, Action.RESET),
    (Phase.HALF, Action.RESET),
)


@dataclass(slots=True)
class Ticket:
    """One ticket's life: what must be in its thread, and what is."""

    id: int
    posts: list[tuple[str, str]] = field(default_factory=list)  # effect, ts
    answers: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    own: set[str] = field(default_factory=set)

    def count(self, prefix: str) -> int:
        return sum(effect.startswith(prefix) for effect, _ in self.posts)

    def root(self) -> str:
        return next((ts for effect, ts in self.posts if effect == "card"), "")


@dataclass(frozen=True, slots=True)
class Weight:
    """What the bridge and its Redis hold: MB, and keys that never expire."""

    done: int
    rss: float
    lasting: int


class Soak:
    """Plays `total` tickets, up to TOGETHER at a time."""

    def __init__(self, place: World, saboteur: Saboteur, total: int, seed: int) -> None:
        self.place, self.total = place, total
        self.wrong: list[str] = []
        self.unresolved = 0
        self.done = 0
        self.weights: list[Weight] = []
        self._redis = Redis.from_url(place.redis_url)
        self._dice = random.Random(seed)
        self._peers = (place.slack.faults, place.refurbed.faults, saboteur.faults)
        self._tickets: dict[int, Ticket] = {}
        self._ended: deque[Ticket] = deque()
        self._anna = place.slack.person("anna")
        self._left = total

    # -- running -------------------------------------------------------------------------------

    async def run(self, every: float, say: Callable[[str], None]) -> None:
        """All of them; a line every so many seconds."""
        faults = [fault for peer in self._peers for fault in hurt(peer)]
        begun = time.monotonic()
        watching = asyncio.create_task(self._watch())
        telling = asyncio.create_task(self._tell(every, begun, say))
        try:
            await asyncio.gather(*(self._worker() for _ in range(TOGETHER)))
            for peer in self._peers:
                peer.clear()
            await asyncio.sleep(3.0)
            while self._ended:
                self._audit(self._ended.popleft())
            await self._rest()
        finally:
            for task in (watching, telling):
                task.cancel()
            await asyncio.gather(watching, telling, return_exceptions=True)
            await self._redis.aclose()
        struck = sum(fault.struck for fault in faults)
        say(f"{self._line(time.monotonic() - begun)}; {struck} calls were struck")

    async def _worker(self) -> None:
        while self._left > 0:
            self._left -= 1
            try:
                await self._live()
            except Missed as missed:
                self.wrong.append(f"silent: {missed}")
            self.done += 1

    async def _live(self) -> None:
        """One ticket: opened, perhaps written to again, perhaps answered, solved."""
        market = self.place.refurbed
        it = Ticket(market.customer_opens(html="<p>a complaint</p>"))
        self._tickets[it.id] = it
        await self._until(it, "its thread", lambda: it.count("m:") == 1)
        if self._dice.random() < 0.5:
            market.customer_writes(it.id, "<p>more</p>")
        if self._dice.random() < 0.5:
            it.answers.append(await self._anna.say(CHANNEL, f"an answer to {it.id}", it.root()))
            await self._until(it, "an outcome", lambda: self._outcome(it, it.answers[0]))
        market.solve(it.id)
        await self._until(it, "solved", lambda: "ticket:solve" not in self._buttons(it))
        self._ended.append(it)
        while len(self._ended) > KEPT:
            self._audit(self._ended.popleft())

    async def _until(self, it: Ticket, what: str, probe: Callable[[], Any]) -> None:
        try:
            await until(what, probe, STEP_SECONDS, LOOK_SECONDS)
        except Missed as missed:
            raise Missed(f"{missed} of {self._described(it)}") from None

    def _described(self, it: Ticket) -> str:
        """A ticket's state and log lines, for the failure message."""
        status = self.place.refurbed.ticket(it.id).status
        outcome = [self._outcome(it, ts) for ts in it.answers]
        log = self.place.bridge.log.read_text("utf-8").splitlines()
        lines = [line for line in log if f":{it.id}" in line]
        return "\n  ".join([f"{it.id}: {status}, {outcome}, {it.replies}, {it.posts}", *lines])

    # -- what is seen --------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Collect the servers' commits by ticket, then clear their ledgers and lists."""
        slack, market = self.place.slack, self.place.refurbed
        while True:
            for entry in slack.ledger.all("post"):
                row = slack.workspace.message(CHANNEL, str(entry.data.get("ts"))) or {}
                effect, ticket = views.effect_of(row), views.ticket_of(row)
                if effect and ticket.isdigit() and int(ticket) in self._tickets:
                    self._tickets[int(ticket)].posts.append((effect, str(row["ts"])))
            for entry in market.ledger.all("reply"):
                it = self._tickets[int(entry.data["ticket_id"])]
                it.replies.append(str(entry.data["text"]))
                it.own.add(str(entry.data["message_id"]))
            for ledger in (slack.ledger, market.ledger):
                ledger._entries.clear()
            for peer in self._peers:
                peer.seen.clear()
            await asyncio.sleep(LOOK_SECONDS / 4)

    def _outcome(self, it: Ticket, ts: str) -> str:
        """The final reaction; a warning is final once a human must decide."""
        found = views.reactions(self.place.slack, CHANNEL, ts)
        if "warning" in found:
            receipt = views.receipt(self.place.slack, str(it.id), ts)
            return "warning" if "intent:was_sent" in views.buttons(receipt or {}) else ""
        return next((n for n in ("white_check_mark", "x") if n in found), "")

    def _buttons(self, it: Ticket) -> list[str]:
        return views.buttons(self.place.slack.workspace.message(CHANNEL, it.root()) or {})

    def _audit(self, it: Ticket) -> None:
        """Check: every message once and in order, every answer sent once. Then remove it."""
        timeline = self.place.slack.workspace.timeline(CHANNEL)
        marks = Counter(effect for effect, ts in it.posts if timeline.get(ts))
        self.wrong += [f"doubled: {mark} of {it.id}" for mark, n in marks.items() if n > 1]
        shown = [mark.split(":")[1] for mark in marks if mark.startswith("m:")]
        there = [str(m.id) for m in self.place.refurbed.messages(it.id)]
        outcome = [self._outcome(it, ts) for ts in it.answers]
        self.unresolved += outcome.count("warning")
        must = [id for id in there if id not in it.own]
        if shown != must:
            self.wrong.append(f"lost or out of order: {it.id} shows {shown} of {must}")
        if len(it.replies) > len(it.answers):
            self.wrong.append(f"doubled: {len(it.replies)} replies of {it.id}")
        if "warning" not in outcome and len(it.replies) != outcome.count("white_check_mark"):
            self.wrong.append(f"{len(it.replies)} replies of {it.id}, Slack says {outcome}")
        self._take_away(it)

    def _take_away(self, it: Ticket) -> None:
        timeline = self.place.slack.workspace.timeline(CHANNEL)
        for message in [*timeline.replies(it.root()), timeline.get(it.root())]:
            if message is not None:
                timeline.remove(message)
        timeline._threads.pop(it.root(), None)
        del self._tickets[it.id], self.place.refurbed.tickets[it.id]

    # -- how heavy it is -----------------------------------------------------------------------

    async def _tell(self, every: float, begun: float, say: Callable[[str], None]) -> None:
        told = 0
        while True:
            await asyncio.sleep(every)
            await self._weigh()
            say(self._line(time.monotonic() - begun))
            for line in self.wrong[told:]:
                say(line)
            told = len(self.wrong)

    async def _weigh(self) -> None:
        info: Any = await self._redis.info("keyspace")
        db = info.get("db0", {"keys": 0, "expires": 0})
        lasting = db["keys"] - db["expires"]
        self.weights.append(Weight(self.done, resident(self.place.bridge.pid), lasting))

    def _line(self, seconds: float) -> str:
        weight = self.weights[-1]
        return (
            f"{seconds:6.0f} s  {self.done} tickets ({self.done / seconds:.1f}/s), "
            f"{weight.rss:.0f} MB, {weight.lasting} lasting keys, "
            f"{self.unresolved} unresolved, {len(self.wrong)} wrong"
        )

    async def _rest(self) -> None:
        """No work is left, and the remaining keys do not depend on the number of tickets."""
        name = DEFAULT.work(ACCOUNT)
        with contextlib.suppress(Missed):
            await self.place.until("rest", lambda: self._idle(name), 30)
        await self._weigh()
        for what in (
            name,
            DEFAULT.lease(ACCOUNT),
            DEFAULT.generation(ACCOUNT),
            DEFAULT.seen(ACCOUNT),
        ):
            if await self._redis.exists(what):
                self.wrong.append(f"left in Redis: {what}")
        if self.weights[-1].lasting > self.weights[0].lasting + 2 and self.weights[-1].lasting > 15:
            self.wrong.append(f"{self.weights[-1].lasting} keys that never expire")
        early = [w for w in self.weights if w.done >= max(FLAT_AFTER, self.total / 3)]
        if early and self.weights[-1].rss > GROWTH * early[0].rss:
            self.wrong.append(f"memory grew from {early[0].rss:.0f} MB")

    async def _idle(self, name: str) -> bool:
        return not await self._redis.exists(name) and not await self._redis.exists(
            DEFAULT.seen(ACCOUNT)
        )


def resident(pid: int) -> float:
    """The memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("VmRSS"))) / 1024


def hurt(peer: Faults) -> list[Fault]:
    """Make a share of its calls fail, each in one of several ways."""
    return [
        peer.add(Fault("*", phase, action, times=None, probability=RATE / len(BLOWS)))
        for phase, action in BLOWS
    ]


@contextlib.asynccontextmanager
async def soaking(total: int, seed: int) -> AsyncIterator[Soak]:
    """A world with a bridge, and the soak to run in it."""
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="slackbridge-soak-"))
        server = await embedded.start(Path(folder))
        stack.push_async_callback(server.stop)
        saboteur = await Saboteur.start(server.url)
        stack.push_async_callback(saboteur.stop)
        place = await stack.enter_async_context(
            world(extra=FAST, seed=False, redis_url=saboteur.url)
        )
        place.slack.socket.redelivery = 1.0
        place.bridge = Hurried(
            place.folder / "slackbridge.toml",
            secrets_of(place.slack, place.refurbed),
            place.folder / "bridge.log",
        )
        await place.bridge.start()
        stack.push_async_callback(place.bridge.stop)
        await place.until("two sockets", lambda: place.slack.socket.connected == 2)
        place.redis_url = server.url
        yield Soak(place, saboteur, total, seed)


async def play(total: int, seed: int, every: float, say: Callable[[str], None]) -> list[str]:
    """What went wrong; empty if all is well."""
    async with soaking(total, seed) as soak:
        await soak.run(every, say)
        return soak.wrong


def main(
    tickets: Annotated[int, typer.Option(help="How many tickets to play.")] = 50_000,
    seed: Annotated[int, typer.Option(help="Chooses what happens to which ticket.")] = 0,
    every: Annotated[float, typer.Option(help="Seconds between the lines.")] = 60.0,
) -> None:
    """Run the soak; exit 1 on loss, doubling, silence or growth."""
    wrong = asyncio.run(play(tickets, seed, every, typer.echo))
    for line in wrong[:50]:
        typer.echo(line)
    typer.echo(f"{len(wrong)} wrong" if wrong else "all well")
    raise typer.Exit(1 if wrong else 0)


if __name__ == "__main__":
    typer.run(main)
