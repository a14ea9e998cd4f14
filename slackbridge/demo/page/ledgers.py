"""The servers' ledgers for the page, and what a comparison of them finds lost or doubled.

An entry is shown as one line: who did what. Only known fields of its data are shown.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from slackbridge.demo.audit import lost_and_doubled
from slackbridge.demo.page.markets.market import Market
from slackbridge.demo.views import DATE, LINK
from slackbridge.demo.world import World
from slackbridge.sandbox.ledger import Entry, Ledger
from slackbridge.sandbox.slack.workspace import Workspace

LATEST = 12
MAX_LENGTH = 100
FACTS = ("title", "subject", "topic", "type", "email", "urgency", "notes", "of")
TOKEN = re.compile(r"<([@#])(\w+)[^>]*>")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ServerLedger:
    """One server's ledger; `describe` puts an entry into words."""

    name: str
    label: str
    ledger: Ledger
    describe: Callable[[Entry], str]

    def shown(self) -> Json:
        """`latest` has the newest entry first."""
        committed = self.ledger.all()
        counts = Counter(entry.act for entry in committed)
        return {
            "name": self.name,
            "label": self.label,
            "committed": len(committed),
            "acts": [{"act": act, "count": count} for act, count in counts.most_common()],
            "latest": [
                {"n": entry.n, "at": entry.at, "act": entry.act, "what": self.describe(entry)}
                for entry in committed[: -LATEST - 1 : -1]
            ],
        }


class Ledgers:
    """Slack's ledger and the marketplaces'; `bridge` returns the state of the bridge process."""

    def __init__(
        self, place: World, markets: Iterable[Market[Any]], bridge: Callable[[], Json]
    ) -> None:
        self._place = place
        self._bridge = bridge
        slack = place.slack
        in_slack = partial(_in_slack, workspace=slack.workspace)
        self._ledgers = [ServerLedger("slack", "Slack", slack.ledger, in_slack)]
        for each in markets:
            at_market = partial(_at_market, market=each)
            self._ledgers.append(
                ServerLedger(each.name, each.label, each.sandbox.ledger, at_market)
            )

    def shown(self) -> Json:
        """The result of `/page/books`. Compares all ledgers, which takes milliseconds."""
        lost, doubled = lost_and_doubled(self._place)
        return {
            "lost": lost,
            "doubled": doubled,
            "bridge": self._bridge(),
            "sides": [ledger.shown() for ledger in self._ledgers],
        }


def _in_slack(entry: Entry, workspace: Workspace) -> str:
    """Such as `anna in #support: I have asked the carrier.`"""
    data = entry.data
    who = _user(data.get("to") or data.get("user") or workspace.app.bot_user, workspace)
    channel = workspace.channels.get(str(data.get("channel", "")))
    where = f" in #{channel.name}" if channel and channel.kind != "im" else ""
    only = "only to " if entry.act == "ephemeral" else ""
    about = _shortened(_about(entry, workspace))
    return f"{only}{who}{where}" + (f": {about}" if about else "")


def _at_market(entry: Entry, market: Market[Any]) -> str:
    """Such as `ticket 4711 of Kim Muster: Hello, the battery drains within an hour.`"""
    ticket = str(entry.data.get("ticket_id", ""))
    about = _shortened(str(entry.data.get("text") or _facts(entry.data)))
    return f"ticket {ticket} of {market.ticket(ticket).customer}" + (f": {about}" if about else "")


def _facts(data: Json) -> str:
    """The text for an entry without a message."""
    if "amount" in data:
        return f"{data['amount'] / 100:.2f} {data.get('currency', '')}"
    if "status" in data:
        return f"{data.get('was', '')} → {data['status']}".lower()
    return next((str(data[name]) for name in FACTS if data.get(name)), "")


def _about(entry: Entry, workspace: Workspace) -> str:
    data = entry.data
    if name := data.get("name"):
        return f":{name}:"
    for fact in ("action_id", "callback_id"):
        if data.get(fact):
            return str(data[fact])
    text = f"{data.get('command', '')} {data.get('text') or ''}".strip()
    text = LINK.sub(lambda match: match[1], DATE.sub(lambda match: match[1], text))
    text = TOKEN.sub(lambda match: f"{match[1]}{_user(match[2], workspace)}", text)
    return html.unescape(text)


def _user(id: str, workspace: Workspace) -> str:
    user = workspace.users.get(id)
    return user.name if user else id


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_LENGTH else f"{line[: MAX_LENGTH - 1].rstrip()}…"
