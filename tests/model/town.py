"""The whole model: one Slack, one marketplace, one Redis, two processes.

One plain method per event. It does not use Hypothesis and checks nothing, but records what `checks`
needs: what agents asked for, and the state of every intent before this step.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, Literal

from redis.asyncio import Redis

from slackbridge.domain.chat import Heard
from slackbridge.domain.errors import Later
from slackbridge.domain.intent import Intent, Press, State
from slackbridge.domain.model import Act, Kind, Status, TicketKey
from slackbridge.domain.record import Record
from slackbridge.domain.view import Words
from slackbridge.ports.store import Lease
from tests.model.market import ACCOUNT, CAN, FakeProvider, Market
from tests.model.memory import Memory
from tests.model.process import RULES, SETTLE, Process, VirtualStore, set_clock
from tests.model.slack import CHANNEL, FakeChat, Workspace
from tests.model.world import Pass, Plan, Trouble, World

NUMBER = re.compile(r"([a-z])\1{7}(\d+)")
VERSION = re.compile(r" v(\d+)$")
NO_TROUBLE: tuple[Trouble, ...] = ()


def saying(number: int) -> str:
    """A text that is like no other number's."""
    return chr(ord("a") + number % 26) * 8 + str(number)


def number_of(text: str) -> int:
    found = NUMBER.search(text)
    assert found is not None, text
    return int(found[2])


def version_of(text: str) -> int:
    """Edits count upwards; 0 = as it was first written."""
    found = VERSION.search(text)
    return int(found[1]) if found else 0


@dataclass(frozen=True)
class Event:
    """Something that Slack tells of a person's message: said, edited or deleted."""

    what: str
    key: TicketKey
    heard: Heard


