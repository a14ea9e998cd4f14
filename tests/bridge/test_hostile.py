"""What customers and marketplaces may send: nothing acts in Slack, nothing holds up others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from slackbridge.demo import views
from slackbridge.demo.world import CHANNEL, World
from slackbridge.sandbox.refurbed.records import Ticket
from tests.bridge.conftest import Running
from tests.bridge.stage import Stage

# Every token of mrkdwn but a date of ours, and a bare address, which Slack itself makes a link.
TOKEN = r"<(?!!date\^\d+\^|https?://[^|>]*>)[^\s]"
ACTIVE = re.compile(rf"{TOKEN}|(?<!\u2060)@(?:here|channel|everyone)\b", re.IGNORECASE)
DECEPTIVE = re.compile("[\x00-\x08\x0b-\x1f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
HOSTILE = {
    "<!channel> wake up": "wake up",
    "&lt;!channel&gt; decoded once": "<!channel> decoded once",
    "&amp;lt;!here&amp;gt; decoded twice": "&lt;!here&gt; decoded twice",
    "&lt;@U0ANNA&gt; and &lt;#C0OPS&gt;": "<@U0ANNA> and <#C0OPS>",
    "@here @channel @everyone": "@here @channel @everyone",
    "&lt;http://evil.example|bank.example&gt;": "<http://evil.example|bank.example>",
    '<a href="http://evil.example/x">bank.example</a>': "evil.example/x",
    '<a href="javascript:alert(1)">press</a>': "press",
    "``` *bold* _it_ ~no~ `code`": "``` *bold* _it_ ~no~ `code`",
    "rtl \u202egnp.exe and zero\u200bwidth": "gnp.exe and zerowidth",
    "<script>alert('x')</script>after": "after",
    "<style>p{}</style><p>styled</p>": "styled",
    '<img src="x" onerror="alert(1)" alt="a picture">': "a picture",
    "<table><tr><td>left</td><td>right</td></tr></table>": "left",
    "&lt;!subteam^S0AGENTS&gt;&lt;!date^0^{date}|x&gt;": "<!subteam^S0AGENTS>",
    "<b>" * 10_000 + "deep" + "</b>" * 10_000: "deep",
    "<blockquote>" * 2_000 + "quoted": "quoted",
    "a\u0000b \ud800 c": "c",
    "Z" + "\u0301" * 5_000 + "algo": "algo",
}


def mrkdwn(node: Any) -> Iterator[str]:
    """Every text that Slack reads as markup."""
    if isinstance(node, list):
        for item in node:
            yield from mrkdwn(item)
    elif isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield node["text"]
        for value in node.values():
            yield from mrkdwn(value)


def kinds(node: Any) -> Iterator[str]:
    """The type of every element."""
    if isinstance(node, list):
        for item in node:
            yield from kinds(item)
    elif isinstance(node, dict):
        yield str(node.get("type", ""))
        for value in node.values():
            yield from kinds(value)


def harmless(row: dict[str, Any]) -> None:
    for text in (row["text"], *mrkdwn(row["blocks"])):
        assert not ACTIVE.search(text), text
    for text in (row["text"], row.get("username") or "", *views.texts(row["blocks"])):
        assert not DECEPTIVE.search(text), text
    assert not {"user", "usergroup", "broadcast", "channel", "emoji"} & set(kinds(row["blocks"]))


def tight(text: str) -> str:
    return "".join(text.split())


async def test_hostile_markup_is_text(instant: Stage) -> None:
    ticket = await instant.opened("<p>hello</p>")
    for html in HOSTILE:
        instant.market.customer_writes(ticket, html)
    count = len(HOSTILE) + 1
    await instant.until("all of it", lambda: len(instant.mirrored(ticket)) == count)
    rows = instant.mirrored(ticket)[1:]
    for row, literal in zip(rows, HOSTILE.values(), strict=True):
        harmless(row)
        assert tight(literal) in tight(views.shown(row))
    lie = views.shown(rows[6])
    assert lie.index("bank.example") < lie.index("http://evil.example/x"), "both are shown"
    assert not any("alert" in views.shown(row) for row in rows)


async def test_hostile_names_and_facts_are_text(instant: Stage) -> None:
    name = "<!channel> @here <@U0ANNA> (refurbed Support · marketplace)\u202e"
    ticket = await instant.opened(
        name=name,
        email="<!here>@example.com",
        topic="<http://evil.example|refund>",
        country="<!channel>",
        item="*bold* <#C0OPS> `x` " + "i" * 4_000,
        attachments=[("<!channel>.pdf", b"x"), ("../../a\u202efdp.exe", b"y")],
    )
    card = views.cards(instant.slack, ticket)[0]
    harmless(card)
    harmless(instant.mirrored(ticket)[0])
    assert "·" not in instant.mirrored(ticket)[0]["username"], "nobody passes for the marketplace"
    assert "<http://evil.example|refund>" not in card["text"]
    assert "evil.example|refund" in instant.card(ticket)


def poisoned(place: World, spoil: str, value: Any) -> Ticket:
    ticket = place.refurbed.ticket(place.refurbed.customer_opens())
    setattr(ticket, spoil, value)
    return ticket


async def test_poison_delays_no_other_ticket(place: World, run: Running) -> None:
    market, stage = place.refurbed, Stage(place)
    market.omit_defaults = False
    huge = market.ticket(market.customer_opens())
    del market.tickets[huge.id]
    object.__setattr__(huge, "id", 10**30)
    market.tickets[huge.id] = huge
    nulls = poisoned(place, "topic", None)
    for field in ("name", "country", "customer_name", "customer_email"):
        object.__setattr__(nulls.item, field, None)
    strange = poisoned(place, "urgency", "\ud800\x00<!channel>")
    poisoned(place, "status", "\ud800")
    timing = {"stop_seconds": 0.2, "quarantine_after": 2}
    async with run(timing=timing, slack={"post_seconds": 0, "post_burst": 20}):
        await stage.until("the first", lambda: stage.mirrored(strange.id))
        (much,) = market.bulk(1, messages=400)
        await stage.until("a part of much", lambda: len(stage.mirrored(much)) > 20)
        ticket = await stage.opened()
        assert len(stage.mirrored(much)) < 350, "the other ticket did not wait"
        await stage.until("null fields", lambda: stage.mirrored(nulls.id))
        await stage.until("the quarantine", lambda: stuck(place))
        shown = [int(views.effect_of(r).split(":")[1]) for r in stage.mirrored(much)]
        assert shown == sorted(set(shown))
        stage.balanced(ticket)
    for row in place.slack.workspace.history(CHANNEL):
        harmless(row)
    assert len(stuck(place)) == 1
    assert str(10**30) in stuck(place)[0]


def stuck(place: World) -> list[str]:
    rows = place.slack.workspace.history("C0OPS")
    return [views.shown(row) for row in rows if "stuck" in views.effect_of(row)]
