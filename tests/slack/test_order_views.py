"""The order behind a ticket, as *Details* and the Reply modal show it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.order import Fact, Order
from slackbridge.ports.front_desk import OrderAnswer
from slackbridge.sandbox.slack.blocks import view, walk
from slackbridge.slack.blocks import order_views
from tests.slack.drawing import ADDRESSES, HOSTILE, KEY, calm, shown, texts, urls

facts = st.lists(st.builds(Fact, texts, texts, urls), max_size=60).map(tuple)
answers = st.one_of(
    st.none(),
    st.builds(OrderAnswer, st.builds(Order, facts), read_at=st.floats(0, 4e9)),
    st.builds(OrderAnswer, why=st.sampled_from(["", "It cannot be read: &lt;x&gt;."])),
)
ORDER = OrderAnswer(
    Order(
        (
            Fact("State", "shipped"),
            Fact("Parcel", "JD014600", "https://track.example/JD014600?a=1&b=2"),
            Fact("Insecure", "click me", "http://track.example/"),
            Fact("Script", "click me too", "javascript:alert(1)"),
        )
    ),
    read_at=1_800_000_000.0,
)


def details(answer: OrderAnswer | None) -> str:
    """All that the modal says."""
    return shown(order_views.details(KEY, "refurbed", answer)["blocks"])


@given(answer=answers, provider=texts)
def test_any_order_is_accepted_and_calls_nobody(answer: OrderAnswer, provider: str) -> None:
    modal = order_views.details(KEY, provider, answer)
    view(modal, "modal")
    for node in walk(modal):
        if node.get("type") == "mrkdwn":
            calm(node["text"])
    calm(order_views.line(answer))


def test_the_worst_of_a_marketplace_fits() -> None:
    worst = [Fact(text, text, url) for text in HOSTILE for url in ADDRESSES]
    modal = order_views.details(KEY, HOSTILE[0], OrderAnswer(Order(tuple(worst))))
    view(modal, "modal")


def test_only_secure_links_are_links() -> None:
    link = "JD014600 <https://track.example/JD014600?a=1&amp;b=2|track.example>"
    for said in (details(ORDER), order_views.line(ORDER)):
        assert link in said
        assert said.count("<http") == 1
        assert "click me too" in said
        assert "javascript" not in said


def test_the_reply_modal_has_what_is_worth_a_line() -> None:
    assert order_views.line(ORDER).startswith("Order · *State* shipped · *Parcel* JD014600 <")
    numbered = OrderAnswer(Order((Fact("Order", "4711"), Fact("State", "sent"))))
    assert order_views.line(numbered) == "*Order* 4711 · *State* sent"
    assert order_views.line(None) == order_views.READING
    assert order_views.line(OrderAnswer(why="Down & out", usual=False)) == "Down & out"
    assert order_views.line(OrderAnswer(why="There is none.", usual=True)) == ""


def test_details_says_whose_order_it_is_and_when_it_was_read() -> None:
    said = details(ORDER)
    assert "refurbed · `refurbed-at:4711`" in said
    assert "*State*\nshipped" in said
    assert "<!date^1800000000^{ago}|" in said
    assert order_views.READING in details(None)
