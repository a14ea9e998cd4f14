"""The modals."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.model import TicketKey
from slackbridge.sandbox.slack.blocks import view, walk
from slackbridge.slack.blocks import views
from slackbridge.text.document import from_text
from tests.slack.drawing import KEY, calm, documents, shown, texts


def reply(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "key": KEY,
        "title": "Reply",
        "last": None,
        "loading": False,
        "limit": 20_000,
        "choices": ("send", "send_solve", "internal", "private"),
        "warning": "",
        "meta": "{}",
    }
    return views.reply_modal(**facts | changes)


def block(modal: dict[str, Any], block_id: str) -> dict[str, Any]:
    (found,) = [each for each in modal["blocks"] if each.get("block_id") == block_id]
    return dict(found)


@given(
    title=texts,
    last=st.none() | documents,
    loading=st.booleans(),
    limit=st.integers(-5, 30_000),
    choices=st.lists(st.sampled_from(["send", "private"]) | texts, max_size=14),
    warning=st.sampled_from(["", "<@U1> holds this ticket"]),
    provider=texts,
    beside=st.sampled_from(["", "*Order* 4711 · *State* sent"]),
)
def test_any_reply_modal_is_accepted_and_calls_nobody(**facts: Any) -> None:
    modal = reply(**facts)
    view(modal, "modal")
    for node in walk(modal):
        if node.get("type") == "mrkdwn":
            calm(node["text"])


@given(texts, texts)
def test_the_other_modals_are_accepted(one: str, other: str) -> None:
    view(views.follow_up_modal(TicketKey("a", one), other, 100, "{}", one), "modal")
    view(views.confirm_modal(one, other, "claim", "{}", "Take over"), "modal")
    view(views.message_modal(one, other), "modal")


def test_what_is_entered_comes_back_under_fixed_names() -> None:
    modal = reply(warning="<@U1> holds this ticket", provider="refurbed")
    assert (modal["callback_id"], modal["private_metadata"]) == ("reply", "{}")
    assert modal["blocks"][0]["text"]["text"] == "⚠️ <@U1> holds this ticket"
    text = block(modal, "text")["element"]
    assert (text["action_id"], text["multiline"], text["max_length"]) == ("text", True, 3_000)
    how = block(modal, "how")["element"]
    assert [(each["value"], each["text"]["text"]) for each in how["options"]] == [
        ("send", "Send to the customer"),
        ("send_solve", "Send and solve"),
        ("internal", "Internal note: the marketplace's agents can read it"),
        ("private", "Private note: only your team"),
    ]
    assert how["initial_option"] == how["options"][0]
    assert "Goes out as *refurbed-at* on refurbed" in shown(modal["blocks"])


def test_the_marketplaces_limit_holds() -> None:
    assert block(reply(limit=2_000), "text")["element"]["max_length"] == 2_000


def test_the_last_message_is_shown_when_it_is_there() -> None:
    assert "Loading the last message…" in shown(reply(loading=True)["blocks"])
    assert "Where is it?" in shown(reply(last=from_text("Where is it?"))["blocks"])
    long = shown(reply(last=from_text("Where is it? " * 400))["blocks"])
    assert "the rest is in the thread" in long
    assert len(long) < 3_200


def test_without_choices_there_is_nothing_to_choose() -> None:
    modal = reply(choices=())
    assert [each.get("block_id") for each in modal["blocks"]] == ["text", None]


def test_a_message_has_nothing_to_submit() -> None:
    modal = views.message_modal("Claim", "A colleague was quicker.")
    assert "submit" not in modal
    assert modal["close"]["text"] == "Close"


def test_metadata_is_never_cut() -> None:
    with pytest.raises(ValueError, match="3000 characters, not 3001"):
        reply(meta="x" * 3_001)
