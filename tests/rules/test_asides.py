"""Talk whose mark stands further on, and what was forwarded or sent to the channel too, is asked
about.
"""

from __future__ import annotations

from typing import Any

import pytest

from slackbridge.domain.intent import State
from slackbridge.rules.intake import IntakeSettings, Verdict, classify
from slackbridge.slack import events

RULES = IntakeSettings("direct", ("//", "note:", "🔒"), undo=10, fresh=900)
EVENT = {"ts": "1000.5", "thread_ts": "1000.0", "user": "U0ANNA"}


def judged(text: str, **more: Any) -> Verdict:
    event = {**EVENT, "text": text, **more}
    verdict = classify(events.heard(event, "C", {"U0BEN": "ben"}), RULES, 1001.0)
    assert verdict is not None
    return verdict


@pytest.mark.parametrize(
    "text",
    [
        "Hey <@U0BEN>, can you take this one? He is rude",
        "No idea. <@U0BEN>?",
        "cc <@U0BEN>",
        "&gt; My phone is broken\n// he dropped it, I am sure",
        "Thanks!\nnote: refund him quietly",
    ],
)
def test_an_aside_is_asked_about(text: str) -> None:
    assert judged(text).state is State.HELD


def test_what_was_also_sent_to_the_channel_is_asked_about() -> None:
    assert judged("does anybody know this one?", subtype="thread_broadcast").state is State.HELD


def test_a_forwarded_message_is_asked_about() -> None:
    original = {"is_msg_unfurl": True, "is_share": True, "text": "never refund this one"}
    assert judged("finance says no, see here", attachments=[original]).state is State.HELD
