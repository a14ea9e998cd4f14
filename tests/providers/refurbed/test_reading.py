"""refurbed's adapter: walks, and what a ticket and its messages say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from slackbridge.domain.errors import Later
from slackbridge.domain.model import Author, Scope, Status
from slackbridge.providers.refurbed.provider import Refurbed
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.sandbox.refurbed.records import Author as Writer
from slackbridge.text.document import plain
from tests.providers.common import Time, numbers, says, walk


async def test_a_walk_finds_every_ticket_even_with_equal_times(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    made = shop.bulk(250)  # the clock stands: all were created in the same instant
    shop.solve(made[7])
    assert await walk(refurbed) == [id for id in made if id != made[7]]
    assert shop.calls["ListTickets"] == 3


async def test_a_walk_loses_no_ticket_while_tickets_move(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    made = []
    for _ in range(150):
        time.now += 1
        made.append(shop.customer_opens())
    first = await refurbed.list_active("")
    shop.solve(int(first.cursor))  # the cursor itself leaves the filter
    for id in (made[0], made[120], made[149]):
        time.now += 1
        shop.customer_writes(id, "<p>again</p>")
    new = shop.customer_opens()
    second = await refurbed.list_active(first.cursor)
    assert numbers(first.tickets) + numbers(second.tickets) == [*made, new]
    assert second.cursor == ""


async def test_the_recent_ones_come_first(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    made = shop.bulk(3)
    time.now += 5
    shop.customer_writes(made[1], "<p>hm</p>")
    page = await refurbed.list_recent()
    assert numbers(page.tickets)[0] == made[1]
    assert page.cursor == ""


async def test_read_takes_any_status_and_leaves_out_what_is_gone(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    made = shop.bulk(120)
    shop.close(made[3])
    wanted = [*map(str, made), str(made[0]), "99999999", "x", "٣", str(10**30), "0"]
    found = await refurbed.read(wanted)
    assert numbers(found) == made
    assert found[3].status is Status.CLOSED
    assert shop.calls["ListTickets"] == 2
    assert await refurbed.read([]) == ()


async def test_a_ticket_is_told_in_full(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    id = shop.customer_opens(name="Zoë", email="z@example.com", topic="screen", order_id=555)
    shop.panic(id)
    shop.set_notes(shop.ticket(id), "handle with care")
    shop.assign(shop.ticket(id), "ines.weber@example.com")
    ticket = (await refurbed.get(str(id))).ticket
    opened = datetime.fromtimestamp(time.now, UTC)
    assert str(ticket.key) == f"shop:{id}"
    assert (ticket.status, ticket.raw_status) == (Status.NEEDS_AGENT, "OPEN")
    assert (ticket.customer.name, ticket.customer.email) == ("Zoë", "z@example.com")
    assert (ticket.order, ticket.item) == ("555", "iPhone 12 | 64 GB | blue")
    assert (ticket.topic, ticket.country, ticket.type) == ("screen", "DE", "order")
    assert (ticket.urgency, ticket.panicked) == ("PANIC", True)
    assert ticket.assignee is not None
    assert ticket.assignee.name == "Ines Weber"
    assert ticket.notes == "handle with care"
    assert ticket.waiting_since == ticket.created_at == opened
    assert ticket.due_at is not None
    assert ticket.takeover_at is not None
    assert opened < ticket.due_at < ticket.takeover_at
    assert (ticket.follows, ticket.extra) == ("", ())
    assert ticket.url == f"https://seller.example.com/tickets/{id}"


async def test_the_revision_changes_with_every_fact_and_only_then(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    id = shop.customer_opens()
    ticket = shop.ticket(id)
    seen = [(await refurbed.get(str(id))).ticket.revision]
    assert (await refurbed.read([str(id)]))[0].revision == seen[0]

    async def changed(**facts: Any) -> None:
        for name, value in facts.items():
            setattr(ticket, name, value)
        seen.append((await refurbed.get(str(id))).ticket.revision)
        assert len(set(seen)) == len(seen), facts

    await changed(urgency="URGENT")  # updated_at does not move: the revision must cover the facts
    await changed(panicked=True)
    await changed(assignee="tom.okafor@example.com")
    await changed(notes="x")
    await changed(topic="other")
    await changed(awaiting_since=time.now + 1)
    await changed(awaiting_since=None)
    await changed(status="PENDING")
    await changed(help_requests=[1])
    await changed(updated_at=time.now + 1)


@pytest.mark.parametrize(
    ("raw", "needed", "status"),
    [
        ("OPEN", False, Status.NEEDS_AGENT),
        ("PENDING", False, Status.WAITING),
        ("PENDING", True, Status.NEEDS_AGENT),
        ("SOLVED", True, Status.SOLVED),
        ("CLOSED", False, Status.CLOSED),
        ("NEW", False, Status.NEEDS_AGENT),
        ("ESCALATED", False, Status.NEEDS_AGENT),
    ],
)
async def test_statuses_known_and_unknown(
    shop: RefurbedSandbox, refurbed: Refurbed, raw: str, needed: bool, status: Status
) -> None:
    id = shop.customer_opens()
    shop.ticket(id).status = raw
    shop.ticket(id).awaiting_since = 1.0 if needed else None
    (ticket,) = await refurbed.read([str(id)])
    assert (ticket.status, ticket.raw_status) == (status, raw)


async def test_messages_come_in_order_with_author_scope_and_files(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    id = shop.customer_opens(html="<p>Hi <b>there</b></p><p>a &lt;b&gt; c</p>")
    shop.merchant_writes(id, "<p>ours</p>", internal=True, attachments=[("a.txt", b"x")])
    shop.refurbed_writes(id, "<p>theirs</p>")
    shop.someone_writes(id, Writer("ROBOT", "R2"), "<p>beep</p>", "WHISPER")
    shop.system_writes(id, "<p>label</p>")
    shop.messages(id).reverse()  # the order of an answer is not documented
    messages = (await refurbed.get(str(id))).messages
    assert [(m.author, m.scope) for m in messages] == [
        (Author.CUSTOMER, Scope.PUBLIC),
        (Author.AGENT, Scope.INTERNAL),
        (Author.MARKETPLACE, Scope.PUBLIC),
        (Author.SYSTEM, Scope.INTERNAL),
        (Author.SYSTEM, Scope.PUBLIC),
    ]
    assert plain(messages[0].body).split() == ["Hi", "there", "a", "<b>", "c"]
    assert messages[1].attachments[0].name == "a.txt"
    assert messages[1].attachments[0].url.startswith(shop.url)
    assert messages[3].name == "R2"
    assert messages[0].at == datetime.fromtimestamp(time.now, UTC)


async def test_messages_without_an_id_get_one_from_what_they_say(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    row = {"message": {"body_html": "same", "created_at": "2026-01-01T00:00:00Z"}}
    other = {"message": {"body_html": "other", "createdAt": "2026-01-01T00:00:01"}}
    for messages in ([row, row, other], [other, row, row]):
        says(shop, "GetTicket", {"ticket": {"id": 7}, "messages": messages})
    first, second = [(await refurbed.get("7")).messages for _ in range(2)]
    assert [m.id for m in first] == [m.id for m in second]
    assert len({m.id for m in first}) == 3
    assert first[0].id.rpartition(".")[0] == first[1].id.rpartition(".")[0]


async def test_poison_spoils_its_own_field_only(shop: RefurbedSandbox, refurbed: Refurbed) -> None:
    rows: list[Any] = [
        {"id": None, "customer": {"email": "secret@example.com"}},
        None,
        "junk",
        {"id": "5", **dict.fromkeys(("status", "customer", "assignee", "sla_checkpoints"), None)},
        {"id": 10**30, "updatedAt": "yesterday", "customer": [1], "notes": {"a": 1}},
        {
            "id": 6,
            "status": "NEW",
            "urgency_status": "UNSPECIFIED",
            "createdAt": "2026-02-03T04:05:06.123456789Z",
            "topicSlug": "nul\x00 and \ud800 half",
            "customer": {"name": "\ud83d", "email": True, "shoeSize": 43},
            "slaCheckpoints": [{"checkpointType": "FULL_MOON", "at": "2026-02-03T04:05:06Z"}, 3],
            "customer_panicked": "maybe",
            "followUpToTicketId": "0",
            "planet": "earth",
        },
    ]
    says(shop, "ListTickets", {"tickets": rows, "hasMore": True})
    with structlog.testing.capture_logs() as logs:
        page = await refurbed.list_active("")
    assert [t.key.id for t in page.tickets] == ["5", str(10**30), "6"]
    assert page.cursor == "6"
    bare, huge, odd = page.tickets
    assert (bare.raw_status, bare.status) == ("UNSPECIFIED", Status.NEEDS_AGENT)
    assert bare.created_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert (huge.notes, huge.customer.name) == ("", "")
    assert odd.created_at == odd.updated_at == datetime(2026, 2, 3, 4, 5, 6, 123456, UTC)
    assert (odd.urgency, odd.follows, odd.panicked) == ("", "", False)
    for text in (odd.topic, odd.customer.name, odd.revision):
        text.encode()  # no half characters
        assert "\x00" not in text
    lost = {"event": "list.rows_without_id", "account": "shop", "rows": 3, "log_level": "warning"}
    assert lost in logs


@pytest.mark.parametrize("rows", [[], [{"id": 10**30}], [{"id": "41"}]])
async def test_a_page_that_leads_nowhere_does_not_turn_in_circles(
    shop: RefurbedSandbox, refurbed: Refurbed, rows: list[Any]
) -> None:
    says(shop, "ListTickets", {"tickets": rows, "has_more": True})
    with pytest.raises(Later, match="leads nowhere"):
        await refurbed.list_active("41")


async def test_a_poisoned_conversation_is_still_read(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    messages = [
        None,
        {"message": None},
        {"message": {"id": 10**30, "body_html": "\x00a\ud800", "author": None, "attachments": 3}},
        {"message": {"id": "٣", "body_html": None, "created_at": 10**30}, "scope": None},
    ]
    says(shop, "GetTicket", {"ticket": {"id": "9"}, "messages": messages})
    found = (await refurbed.get("9")).messages
    assert len(found) == 3
    assert all("\x00" not in plain(m.body) for m in found)
    assert {m.scope for m in found} == {Scope.PUBLIC}


async def test_private_notes_stand_in_the_thread_for_the_shop_alone(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    id = shop.customer_opens()
    assert len((await refurbed.get(str(id))).messages) == 1
    for notes in ("lot <7>", "lot <7>\nand lot 8"):
        time.now += 60
        shop.set_notes(shop.ticket(id), notes)
        said, noted = (await refurbed.get(str(id))).messages
        assert (noted.id, plain(noted.body), noted.scope) == ("notes", notes, Scope.PRIVATE)
        assert noted.at == datetime.fromtimestamp(time.now, UTC) > said.at
        assert not noted.of_agent, "it is the echo of no reply"
    shop.ticket(id).updated_at = 0.0
    said, noted = (await refurbed.get(str(id))).messages
    assert noted.at == said.at, "messages are in order, whatever refurbed says"
    shop.set_notes(shop.ticket(id), " \n")
    assert len((await refurbed.get(str(id))).messages) == 1
