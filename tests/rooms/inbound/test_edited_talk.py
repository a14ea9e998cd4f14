"""Talk that is edited into a reply asks for the same permission as a reply."""

from __future__ import annotations

from slackbridge.domain.intent import State
from slackbridge.rooms.inbound.desk import InboundDesk
from slackbridge.rules.intake import IntakeSettings
from slackbridge.store.redis import RedisStore
from tests.values import KEY, TS, heard

RULES = IntakeSettings("explicit", ("//",), undo=0, fresh=1e12)


async def test_who_may_not_reply_may_not_edit_talk_into_a_reply(store: RedisStore) -> None:
    async def nobody(user: str, money: bool) -> str:
        return "not you"

    desk = InboundDesk(store, nobody, RULES, lambda: None)
    assert await desk.edited(KEY, heard("talk", edited="1001.000100")) == ""
    edit = heard("!reply hello", edited="1002.000200")
    assert await desk.edited(KEY, edit) == "not you"
    found = await store.intent(KEY, TS)
    assert found is not None
    assert (found.state, found.text) == (State.KEPT, "")
