"""Every row of the self-test: all agree on the usual sandbox, and each notices its own quirk."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from slackbridge.cli.rehearsal import CHANNEL, seen_on
from slackbridge.sandbox.slack.app import SlackSandbox
from slackbridge.sandbox.slack.quirks import Quirk
from slackbridge.slack.live import bench
from slackbridge.slack.live.by_hand import STEPS
from slackbridge.slack.live.probe import Row, Seen, Verdict, compare
from slackbridge.slack.live.runner import PROBES
from tests.live.conftest import refuse
from tests.live.replay import probes

pytestmark = pytest.mark.long

USUAL = {
    "identity": "one workspace",
    "bot": "bot and user",
    "card.post": "posted",
    "part.post": "name shown, icon shown",
    "part.thread": "in its thread",
    "card.found": "found by its mark",
    "part.found": "found by its mark",
    "mark.light": "kind of mark only",
    "card.dates": "kept",
    "card.buttons": "3 with their ids",
    "card.update": "found by its mark",
    "card.edited": "not shown as edited",
    "part.update": "name not shown, icon not shown",
    "part.plain": "refused: block_mismatch",
    "text.long": "refused: msg_too_long",
    "text.edited": "whole seconds",
    "rich_text.empty": "refused: invalid_blocks",
    "mention.body": "text only",
    "mention.card": "text only",
    "reactions": "done, already_reacted, done, no_reaction",
    "part.delete": "gone",
    "part.delete_again": "refused: message_not_found",
    "root.delete": "tombstone, 1 reply",
    "root.channel": "tombstone",
    "root.reply": "in the thread",
    "gone.thread": "thread_not_found",
    "gone.reply": "in the channel itself",
    "gone.update": "refused: message_not_found",
    "size.prose": "13,000 fit, 14,000: msg_blocks_too_long",
    "size.items": "13,000 fit, 14,000: msg_blocks_too_long",
    "size.bold": "13,000 fit, 14,000: msg_blocks_too_long",
    "size.escaped": "13,000 fit, 14,000: msg_blocks_too_long",
    "sockets": "2 open, each lives 60 min",
    "history.rows": "20",
    "limits": "never",
    "hand.write": "message, with client_msg_id",
    "hand.edit": "message_changed, edited at whole seconds",
    "hand.delete": "message_deleted",
    "hand.attach": "file_share, with client_msg_id",
    "hand.press": "block_actions, our id",
}
"""What the sandbox gives today: a probe that sees nothing would agree with itself."""


def test_what_is_expected(expected: Mapping[str, Seen]) -> None:
    assert {name: seen.value for name, seen in expected.items()} == USUAL
    assert all(seen.tried for seen in expected.values())


Change = Callable[[SlackSandbox], object]


def _quirk(*quirks: Quirk) -> Change:
    def change(slack: SlackSandbox) -> None:
        slack.quirks.on = frozenset(quirks)

    return change


def _short_lives(slack: SlackSandbox) -> None:
    slack.socket.lifetime = 600.0


def _first_refused(method: str, code: str) -> Change:
    return lambda slack: refuse(slack, method, code, times=1)


AFTER_LOST_THREADS = {"part.found", "root.delete", "root.channel", "root.reply"}
ROWS: dict[str, tuple[Change, str, set[str]]] = {
    "identity": (_quirk(Quirk.IN_ORGANISATION), "one workspace, in an organisation", set()),
    "bot": (_quirk(Quirk.NO_BOT_ID), "user", {"part.found"}),
    "card.post": (
        _first_refused("chat.postMessage", "restricted_action"),
        "refused: restricted_action",
        set(),
    ),
    "part.delete": (
        _first_refused("chat.delete", "cant_delete_message"),
        "refused: cant_delete_message",
        set(),
    ),
    "part.post": (_quirk(Quirk.NO_NAMES), "name not shown, icon not shown", set()),
    "part.thread": (_quirk(Quirk.NO_THREADS), "not found", AFTER_LOST_THREADS),
    "card.found": (
        _quirk(Quirk.NO_MARKS_IN_CHANNEL),
        "found, but not its mark",
        {"mark.light", "card.update"},
    ),
    "part.found": (_quirk(Quirk.NO_MARKS_IN_THREADS), "found, but not its mark", set()),
    "mark.light": (_quirk(Quirk.WHOLE_MARKS), "whole mark", set()),
    "card.dates": (_quirk(Quirk.NO_DATES), "changed", set()),
    "card.buttons": (_quirk(Quirk.OTHER_IDS), "other", set()),
    "card.update": (_quirk(Quirk.UPDATES_DROP_MARKS), "found, but not its mark", set()),
    "card.edited": (_quirk(Quirk.UPDATES_SHOW), "shown as edited", {"text.edited"}),
    "part.update": (_quirk(Quirk.UPDATES_KEEP_NAMES), "name shown, icon shown", set()),
    "part.plain": (_quirk(Quirk.UPDATES_TO_PLAIN), "accepted", set()),
    "text.long": (_quirk(Quirk.UPDATES_OF_ANY_LENGTH), "accepted", set()),
    "text.edited": (_quirk(Quirk.PARTS_OF_SECONDS), "parts of seconds", set()),
    "rich_text.empty": (_quirk(Quirk.EMPTY_RICH_TEXT), "accepted", set()),
    "mention.body": (_quirk(Quirk.PINGS_IN_RICH_TEXT), "a mention", set()),
    "mention.card": (_quirk(Quirk.PINGS_IN_MRKDWN), "a mention", set()),
    "reactions": (_quirk(Quirk.REACTIONS_REPEAT), "done, done, done, no_reaction", set()),
    "part.delete_again": (_quirk(Quirk.DELETES_REPEAT), "accepted", set()),
    "root.delete": (_quirk(Quirk.NO_TOMBSTONES), "no root, 1 reply", set()),
    "root.channel": (_quirk(Quirk.TOMBSTONES_HIDDEN), "nothing", {"history.rows"}),
    "root.reply": (_quirk(Quirk.TOMBSTONES_CLOSED), "refused: thread_not_found", set()),
    "gone.thread": (_quirk(Quirk.GONE_THREADS_EMPTY), "no root, 0 replies", set()),
    "gone.reply": (_quirk(Quirk.GONE_THREADS_CLOSED), "refused: cannot_reply_to_message", set()),
    "gone.update": (_quirk(Quirk.GONE_UPDATES), "refused: cant_update_message", set()),
    "size.prose": (
        _quirk(Quirk.SMALL_PROSE),
        "9,000 fit, 10,000: msg_blocks_too_long",
        set(),
    ),
    "size.items": (_quirk(Quirk.SMALL_LISTS), "9,000 fit, 10,000: msg_blocks_too_long", set()),
    "size.bold": (_quirk(Quirk.SMALL_STYLES), "9,000 fit, 10,000: msg_blocks_too_long", set()),
    "size.escaped": (
        _quirk(Quirk.SMALL_ENTITIES),
        "9,000 fit, 10,000: msg_blocks_too_long",
        set(),
    ),
    "sockets": (_short_lives, "2 open, each lives 10 min", set()),
    "history.rows": (_quirk(Quirk.FEW_ROWS), "15", set()),
    "limits": (_quirk(Quirk.BUSY), "1 times, up to 1 s: chat.delete", set()),
}
"""Each row: what is changed in the workspace, what is seen then, and where it shows as well."""


@pytest.mark.parametrize("name", ROWS)
async def test_each_row_notices(
    name: str,
    slack: SlackSandbox,
    expected: Mapping[str, Seen],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench, "SHOWN_SECONDS", 0.2)
    change, value, also = ROWS[name]
    change(slack)
    large = name.startswith("size.")
    played = [probe for probe in PROBES if probe.name.startswith("size.") == large]
    seen = await seen_on(slack, probes=played)
    rows = [compare(probe, expected[probe.name], seen[probe.name]) for probe in played]
    assert differing(rows) == {name, *also}
    assert seen[name].value == value
    assert left(slack) == []


def differing(rows: list[Row]) -> set[str]:
    return {row.probe.name for row in rows if row.verdict is Verdict.DIFFERS}


def left(slack: SlackSandbox) -> list[object]:
    """What still stands in the scratch channel."""
    return list(slack.workspace.history(CHANNEL))


def test_every_row_has_a_test() -> None:
    by_hand = {step.name for step in STEPS}
    assert set(ROWS) | by_hand == set(probes())
