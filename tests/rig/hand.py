"""Plays the bridge by hand, so that a test can leave something out."""

from __future__ import annotations

import json
from typing import Any

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.refurbed.service import MERCHANT
from slackbridge.sandbox.slack.messages import Message

SENT = "white_check_mark"


class Hand:
    """The bridge's posts and reactions, straight into the workspace."""

    def __init__(self, place: World) -> None:
        self.place = place
        self.workspace = place.slack.workspace

    def post(self, ticket: int | str, effect: str, text: str = "", root: str = "") -> str:
        """A post of the bridge with its mark; returns its ts."""
        payload = {"account": "refurbed-at", "ticket": str(ticket), "effect": effect}
        app = self.workspace.app
        draft = Message(
            *(CHANNEL, "", text or effect, app.bot_user),
            thread_ts=root or None,
            bot_id=app.bot_id,
            metadata={"event_type": "slackbridge", "event_payload": payload},
        )
        return self.workspace.post(draft).ts

    def shows(self, ticket: int | str) -> str:
        """The card, if it is not there yet, and every message; returns the card's ts."""
        found = views.cards(self.place.slack, ticket)
        root = str(found[0]["ts"]) if found else self.post(ticket, "card")
        there = {views.effect_of(row) for row in views.thread(self.place.slack, ticket)}
        for message in self.place.refurbed.messages(int(ticket)):
            if (effect := f"m:{message.id}:0") not in there:
                self.post(ticket, effect, root=root)
        return root

    def reacts(self, ts: str, name: str = SENT) -> None:
        message = self.workspace.timeline(CHANNEL).get(ts)
        assert message is not None
        self.workspace.react(message, name, self.workspace.app.bot_user, add=True)

    def submitted(self, ticket: int | str, view: str, text: str, how: str = "send") -> None:
        """Slack's ledger says that Anna's Reply modal was accepted."""
        values: dict[str, Any] = {
            "text": {"text": {"type": "plain_text_input", "value": text}},
            "how": {"how": {"type": "radio_buttons", "selected_option": {"value": how}}},
        }
        meta = json.dumps({"key": f"refurbed-at:{ticket}"})
        facts = {"view": view, "user": "U0ANNA", "callback_id": "reply"}
        self.workspace.commit("accepted", **facts, private_metadata=meta, values=values)

    def arrives(self, ticket: int | str, text: str) -> None:
        """The marketplace commits a reply that came over its API."""
        market = self.place.refurbed
        message = market.message(MERCHANT, f"<p>{text}</p>")
        market.post(market.ticket(int(ticket)), message, "reply")

    def tells(self, user: str, text: str, root: str) -> None:
        """Tell one person alone."""
        app = self.workspace.app
        draft = Message(CHANNEL, "", text, app.bot_user, thread_ts=root, bot_id=app.bot_id)
        self.workspace.post_ephemeral(draft, user)
