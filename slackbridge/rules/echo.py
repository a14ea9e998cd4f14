"""Which messages of a marketplace are the echo of a reply or note sent from here. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import Conversation
from slackbridge.domain.record import Patch, StoredTicket, own
from slackbridge.rules import evidence


def shown_as(intent: Intent) -> Patch:
    """A sent message that the agent's own Slack message shows; a modal's is not shown yet."""
    if intent.ts and intent.message:
        return Patch(parts={intent.message: own(intent)})
    return Patch()


def echoes(
    stored: StoredTicket,
    conversation: Conversation,
    intents: Iterable[Intent],
    digests: Mapping[str, str],
) -> dict[str, Intent]:
    """Messages not shown yet that are the echo of an intent: message id -> intent.

    Only a message that is new since the intent's attempt counts. It also proves attempts that were
    refused or are unknown, but intents whose call certainly succeeded are matched first. `digests`
    maps the ids of the agents' messages to the digests of their texts.
    """
    waiting = sorted((i for i in intents if i.awaits_echo), key=lambda i: i.state is State.UNKNOWN)
    prints = {intent.id: intent.fingerprint for intent in waiting}  # each is costly
    found: dict[str, Intent] = {}
    for message in conversation.messages:
        if stored.whole(message.id) or message.id not in digests:
            continue
        for intent in waiting:
            same = prints[intent.id] == digests[message.id]
            # What was certainly sent is not shown twice, even if the marketplace lost its files.
            same = same and (intent.state is State.SENT or evidence.carries(intent, message))
            if same and intent.kind.scope is message.scope and message.id not in intent.baseline:
                found[message.id] = intent
                waiting.remove(intent)
                break
    return found