class Town:
    """Everything. `seconds` are virtual."""

    def __init__(self, redis: Redis, *, answers: bool) -> None:
        self.redis = redis
        self.world = World()
        self.slack = Workspace(self.world)
        self.market = Market(self.world, answers=answers)
        self.eye = VirtualStore(redis, self.world)
        self.rules = RULES
        self.processes = [self._process(), self._process()]
        self.events: list[Event] = []
        self.step = 0
        self.numbers: dict[str, int] = {}  # an intent's id -> the number in its text
        self.agains: Counter[int] = Counter()
        self.accepted: dict[str, int] = {}  # an intent's id -> the last version of it taken in
        self.taken_back: set[int] = set()  # undone or deleted in time, and that was answered
        self.before: list[dict[tuple[str, str], Intent]] = [
            {}
        ]  # per step: how intents stood at its end
        self.records: dict[str, Record] = {}
        self.faults: list[str] = []
        self.done: Counter[str] = Counter()
        self._said = 0
        self._memory = Memory(redis)
        self.world.writes = self._writes

    def _process(self) -> Process:
        provider = FakeProvider(self.market, SETTLE - 1, self._about_to)
        return Process(self.redis, self.world, FakeChat(self.slack), provider, self.rules)

    # -- running -------------------------------------------------------------------------------

    async def begin(self) -> None:
        await self.redis.flushdb()
        await set_clock(self.redis, self.world)
        await self.eye.begin_map(f"{self.world.now:.0f}")

    async def pass_time(self, seconds: float) -> None:
        self.world.advance(seconds)
        await set_clock(self.redis, self.world)

    async def _run(self, who: int, work: Coroutine[Any, Any, Any], plan: Plan) -> Any:
        """One task of a process. None if it sleeps, or the process has died of it."""
        process = self.processes[who]
        passing = Pass(tuple(plan), self.step)
        answer = await process.gate.run(work, passing)
        await self._after(who, process, passing)
        return answer

    async def _after(self, who: int, process: Process, passing: Pass) -> None:
        if process.gate.dead:
            self.done["deaths"] += 1
            self.done.update(process.gate.met)
            self.processes[who] = self._process()
            await self.processes[who].catch_up.mark_recent()
        elif passing.asleep is not None and passing not in process.asleep:
            process.asleep.append(passing)

    async def wakes(self, who: int, which: int) -> None:
        """Continue a stopped pass."""
        process = self.processes[who]
        passing = process.asleep.pop(which % len(process.asleep))
        try:
            await process.gate.goes_on(passing)
        except Later:
            self.done["not stored"] += 1
        await self._after(who, process, passing)
        # A failover that also forgets what a stopped process did too late is two faults at once.
        self._memory.keep()

    async def works(self, who: int, plan: Plan, limit: int = 2) -> list[Lease]:
        """Claims what is due and runs a lane's pass over each."""
        claims = await self.processes[who].claim(limit)
        process = self.processes[who]
        for claim in claims:
            if process is not self.processes[who]:
                break  # it was killed: its leases must expire
            self.done["passes"] += 1
            await self._run(who, process.reconcile(claim), plan)
        return claims

    async def goes_on(self, who: int, plan: Plan) -> None:
        """Works; if nothing is due yet, when it is."""
        if await self.works(who, plan):
            return
        _, due = await self.eye.lease(ACCOUNT, 0)
        if due is not None:
            await self.pass_time(max(due - self.world.now, 0.01))
            await self.works(who, plan)

    def restarts(self, mode: Literal["direct", "explicit"]) -> None:
        """Every process that does not sleep ends, and starts with other settings."""
        self.rules = replace(RULES, mode=mode, since=self.world.tick())
        for who, process in enumerate(self.processes):
            if not process.asleep:
                self.done.update(process.gate.met)
                self.processes[who] = self._process()

    async def polls(self, who: int, plan: Plan) -> None:
        await self._run(who, self.processes[who].poller.cycle(), plan)

    async def catches_up(self, who: int) -> None:
        await self._run(who, self.processes[who].catch_up.run(), NO_TROUBLE)

    async def _writes(self) -> None:
        await self._memory.note(self.world.now, self.taken_back, self.accepted)

    async def forgets(self, writes: int) -> None:
        """A failover to a Redis server that lacks the last writes."""
        moment = await self._memory.back(self.world.now, writes)
        if moment is None:
            return
        self.done["forgets"] += 1
        self.taken_back, self.accepted = set(moment.taken_back), dict(moment.accepted)
        self.world.met = self.world.tick()
        await set_clock(self.redis, self.world)

    # -- people --------------------------------------------------------------------------------

    def roots(self) -> list[tuple[str, TicketKey]]:
        """The threads that people can see."""
        return [(row.ts, row.mark.key) for row in self.slack.cards() if row.mark is not None]

    def watched(self) -> list[str]:
        """The active tickets that a poll has seen: what happens to others no poll can tell."""
        return [
            id
            for id, record in self.records.items()
            if record.seen is not None and self.market.now_of(id).ticket.status.active
        ]

    def says(self, which: int, *, note: bool, twice: bool) -> None:
        """Somebody writes in a thread; Slack may make two messages of one gesture."""
        root, key = self.roots()[which % len(self.roots())]
        self._said += 1
        text = ("// " if note else "") + saying(self._said)
        for _ in range(1 + twice):
            heard = self.slack.says(root, text, f"c{self._said}")
            self.numbers[heard.ts] = self._said
            self.events.append(Event("said", key, heard))

    def edits(self, which: int, *, note: bool) -> None:
        heard = self._message(which)
        self._said += 1
        text = f"{'// ' if note else ''}{saying(self.numbers[heard.ts])} v{self._said}"
        heard = self.slack.edits(heard.ts, text)
        self.events.append(Event("edited", self._key(heard), heard))

    async def rewrites(self, who: int, which: int, order: list[int], *, note: bool) -> None:
        self.says(which, note=False, twice=False)
        newest = len(self.slack.people()) - 1
        self.edits(newest, note=note)
        self.edits(newest, note=False)
        told, self.events = self.events[-3:], self.events[:-3]
        for n in order:
            self.events.append(told[n])
            await self.delivers(who, -1, NO_TROUBLE, keep=False)

    def deletes(self, which: int) -> None:
        heard = self._message(which)
        self.slack.rows[heard.ts].gone = True
        self.events.append(Event("deleted", self._key(heard), heard))

    def _message(self, which: int) -> Heard:
        people = self.slack.people()
        return people[which % len(people)]

    def _key(self, heard: Heard) -> TicketKey:
        mark = self.slack.rows[heard.thread_ts].mark
        assert mark is not None
        return mark.key

    async def delivers(self, who: int, which: int, plan: Plan, *, keep: bool) -> None:
        """An event comes, early or late; it comes again if it could not be stored."""
        event = self.events[which % len(self.events)]
        if await self._hears(who, event, plan) is not None and not keep:
            self.events.remove(event)

    async def _hears(self, who: int, event: Event, plan: Plan) -> Any:
        desk, heard = self.processes[who].desk, event.heard
        if await self.eye.ticket_of(CHANNEL, heard.thread_ts) is None:
            return ""  # as for the front: not a thread that it knows
        match event.what:
            case "said":
                work = desk.said(event.key, heard)
            case "edited":
                return await self._changes(who, event.key, heard, plan)
            case _:
                work = desk.deleted(event.key, heard.ts, heard.user, heard.channel)
                return await self._takes_back(who, event.key, heard.ts, work, plan)
        return await self._asks(who, work, plan)

    async def _changes(self, who: int, key: TicketKey, heard: Heard, plan: Plan) -> Any:
        answer = await self._asks(who, self.processes[who].desk.edited(key, heard), plan)
        if answer == "":
            self.accepted[heard.ts] = max(self.accepted.get(heard.ts, 0), version_of(heard.text))
        return answer

    async def _takes_back(
        self,
        who: int,
        key: TicketKey,
        id: str,
        work: Coroutine[Any, Any, str],
        plan: Plan,
    ) -> Any:
        """Undo a queued reply."""
        intent = await self.eye.intent(key, id)
        answer = await self._asks(who, work, plan)
        if intent is not None and intent.state is State.QUEUED and answer == "":
            self.taken_back.add(self.numbers.get(intent.id, 0))
        return answer

    async def _asks(self, who: int, work: Coroutine[Any, Any, object], plan: Plan) -> Any:
        try:
            return await self._run(who, work, plan)
        except Later:
            self.done["not stored"] += 1
            return None

    async def presses(
        self, who: int, which: int, any_press: Press, plan: Plan, *, shown: bool
    ) -> None:
        """A button that is shown, or one of an old receipt."""
        buttons = [
            (item.key, item.intent, press)
            for row in self.slack.standing()
            if isinstance(item := row.item, Words)
            for press in (item.buttons if shown else (any_press,))
        ]
        if not buttons:
            return
        key, id, press = buttons[which % len(buttons)]
        intent = await self.eye.intent(key, id)
        if press is Press.AGAIN and intent is not None and intent.state is State.UNKNOWN:
            self.agains[self.numbers.get(id, 0)] += 1
        work = self.processes[who].desk.pressed(key, id, press, "U2")
        if press is Press.UNDO:
            await self._takes_back(who, key, id, work, plan)
        else:
            await self._asks(who, work, plan)

    async def submits(
        self, who: int, which: int, kind: Kind, plan: Plan, *, solve: bool, twice: bool
    ) -> None:
        """The Reply modal; what was not stored can be submitted again."""
        _, key = self.roots()[which % len(self.roots())]
        self._said += 1
        view = f"V{self._said}"
        self.numbers[f"v:{view}"] = self._said
        status = Status.SOLVED if solve and kind is Kind.REPLY else None
        text = saying(self._said)
        for _ in range(1 + twice):
            desk = self.processes[who].desk
            await self._asks(who, desk.submit(key, "U2", view, kind, text, status), plan)
            plan = NO_TROUBLE

    async def sets(self, who: int, which: int, status: Status, plan: Plan) -> None:
        _, key = self.roots()[which % len(self.roots())]
        await self._asks(who, self.processes[who].desk.status(key, "U2", status), plan)

    async def claims(self, who: int, which: int, plan: Plan, *, give: bool) -> None:
        _, key = self.roots()[which % len(self.roots())]
        desk = self.processes[who].desk
        work = (
            desk.holders.unclaim(key, "U2", CAN)
            if give
            else desk.holders.claim(key, "U2", "u2@shop", CAN)
        )
        await self._asks(who, work, plan)

    # -- what is noted -------------------------------------------------------------------------

    async def look(self) -> None:
        """End a step: record the state of every intent."""
        for id in self.market.past:
            self.records[id] = await self.eye.load(TicketKey(ACCOUNT, id))
        self.before.append(self.intents())
        self.step += 1
        self.done["steps"] += 1

    def intents(self) -> dict[tuple[str, str], Intent]:
        """By ticket and id."""
        return {(t, i.id): i for t, record in self.records.items() for i in record.intents}

    def fault(self, words: str) -> None:
        self.faults.append(f"step {self.step}: {words}")

    async def _about_to(self, ticket: str, act: Act) -> None:
        """A call is about to change the marketplace."""
        if act.kind not in (Kind.REPLY, Kind.INTERNAL):
            return
        number = number_of(act.text)
        if act.kind is Kind.REPLY and act.text.startswith("//"):
            self.fault(f"a note goes to the customer: {act.text}")
        if number in self.taken_back:
            self._not_a_twin(number, f"{act.text} goes out though it was taken back")
        for (_, id), intent in self.before[-1].items():
            if self.numbers.get(id) == number and intent.state in (State.CANCELLED, State.KEPT):
                self._not_a_twin(number, f"{act.text} goes out though it was {intent.state}")
        made = sum(
            number_of(commit.act.text) == number
            for commit in self.market.committed
            if commit.act.kind in (Kind.REPLY, Kind.INTERNAL)
        )
        if made > self.agains[number]:
            self.fault(f"{act.text} goes out {made + 1} times")
        await self._in_order(ticket, number)

    def _not_a_twin(self, number: int, words: str) -> None:
        """Of two messages of one gesture, one may be deleted."""
        if list(self.numbers.values()).count(number) == 1:
            self.fault(words)

    async def _in_order(self, ticket: str, number: int) -> None:
        passing = next((p for p in map(_current, self.processes) if p is not None), None)
        if passing is None:
            return  # it was called long ago and happens only now
        known = self.before[passing.begun]
        record = await self.eye.load(TicketKey(ACCOUNT, ticket))
        now = {i.id: i for i in record.intents}
        mine = next((i for i in now.values() if self.numbers.get(i.id) == number), None)
        for id, other in now.items():
            was = known.get((ticket, id), mine)
            waits = was is not mine and all(
                i.state.open or i.state is State.UNKNOWN for i in (was, other) if i
            )
            in_order = other.kind in (Kind.REPLY, Kind.INTERNAL, Kind.STATUS)
            if mine and waits and in_order and (other.created, id) < (mine.created, mine.id):
                self.fault(f"{saying(number)} overtakes {id} ({other.state})")

    # -- the end -------------------------------------------------------------------------------

    async def heals(self) -> None:
        """End all faults: continue stopped passes, deliver pending events, poll everything."""
        for who, process in enumerate(self.processes):
            while process.asleep and process is self.processes[who]:
                process.asleep[0].plan = NO_TROUBLE
                await self.wakes(who, 0)
        while self.events:
            await self.delivers(0, 0, NO_TROUBLE, keep=False)
        await self.catches_up(0)

    async def rests(self) -> bool:
        """One round without faults; returns whether no work is left."""
        if await self.works(0, NO_TROUBLE, limit=8):
            await self.pass_time(0.01)
            return False
        _, due = await self.eye.lease(ACCOUNT, 0)
        if due is not None:
            await self.pass_time(max(due - self.world.now, 0.01))
            return False
        for _ in range(2):  # the first walk of all does not ask for those that have left
            await self.pass_time(90)
            await self.polls(0, NO_TROUBLE)
        _, due = await self.eye.lease(ACCOUNT, 0)
        return due is None

    async def waiting(self) -> object:
        """The work that is left."""
        await self.look()
        return self.records

    async def close(self) -> None:
        """Cancel everything that still runs."""
        for process in self.processes:
            self.done.update(process.gate.met)
            process.gate.dead = True
            for passing in process.asleep:
                if passing.asleep is not None:
                    passing.asleep.set_result(None)
            tasks = [passing.task for passing in process.asleep if passing.task]
            await asyncio.gather(*tasks, return_exceptions=True)


def _current(process: Process) -> Pass | None:
    return process.gate.current
