"""What the model's processes share: virtual time, scheduled effects and planned faults.

Every external call goes through a `Gate`. By the plan of the pass, the call is refused, lost, cut,
late or stale, or the process is killed or stopped there.
"""

from __future__ import annotations

import asyncio
import heapq
import inspect
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from slackbridge.domain.errors import Later, Rejected, Unknown
from slackbridge.domain.model import Act

Call = Callable[[], Coroutine[Any, Any, Any]]
BEGIN = 1_700_000_000.0
TICK = 0.000_1


class Crash(BaseException):
    """The process was killed; its tasks must not continue."""


class What(StrEnum):
    """The faults of one call."""

    REFUSED = "refused"  # certainly not done, may be tried again
    REJECTED = "rejected"  # certainly not done, and never will be
    LOST = "request lost"  # not done, and nobody knows
    CUT = "answer lost"  # done, and nobody knows
    SLOW = "done later"  # nobody knows; it is done just before the deadline
    REWRITTEN = "rewritten"  # done with a footer that is not ours, and nobody knows
    STALE = "stale"  # a read that shows the state of a moment ago
    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    STOPS_BEFORE = "stops before"  # until it is continued
    STOPS_AFTER = "stops after"


PROCESS = (What.DIES_BEFORE, What.DIES_AFTER, What.STOPS_BEFORE, What.STOPS_AFTER)
WRITE = (What.REFUSED, What.REJECTED, What.LOST, What.CUT, What.SLOW, *PROCESS)
READ = (What.REFUSED, What.STALE, *PROCESS)
FAULTS: dict[str, tuple[What, ...]] = {
    "store.write": (What.REFUSED, What.CUT, *PROCESS),
    "store.load": (What.REFUSED, *PROCESS),
    "store.release": (What.REFUSED, What.CUT, *PROCESS),
    "store.make_due": (What.REFUSED, What.CUT, *PROCESS),
    "store.bind": (What.REFUSED, What.CUT, *PROCESS),
    "store.forget_seen": (What.REFUSED, What.CUT, *PROCESS),
    "chat.turn": (What.REFUSED,),
    "chat.member": (What.REFUSED, What.STOPS_AFTER),
    "chat.post": WRITE,
    "chat.edit": WRITE,
    "chat.react": tuple(what for what in WRITE if what is not What.REJECTED),  # that is given up
    "chat.delete": WRITE,
    "chat.find": (What.REFUSED, *PROCESS),
    "chat.heard": READ,
    "market.perform": (*WRITE, What.REWRITTEN),
    "market.get": READ,
    "market.read": READ,
    "market.list_active": READ,
}


@dataclass(frozen=True)
class Trouble:
    """The `nth` call (from 0) of that name in a pass meets `what`."""

    call: str
    nth: int
    what: What

    def of(self, name: str, nth: int) -> What | None:
        """What the `nth` call of that name meets."""
        return self.what if (self.call, self.nth) == (name, nth) else None

    def __repr__(self) -> str:
        return f"<{self.call}#{self.nth} {self.what}>"


def met(call: str, what: What) -> str:
    """How a fault that struck is counted."""
    return f"met: {call} {what}"


ALL_FAULTS = frozenset(met(call, what) for call, kinds in FAULTS.items() for what in kinds)


class World:
    """Time, and what is on its way. Times are Unix seconds."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.met = BEGIN  # since when this server of Redis answers
        self.writes: Callable[[], Coroutine[Any, Any, None]] = _nothing  # before each one
        self._coming: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0

    def at(self, when: float, act: Callable[[], object]) -> None:
        """Schedule an effect at that time, whichever process is alive."""
        self._count += 1
        heapq.heappush(self._coming, (when, self._count, act))

    def advance(self, seconds: float) -> None:
        """Advance time; scheduled effects happen in order."""
        end = self.now + seconds
        while self._coming and self._coming[0][0] <= end:
            when, _, act = heapq.heappop(self._coming)
            self.now = max(self.now, when)
            act()
        self.now = max(self.now, end)

    def tick(self) -> float:
        """A unique time at which nothing else is scheduled."""
        self.now += TICK
        return self.now


async def _nothing() -> None:
    return


@dataclass
class Pass:
    """One task of a process: what it meets, where it sleeps, and the step it began in."""

    plan: tuple[Trouble | AnyCall, ...] = ()
    begun: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    asleep: asyncio.Future[None] | None = None
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[Any] | None = None


@dataclass(frozen=True)
class AnyCall:
    """The `nth` external call of a pass, whatever it is, meets one of that call's faults."""

    nth: int
    pick: int

    def of(self, name: str, nth: int) -> What | None:
        faults = FAULTS.get(name)
        return faults[self.pick % len(faults)] if faults and nth == self.nth else None


Plan = Iterable[Trouble | AnyCall]


