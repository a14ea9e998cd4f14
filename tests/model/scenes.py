"""What can happen to a town, with a call that it leads to in trouble."""

from __future__ import annotations

from slackbridge.domain.model import Author, Status
from tests.model.process import LEASE, RHYTHM, SETTLE, TIMEOUT, UNDO
from tests.model.town import NO_TROUBLE, Town
from tests.model.world import FAULTS, Plan, Trouble, What

AWAY = LEASE + TIMEOUT + SETTLE
LAGS = Trouble("market.get", 0, What.STALE)
SCENES = {
    "ends": ("market.read", "store.forget_seen"),
    "lost": ("chat.find",),
    "missed": ("chat.heard",),
    "read again": ("chat.heard",),
    "opens": ("store.bind", "chat.turn", "store.make_due", "market.list_active"),
    "says": ("chat.react", "chat.member", "market.perform", "store.load", "store.release"),
    "stray": ("chat.delete",),
    "turns": ("chat.edit", "store.write"),
    "writes": ("chat.post", "market.get"),
}
"""What happens, and the calls that it leads to."""

EACH = tuple(
    (scene, Trouble(call, 0, what))
    for scene, calls in SCENES.items()
    for call in calls
    for what in FAULTS[call]
)


def written(town: Town, ids: list[str], which: int, author: Author) -> None:
    """Somebody writes at the marketplace, if there is such a ticket."""
    if ids:
        id = ids[which % len(ids)]
        count = len(town.market.now_of(id).messages)
        town.market.writes(id, f"{author} says {id} {count}", author)


async def lags(town: Town, who: int, which: int, author: Author) -> None:
    """The list shows a message that the ticket itself does not show yet."""
    await _calm(town, who)
    written(town, town.watched(), which, author)
    await town.pass_time(0.01)
    await town.polls(who, NO_TROUBLE)
    await town.works(who, [LAGS])


async def amid(town: Town, who: int, which: int, scene: str, plan: Plan) -> None:
    """Play a scene; each of its passes meets the plan."""
    await _calm(town, who)
    match scene:
        case "opens":
            town.market.opens(f"question {len(town.market.past)}")
        case "says" | "missed" | "read again" if town.roots():
            town.says(which, note=False, twice=False)
            await _heard(town, who, plan, scene)
        case "turns" | "ends" if ids := town.watched():
            status = Status.SOLVED if scene == "ends" else Status.WAITING
            town.market.turns(ids[which % len(ids)], status)
        case _:
            written(town, town.watched(), which, Author.CUSTOMER)
    await town.pass_time(RHYTHM.full_walk if scene == "ends" else 0.01)
    await town.polls(who, plan)
    if scene in ("lost", "stray"):
        await _unrecorded(town, who, stray=scene == "stray")
    await town.works(who, plan, limit=8)


async def _calm(town: Town, who: int) -> None:
    """It is time for the next poll, and little is due."""
    await town.pass_time(RHYTHM.poll)
    await town.works(who, NO_TROUBLE)


async def _heard(town: Town, who: int, plan: Plan, scene: str) -> None:
    """An agent's message is heard at once, when threads are read again, or both; then it is due."""
    if scene != "missed":
        await town.delivers(who, -1, NO_TROUBLE, keep=False)
    if scene != "says":
        await town.catches_up(who)
    await town.works(who, plan)
    await town.pass_time(UNDO + 0.1)


async def _unrecorded(town: Town, who: int, *, stray: bool) -> None:
    """The outcome of a post is not known, or a stopped process makes it when it is too late."""
    if not stray:
        await town.works(who, [Trouble("chat.post", 0, What.CUT)])
        await town.pass_time(1)
        return
    await town.works(who, [Trouble("chat.post", 0, What.STOPS_BEFORE)])
    for _ in range(2):
        await town.pass_time(AWAY)
        await town.works(1 - who, NO_TROUBLE)
    while town.processes[who].asleep:
        await town.wakes(who, 0)
