"""What an agent is told about a marketplace's answer, beside that the call was made."""

from __future__ import annotations

import pytest

from slackbridge.domain.model import Author, Conversation, Kind, Status
from slackbridge.rules.answer import remark
from tests.values import intent, message, ticket

MOVED = "The marketplace also changed the status from OPEN to PENDING."
WAITS = f"{MOVED} The customer still waits for an answer."


@pytest.mark.parametrize("kind", [Kind.INTERNAL, Kind.PRIVATE, Kind.ASSIGN])
@pytest.mark.parametrize(
    ("last", "before", "words"),
    [
        (Author.CUSTOMER, "OPEN", WAITS),
        (Author.AGENT, "OPEN", MOVED),
        (Author.CUSTOMER, "PENDING", ""),
        (Author.CUSTOMER, "", ""),
    ],
)
def test_a_status_that_a_note_has_moved_is_told(
    kind: Kind, last: Author, before: str, words: str
) -> None:
    shown = ticket(status=Status.WAITING, raw_status="PENDING")
    told = Conversation(shown, (message("1"), message("2", author=last)))
    assert remark(intent(kind=kind), told, before) == words
    assert remark(intent(kind=Kind.REPLY), told, before) == ""
