"""What older versions of the bridge have stored and posted is found again by newer ones: the forms
of every Redis key, of what stands in it, of the marks and of the buttons of a small real run.
"""

from __future__ import annotations

import json
import re

import pytest

from tests.golden.forms import Json, differences, recorded
from tests.golden.observed import lasting, passing, ran, same, unread_to

pytestmark = pytest.mark.long

MET = {"sb:alive:<pid>", "sb:once:poll:refurbed-at", "sb:pace:chat.postMessage:C0SUPPORT"}
"""Keys that come and go, but are certainly met."""
ADDED = (
    "/sb:{refurbed-at}:facts/content/store: new,",
    "sb:alive:<pid>//settings: new,",
    "sb:alive:<pid>//waiting: new,",
    "sb:alive:<pid>//catching_up: new,",
)
"""Fields that came later: older versions leave alone what they do not know."""

IN_TICKETS = re.compile(
    r"/intents/fields/[^/]+/(files|text_only): new,"
    r"|/record/fields/m:notes: new,"
    r"|/v:<form of follow_up>/reason: new,"
)
"""The same of a reply with a file (a version that drops them sends the text alone), of the seller's
notes, which stand in the thread, and of the key of a ticket that was opened.
"""

LATER = {"sb:pace:users.conversations", "sb:pace:users.info", "sb:pace:usergroups.users.list"}
"""Rate buckets of methods that older versions did not call; they have the form of the others."""


def without_notes(marks: list[Json]) -> list[Json]:
    """Older versions did not post the seller's notes."""
    return [mark for mark in marks if "m:notes" not in str(mark["event_payload"])]


def as_before(receipts: Json) -> Json:
    """The question about a message with files once offered to send it; now it says what is sent."""
    told = json.dumps(receipts).replace("intent:send_text", "intent:send")
    return dict(json.loads(told))


@pytest.mark.timeout(500)
async def test_a_run_leaves_in_redis_and_in_slack_what_it_always_left(redis_url: str) -> None:
    """A bridge that is renewed must read the records and the threads that are there."""
    async with ran(redis_url) as run:
        was = unread_to(recorded("tickets"))
        left = await same(lambda: unread_to(run.tickets()), was)
        assert [line for line in left if not IN_TICKETS.search(line)] == []
        assert await same(lambda: without_notes(run.marks()), recorded("marks")) == []
        assert await same(lambda: as_before(run.receipts()), recorded("receipts")) == []
        seen = run.watch.seen
        found = differences(lasting(seen), recorded("lasting_keys"))
        assert [line for line in found if not line.startswith(ADDED)] == []
        known = recorded("passing_keys")
        known |= dict.fromkeys(LATER, known["sb:pace:conversations.history"])
        known["sb:once:threads:refurbed-at"] = known["sb:once:poll:refurbed-at"]  # came later
        left = [line for line in passing(seen, known) if not line.startswith(ADDED)]
        assert left == [], "\n".join(left)
        assert set(seen) >= MET
