"""What only refurbed offers, and its search, against the local TicketService over real HTTP."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbridge.domain.errors import Rejected, Unknown, Unsupported
from slackbridge.domain.files import File
from slackbridge.domain.intent import Intent
from slackbridge.domain.model import Act, Author, Conversation, Kind, Message, Query, Scope, Ticket
from slackbridge.providers.refurbed.actions import CAPABILITIES
from slackbridge.providers.refurbed.provider import Refurbed
from slackbridge.rules import evidence
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.text.clean import digest
from slackbridge.text.document import from_text, plain
from tests.providers.common import Time

LABEL = "GenerateReturnShippingLabel"
ASKED = "Who pays for the way back?"


def do(name: str, message: str = "", **fields: str) -> Act:
    return Act(Kind.ACTION, action=name, fields={"message": message, **fields})


TOPIC = do("topic_change", "It is <b>not</b> the battery", attachment_exemption_reason="OTHER")


def lost(shop: RefurbedSandbox, method: str, *, committed: bool) -> None:
    phase = Phase.ANSWER if committed else Phase.COMMIT
    shop.faults.add(Fault(method, phase, Action.RESET))


def asides(conversation: Conversation | None) -> list[Message]:
    assert conversation is not None
    return [message for message in conversation.messages if message.aside]


def since(time: Time) -> float:
    """Unix time of our own clock; the shop's is far ahead or behind."""
    from time import time as ours

    time.now += 60
    return ours()


async def test_a_topic_change_is_asked_for_once(shop: RefurbedSandbox, refurbed: Refurbed) -> None:
    id = str(shop.customer_opens())
    assert "topic_change" not in (await refurbed.get(id)).ticket.barred
    done = await refurbed.perform(id, TOPIC, 5)
    assert done is not None
    assert "topic_change" in done.ticket.barred
    last = done.messages[-1]
    assert (last.scope, plain(last.body)) == (Scope.INTERNAL, "It is <b>not</b> the battery")
    (listed,) = await refurbed.read([id])
    assert (listed.barred, listed.revision) == (done.ticket.barred, done.ticket.revision)
    with pytest.raises(Rejected, match="not allowed"):
        await refurbed.perform(id, TOPIC, 5)