class Gate:
    """One process's external calls. `met` counts their faults, by call and kind."""

    def __init__(self, world: World, timeout: float) -> None:
        self.world = world
        self.timeout = timeout
        self.dead = False
        self.met: Counter[str] = Counter()
        self._passes: dict[asyncio.Task[Any], Pass] = {}

    @property
    def current(self) -> Pass | None:
        """The pass that runs now."""
        task = asyncio.current_task()
        return self._passes.get(task) if task else None

    async def run(self, work: Coroutine[Any, Any, Any], passing: Pass) -> Any:
        """Run a pass until it is over or asleep; None if it sleeps or has died."""
        passing.task = asyncio.ensure_future(work)
        self._passes[passing.task] = passing
        return await self.goes_on(passing)

    async def goes_on(self, passing: Pass) -> Any:
        """Wake it, if it sleeps. Raises what it raises."""
        task = passing.task
        assert task is not None
        _wake(passing)
        stirred = asyncio.ensure_future(passing.stirred.wait())
        await asyncio.wait({task, stirred}, return_when=asyncio.FIRST_COMPLETED)
        stirred.cancel()
        if self.dead:
            await asyncio.gather(*self._passes, return_exceptions=True)
            self._passes.clear()
            return None
        if not task.done():
            return None
        del self._passes[task]
        return task.result()

    async def pass_through(self, name: str, what: What | None, call: Call) -> Any:
        """Make one call with its planned fault, if any."""
        if self.dead:
            raise Crash
        if what is None:
            return await call()
        self.met[met(name, what)] += 1
        if what in PROCESS:
            return await self._process(name, what, call)
        return await _befalls(self.world, self.timeout, name, what, call)

    async def _process(self, name: str, what: What, call: Call) -> Any:
        if what is What.DIES_BEFORE:
            self.die()
        asked = self.world.now
        if what is What.STOPS_BEFORE:
            await self._sleep()
            if name == "market.perform" and self.world.now >= asked + self.timeout:
                raise Later("there was no time left", 1.0, code="late")
        answer = await call()
        if what is What.DIES_AFTER:
            self.die()
        if what is What.STOPS_AFTER:
            await self._sleep()
        late = self.world.now >= asked + self.timeout
        if late and name in ("chat.post", "market.perform"):
            raise Unknown("no answer in time")
        return answer

    async def _sleep(self) -> None:
        passing = self.current
        assert passing is not None
        asleep = passing.asleep = asyncio.get_running_loop().create_future()
        passing.stirred.set()
        await asleep
        if self.dead:
            raise Crash

    def die(self) -> None:
        """Kill this process."""
        self.dead = True
        for passing in self._passes.values():
            _wake(passing)
        raise Crash

    def fate(self, name: str) -> What | None:
        """The planned fault of this call."""
        passing = self.current
        if passing is None:
            return None
        nth, all = passing.calls[name], passing.calls.total()
        passing.calls[name] += 1
        found = (t.of(name, all if isinstance(t, AnyCall) else nth) for t in passing.plan)
        return next(filter(None, found), None)


def _wake(passing: Pass) -> None:
    passing.stirred.clear()
    if passing.asleep is not None:
        passing.asleep.set_result(None)
        passing.asleep = None


async def _befalls(world: World, timeout: float, name: str, what: What, call: Call) -> Any:
    store = name.startswith("store.")
    match what:
        case What.REFUSED:
            raise Later("not now", 1.0, code="redis" if store else "busy")
        case What.REJECTED:
            raise Rejected("no", code="no")
        case What.CUT if store:
            await call()
            raise Later("the answer was lost", 1.0, code="redis")
        case What.CUT:
            await call()
        case What.SLOW:
            world.at(world.now + timeout - 0.01, lambda: at_once(call()))
    raise Unknown("no answer")


def at_once(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    except Rejected:
        return None  # it came too late to be possible
    raise AssertionError("it waits")


def _sets(arg: object) -> bool:
    """Whether it is an act that sets something, such as a status.

    Such an act is repeated after one look. That a first try lands after a later wish, and undoes
    it, is not promised to be impossible; so the model does not try it.
    """
    return isinstance(arg, Act) and not arg.kind.speaks


class Gated:
    """A port, with every call of it going through the gate under its name."""

    def __init__(self, gate: Gate, name: str, port: object, special: Iterable[What] = ()) -> None:
        self._gate = gate
        self._name = name
        self._port = port
        self._special = frozenset(special)

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._port, method)
        if not inspect.iscoroutinefunction(real):
            return real

        async def call(*args: Any, **kwargs: Any) -> Any:
            name = f"{self._name}.{method}"
            what = self._gate.fate(name)
            if what is What.SLOW and any(_sets(arg) for arg in args):
                what = What.CUT
            if what in self._special:
                kwargs["befalls"] = what
                self._gate.met[met(name, what)] += 1
                what = What.CUT if what is What.REWRITTEN else None
            return await self._gate.pass_through(name, what, lambda: real(*args, **kwargs))

        return call
