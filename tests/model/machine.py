"""The state machine: Hypothesis chooses the events, their order and the faults."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any, ClassVar, Literal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from redis.asyncio import Redis

from slackbridge.domain.intent import Press
from slackbridge.domain.model import Author, Kind, Status
from tests.model import checks, scenes
from tests.model.process import FRESH, LEASE, SETTLE, TIMEOUT, UNDO
from tests.model.town import NO_TROUBLE, Town
from tests.model.world import FAULTS, AnyCall, Plan, Trouble

TICKETS = 3
EVENTS = 12
ROUNDS = 400
WHICH = st.integers(0, 5)
WHO = st.integers(0, 1)
WAITS = st.sampled_from([0.0, 1.0, 2.0, UNDO, LEASE, TIMEOUT + SETTLE, FRESH + 1])
RARE = ("chat.delete", "chat.find", "chat.heard", "market.read", "store.forget_seen", "store.bind")
CALLS = sorted(FAULTS)


@st.composite
def troubles(draw: st.DrawFn) -> Trouble | AnyCall:
    if draw(st.booleans()):
        return AnyCall(draw(st.integers(0, 14)), draw(st.integers(0, 9)))
    call = draw(st.sampled_from(CALLS))
    return Trouble(
        call, draw(st.sampled_from([0, 0, 0, 1, 2])), draw(st.sampled_from(FAULTS[call]))
    )


@st.composite
def plans(draw: st.DrawFn, most: int) -> list[Trouble | AnyCall]:
    """What a pass meets; calls that are seldom made are in trouble more often."""
    drawn = draw(st.lists(troubles(), max_size=most))
    if draw(st.booleans()):
        pick = draw(st.integers(0, 9))
        drawn += [Trouble(call, 0, FAULTS[call][pick % len(FAULTS[call])]) for call in RARE]
    return drawn


ENDS = [None, *(Trouble("market.perform", 0, what) for what in FAULTS["market.perform"])]
PLAN = plans(2)
MISHAP = plans(1)


def any_ticket(machine: Model) -> bool:
    return bool(machine.town.market.past)


def any_watched(machine: Model) -> bool:
    return bool(machine.town.watched())


def any_thread(machine: Model) -> bool:
    return bool(machine.town.roots())


def any_words(machine: Model) -> bool:
    return bool(machine.town.slack.people())


class Model(RuleBasedStateMachine):
    """Everything that can happen. A subclass names the loop and the Redis client."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    redis: ClassVar[Redis]
    done: ClassVar[Counter[str]] = Counter()
    town: Town

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        """One step."""
        self.loop.run_until_complete(self._step(work))

    async def _step(self, work: Coroutine[Any, Any, Any]) -> None:
        await self.town.pass_time(0.01)
        await work
        await self.town.look()

    @initialize(answers=st.booleans(), plan=PLAN)
    def begin(self, answers: bool, plan: Plan) -> None:
        self.town = Town(self.redis, answers=answers)
        self.loop.run_until_complete(self.town.begin())
        self.opens()
        self.run(self.town.polls(0, NO_TROUBLE))
        self.run(self.town.works(0, plan))

    # -- the marketplace -----------------------------------------------------------------------

    @precondition(lambda self: len(self.town.market.past) < TICKETS)
    @rule()
    def opens(self) -> None:
        id = self.town.market.opens(f"question {len(self.town.market.past)}")
        self.run(self._note(id))

    async def _note(self, _: str) -> None:
        return

    @precondition(any_ticket)
    @rule(which=WHICH)
    def writes(self, which: int) -> None:
        """The customer; a ticket that was ended is active again."""
        scenes.written(self.town, list(self.town.market.past), which, Author.CUSTOMER)
        self.run(self._note(""))

    @precondition(any_watched)
    @rule(which=WHICH)
    def writes_elsewhere(self, which: int) -> None:
        """A colleague acts on the marketplace's own website."""
        scenes.written(self.town, self.town.watched(), which, Author.AGENT)
        self.run(self._note(""))

    @precondition(any_watched)
    @rule(which=WHICH, message=WHICH)
    def edits_there(self, which: int, message: int) -> None:
        """A customer changes what they wrote, or the marketplace does."""
        ids = self.town.watched()
        self.town.market.edits(ids[which % len(ids)], message)
        self.run(self._note(""))

    @precondition(any_watched)
    @rule(which=WHICH, status=st.sampled_from(Status))
    def turns(self, which: int, status: Status) -> None:
        ids = self.town.watched()
        self.town.market.turns(ids[which % len(ids)], status)
        self.run(self._note(""))

    @precondition(any_watched)
    @rule(who=WHO, which=WHICH, author=st.sampled_from([Author.CUSTOMER, Author.AGENT]))
    def lags(self, who: int, which: int, author: Author) -> None:
        """The list shows a message that the ticket itself does not show yet."""
        self.run(scenes.lags(self.town, who, which, author))

    @precondition(any_watched)
    @rule(who=WHO, which=WHICH, each=st.sampled_from(scenes.EACH))
    def amid(self, who: int, which: int, each: tuple[str, Trouble]) -> None:
        """Something happens, and a call that it leads to is in trouble."""
        scene, trouble = each
        if scene == "opens" and len(self.town.market.past) >= TICKETS:
            scene = "writes"
        self.run(scenes.amid(self.town, who, which, scene, [trouble]))

    # -- the processes -------------------------------------------------------------------------

    @rule(who=WHO, plan=MISHAP, wait=st.sampled_from([1.0, 30.0]))
    def polls(self, who: int, plan: Plan, wait: float) -> None:
        self.run(self._later(wait, self.town.polls(who, plan)))

    @rule(who=WHO, wait=WAITS, flush=st.booleans())
    def works(self, who: int, wait: float, flush: bool) -> None:
        if flush:
            self.loop.run_until_complete(self.redis.script_flush())
        self.run(self._later(wait, self.town.goes_on(who, NO_TROUBLE)))

    @rule(who=WHO, wait=WAITS, plan=PLAN)
    def works_in_trouble(self, who: int, wait: float, plan: Plan) -> None:
        self.run(self._later(wait, self.town.goes_on(who, plan)))

    @precondition(lambda self: any(p.asleep for p in self.town.processes))
    @rule(which=WHICH, wait=WAITS)
    def wakes(self, which: int, wait: float) -> None:
        who = next(n for n, process in enumerate(self.town.processes) if process.asleep)
        self.run(self._later(wait, self.town.wakes(who, which)))

    @rule(who=WHO, mode=st.sampled_from(["direct", "direct", "explicit"]))
    def restarts(self, who: int, mode: Literal["direct", "explicit"]) -> None:
        """With other settings; what was heard before was judged by those of then."""
        self.town.restarts(mode)
        self.run(self.town.catches_up(who))

    async def _later(self, wait: float, work: Coroutine[Any, Any, Any]) -> None:
        await self.town.pass_time(wait)
        await work

    @precondition(lambda self: not self.town.done["forgets"])  # two at once are too much
    @rule(writes=st.integers(0, 11))
    def forgets(self, writes: int) -> None:
        self.run(self.town.forgets(writes))

    @rule(who=WHO)
    def catches_up(self, who: int) -> None:
        self.run(self.town.catches_up(who))

    # -- people --------------------------------------------------------------------------------

    @precondition(any_thread)
    @rule(which=WHICH, note=st.sampled_from([False, False, True]), twice=st.booleans())
    def says(self, which: int, note: bool, twice: bool) -> None:
        self.town.says(which, note=note, twice=twice and not note)
        self.run(self._note(""))

    @precondition(any_thread)
    @rule(who=WHO, which=WHICH, end=st.sampled_from(ENDS))
    def replies(self, who: int, which: int, end: Trouble | None) -> None:
        """Written, heard, and sent when due, in one step."""
        self.run(self._replies(who, which, end))

    async def _replies(self, who: int, which: int, end: Trouble | None) -> None:
        self.town.says(which, note=False, twice=False)
        await self.town.delivers(who, -1, NO_TROUBLE, keep=False)
        await self.town.pass_time(UNDO + 0.1)
        await self.town.works(who, [end] if end else NO_TROUBLE)

    @precondition(any_words)
    @rule(which=WHICH, note=st.booleans())
    def edits(self, which: int, note: bool) -> None:
        self.town.edits(which, note=note)
        self.run(self._note(""))

    @precondition(any_thread)
    @rule(who=WHO, which=WHICH, order=st.permutations(range(3)), note=st.booleans())
    def rewrites(self, who: int, which: int, order: list[int], note: bool) -> None:
        """Written and edited twice at once; Slack tells of it in any order."""
        self.run(self.town.rewrites(who, which, order, note=note))

    @precondition(any_words)
    @rule(which=WHICH)
    def deletes(self, which: int) -> None:
        self.town.deletes(which)
        self.run(self._note(""))

    @precondition(lambda self: self.town.events)
    @rule(who=WHO, which=WHICH, plan=MISHAP, keep=st.booleans())
    def hears(self, who: int, which: int, plan: Plan, keep: bool) -> None:
        keep = keep and len(self.town.events) < EVENTS
        self.run(self.town.delivers(who, which, plan, keep=keep))

    @precondition(lambda self: self.town.events)
    @rule(which=WHICH)
    def misses(self, which: int) -> None:
        """Nobody is connected when Slack tells."""
        self.town.events.pop(which % len(self.town.events))
        self.run(self._note(""))

    @precondition(any_thread)
    @rule(who=WHO, which=WHICH, press=st.sampled_from(Press), plan=MISHAP, shown=st.booleans())
    def presses(self, who: int, which: int, press: Press, plan: Plan, shown: bool) -> None:
        self.run(self.town.presses(who, which, press, plan, shown=shown))

    @precondition(any_thread)
    @rule(
        who=WHO,
        which=WHICH,
        kind=st.sampled_from([Kind.REPLY, Kind.INTERNAL, Kind.PRIVATE]),
        plan=MISHAP,
        solve=st.booleans(),
        twice=st.booleans(),
    )
    def submits(
        self, who: int, which: int, kind: Kind, plan: Plan, solve: bool, twice: bool
    ) -> None:
        self.run(self.town.submits(who, which, kind, plan, solve=solve, twice=twice))

    @precondition(any_thread)
    @rule(who=WHO, which=WHICH, status=st.sampled_from(Status), plan=MISHAP)
    def sets(self, who: int, which: int, status: Status, plan: Plan) -> None:
        self.run(self.town.sets(who, which, status, plan))

    @precondition(any_thread)
    @rule(who=WHO, which=WHICH, plan=MISHAP, give=st.booleans())
    def claims(self, who: int, which: int, plan: Plan, give: bool) -> None:
        self.run(self.town.claims(who, which, plan, give=give))

    # -- what must hold ------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        faults = checks.always(self.town)
        assert not faults, "\n".join(faults)

    def teardown(self) -> None:
        """Without faults, all work ends and its outcome is shown."""
        if not hasattr(self, "town"):
            return
        try:
            self.loop.run_until_complete(self._rests())
            self.holds()
            faults = checks.at_rest(self.town)
            assert not faults, "\n".join(faults)
        finally:
            self.loop.run_until_complete(self.town.close())
            type(self).done.update(self.town.done)

    async def _rests(self) -> None:
        await self.town.heals()
        for _ in range(ROUNDS):
            if await self.town.rests():
                await self.town.look()
                return
        raise AssertionError(f"no rest: {await self.town.waiting()}")