async def test_documents_go_with_a_topic_change_and_a_help_request(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = str(shop.customer_opens())
    papers = (File("invoice.pdf", "application/pdf", b"%PDF"),)
    with pytest.raises(Rejected, match="attachment_exemption_reason"):
        await refurbed.perform(id, do("topic_change", "It is the invoice"), 5)
    asked = replace(do("topic_change", "It is the invoice"), files=papers)
    done = await refurbed.perform(id, asked, 5)
    assert done is not None
    assert [file.name for file in done.messages[-1].attachments] == ["invoice.pdf"]
    for act in (do("help_request", ASKED, topic="LEGAL"), do("help_reply", "And?")):
        told = asides(await refurbed.perform(id, replace(act, files=papers), 5))
        assert [file.name for file in told[-1].attachments] == ["invoice.pdf"]


async def test_a_label_shows_in_the_answer(shop: RefurbedSandbox, refurbed: Refurbed) -> None:
    id = str(shop.customer_opens())
    done = await refurbed.perform(id, do("return_label"), 5)
    assert done is not None
    assert done.messages[-1].author is Author.SYSTEM
    assert [file.name for file in done.messages[-1].attachments] == [f"return-label-{id}.pdf"]


async def test_a_label_is_not_made_again_because_the_read_failed(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = str(shop.customer_opens())
    lost(shop, "GetTicket", committed=False)
    assert await refurbed.perform(id, do("return_label"), 5) is None
    assert len(shop.ledger.all("label")) == 1


async def test_help_is_asked_answered_and_shown_beside_the_ticket(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    id = str(shop.customer_opens())
    assert "help_reply" in (await refurbed.get(id)).ticket.barred
    asked = do("help_request", f"{ASKED}\n<us>", topic="TECHNICAL_ISSUES")
    (first,) = asides(await refurbed.perform(id, asked, 5))
    time.now += 1
    (number,) = shop.help_requests
    shop.answer_help_request(number, "<p>We do.</p>", attachments=[("a.txt", b"x")])
    time.now += 1
    shop.customer_writes(int(id), "<p>Hello?</p>")
    told = await refurbed.get(id)
    assert [message.aside for message in told.messages] == ["", f"h{number}", f"h{number}", ""]
    mine, theirs = asides(told)
    assert mine == first
    assert plain(mine.body).split() == [*ASKED.split(), "<us>"]
    assert mine.id.startswith(f"h{number}-")
    assert [(m.author, m.scope) for m in (mine, theirs)] == [
        (Author.AGENT, Scope.INTERNAL),
        (Author.MARKETPLACE, Scope.INTERNAL),
    ]
    assert theirs.name == f"Help request: Technical issues #{number}, refurbed Support"
    assert theirs.attachments[0].name == "a.txt"
    assert told.ticket.extra == (("Help requests", f"Technical issues #{number} was answered"),)
    (listed,) = await refurbed.read([id])
    assert (listed.extra, listed.revision) == (
        (("Help requests", "yes"),),
        told.ticket.revision,
    )
    assert "help_reply" not in told.ticket.barred


async def test_an_answer_goes_to_the_newest_that_takes_one(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    id = str(shop.customer_opens())
    for topic in ("LEGAL", "OTHER", "LEGAL"):
        time.now += 1
        await refurbed.perform(id, do("help_request", ASKED, topic=topic), 5)
    one, two, three = shop.help_requests
    shop.answer_help_request(three, status="CLOSED")
    shop.answer_help_request(two, status="SOLVED")
    await refurbed.perform(id, do("help_reply", "Thanks"), 5)
    done = await refurbed.perform(id, do("help_reply", "And this?", help_request=f"#{one}"), 5)
    said = [entry.data["help_request_id"] for entry in shop.ledger.all("help_reply")]
    assert said == [two, one]
    assert "And this?" in [plain(message.body) for message in asides(done)]
    assert done is not None
    assert done.ticket.recheck > 0
    for number in (one, two):
        shop.answer_help_request(number, status="CLOSED")
    assert (await refurbed.get(id)).ticket.recheck == 0  # all are final
    with pytest.raises(Rejected, match="open a new one"):
        await refurbed.perform(id, do("help_reply", "Hello?"), 5)
    with pytest.raises(Rejected, match="'first' is not the number"):
        await refurbed.perform(id, do("help_reply", "Hello?", help_request="first"), 5)


@pytest.mark.parametrize("method", ["ListTicketHelpRequests", "GetTicketHelpRequest"])
async def test_help_that_cannot_be_read_does_not_hide_the_ticket(
    shop: RefurbedSandbox, refurbed: Refurbed, method: str
) -> None:
    id = str(shop.customer_opens())
    shop.unimplemented.add(method)
    done = await refurbed.perform(id, do("help_request", ASKED, topic="LEGAL"), 5)
    assert len(shop.ledger.all("help_request")) == 1
    assert asides(done) == []
    for action, status, body in (
        (Action.RESET, 0, ""),
        (Action.STATUS, 401, "{}"),
        (Action.STATUS, 200, "[1]"),
        (Action.STATUS, 200, '{"help_requests": [{"id": "x"}, 3], "help_request": null}'),
    ):
        shop.faults.add(Fault(method, Phase.COMMIT, action, status=status, body=body))
        assert len((await refurbed.get(id)).messages) == 1
    told = (await refurbed.get(id)).ticket
    assert dict(told.extra)["Help requests"].startswith(
        "cannot be read: refurbed has not switched help requests on for this token yet (501)"
    )
    assert told.recheck > 0
    assert (await refurbed.read([id]))[0].revision == told.revision
    shop.unimplemented.clear()
    assert len(asides(await refurbed.get(id))) == 1


async def test_what_is_said_in_a_help_request_is_no_evidence_of_a_note(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = str(shop.customer_opens())
    before = evidence.baseline(await refurbed.get(id))
    told = await refurbed.perform(id, do("help_request", ASKED, topic="LEGAL"), 5)
    assert told is not None
    note = Intent(id="1", kind=Kind.INTERNAL, agent="U1", created=0, text=ASKED)
    note = note.but(digest=digest(ASKED))
    assert evidence.of_message(note, told, ()) == evidence.Absent()
    assert evidence.baseline(told) == before == ()
    own = replace(asides(told)[0], id="1", aside="", body=from_text(ASKED))
    both = replace(told, messages=(*told.messages, own))
    assert evidence.of_message(note, both, ()) == evidence.Happened("1")


@pytest.mark.parametrize("type", ["order", "buyback"])
async def test_a_ticket_is_opened_for_an_item(
    shop: RefurbedSandbox, refurbed: Refurbed, type: str
) -> None:
    shop.customer_opens(buyback=type == "buyback")
    (item,) = shop.items
    given = {"order_item": str(item), "type": type, "topic": " battery ", "notes": " lot 7 "}
    act = do("create", "Is it whole?", **given)
    made = await refurbed.perform("", act, 5)
    assert made is not None
    assert (made.ticket.topic, made.ticket.type) == ("battery", type)
    assert [plain(message.body) for message in made.messages] == ["Is it whole?", "lot 7"]
    assert made.ticket.notes == "lot 7"
    assert int(made.ticket.key.id) in shop.tickets


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (do("create", "Hi", order_item="A-1", topic="x"), "'A-1' is not the number of an order"),
        (do("create", "Hi", order_item="1"), "needs a topic"),
        (do("help_request", "  ", topic="LEGAL"), "no text"),
        (do("topic_change"), "no text"),
    ],
)
async def test_bad_input_is_not_sent(
    shop: RefurbedSandbox, refurbed: Refurbed, act: Act, words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        await refurbed.perform("1", act, 5)
    assert not shop.calls


async def test_an_action_nobody_knows(shop: RefurbedSandbox, refurbed: Refurbed) -> None:
    with pytest.raises(Unsupported, match="gift"):
        await refurbed.perform("1", do("gift", "x"), 5)
    assert await refurbed.settled("1", do("gift"), 0) is None
    assert not shop.calls


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("name", ["topic_change", "help_request", "help_reply", "create"])
async def test_an_action_whose_answer_was_lost_is_settled(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time, name: str, committed: bool
) -> None:
    id = str(shop.customer_opens())
    await refurbed.perform(id, do("help_request", ASKED, topic="LEGAL"), 5)
    (item,) = shop.items
    act, method = {
        "topic_change": (TOPIC, "RequestTopicChange"),
        "help_request": (do(name, ASKED, topic="OTHER"), "CreateTicketHelpRequest"),
        "help_reply": (do(name, ASKED), "UpdateTicketHelpRequest"),
        "create": (do(name, ASKED, order_item=str(item), topic="x"), "CreateTicket"),
    }[name]
    at = since(time)
    lost(shop, method, committed=committed)
    with pytest.raises(Unknown):
        await refurbed.perform(id, act, 5)
    assert await refurbed.settled(id, act, at) is committed
    if committed:
        time.now += 60  # and is no evidence for a later attempt
        assert await refurbed.settled(id, act, at + 60) is (None if act is TOPIC else False)


async def test_a_text_that_is_not_ours_leaves_it_open(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    id = str(shop.customer_opens())
    at = since(time)
    await refurbed.perform(id, do("help_request", "Something else", topic="LEGAL"), 5)
    assert await refurbed.settled(id, do("help_request", ASKED, topic="LEGAL"), at) is None


async def test_a_label_is_settled_by_its_file(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    id = str(shop.customer_opens(attachments=[("photo.png", b"x")]))
    at = since(time)
    shop.merchant_writes(int(id), "<p>soon</p>", attachments=[("a.txt", b"x")])
    assert await refurbed.settled(id, do("return_label"), at) is None  # it may come late
    lost(shop, LABEL, committed=True)
    with pytest.raises(Unknown):
        await refurbed.perform(id, do("return_label"), 5)
    assert await refurbed.settled(id, do("return_label"), at) is True


async def test_search_by_all_that_refurbed_can(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    made = []
    for name, country, topic, back in (
        ("Zoë Ångström", "SE", "screen", False),
        ("Ann Zoë", "DE", "battery", True),
        ("Bob", "AT", "battery", False),
    ):
        time.now += 1
        made.append(
            shop.customer_opens(
                name=name, country=country, topic=topic, buyback=back, order_id=500, email="e@x.org"
            )
        )
    shop.panic(made[2])
    first, second, third = map(str, made)

    async def found(**query: str) -> list[str]:
        tickets: tuple[Ticket, ...] = await refurbed.search(Query(**query))
        return [ticket.key.id for ticket in tickets]

    assert await found(name=" zoë") == [second, first]
    assert await found(country="at, se") == [third, first]
    assert await found(topic="battery") == [third, second]
    assert await found(urgency="panic") == [third]
    assert await found(order="500") == [third, second, first]
    for number, item in zip(map(str, made), shop.items, strict=True):
        assert await found(item=str(item)) == [number]
    assert await found(order="500", topic="battery", country="DE") == [second]
    assert await found(email="e@x.org", name="bob") == [third]
    shop.assign(shop.ticket(made[1]), "ines.weber@example.com")
    shop.ticket(made[0]).panicked = True
    shop.solve(made[1])
    await refurbed.perform(first, do("help_request", ASKED, topic="LEGAL"), 5)
    assert await found(urgency="panic") == [third, first]
    assert await found(urgency="panic", order="500") == [third, first]
    assert await found(assignee=" ines.weber@example.com") == [second]
    assert await found(needs="agent") == [third, first]
    assert await found(help="yes") == [first]
    assert await found(help="no", kind="buyback") == [second]
    assert await found(kind="order") == [third, first]
    assert await found(status="ended") == [second]
    assert await found(status="pending,open") == [third, first]
    shop.ticket(made[0]).awaiting_since = time.now + 60
    assert await found(sort="due") == [third, first]
    shop.ticket(made[0]).awaiting_since = None
    assert await found(sort="due", kind="order") == [third, first]
    before = shop.calls["ListTickets"]
    assert await found() == await found(item="x") == await found(name="  ") == []
    assert shop.calls["ListTickets"] == before


def test_every_form_can_be_filled_in() -> None:
    assert CAPABILITIES.create is not None
    for action in (*CAPABILITIES.actions, CAPABILITIES.create):
        assert action.explains
        assert action.money is (action.name == "refund")
        for field in action.fields:
            assert not field.initial or field.initial in dict(field.options)
            assert all(len(label) <= 75 for _, label in field.options)
