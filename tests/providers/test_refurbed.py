"""refurbed's adapter against the local TicketService over real HTTP."""

from __future__ import annotations

import asyncio
import json
import time as wall
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from slackbridge.config import Account
from slackbridge.document import plain
from slackbridge.errors import (
    Failure,
    Later,
    Rejected,
    Unauthorized,
    Unknown,
    Unsupported,
)
from slackbridge.model import Act, Author, Kind, Query, Scope, Status, Ticket
from slackbridge.providers import REGISTRY, build
from slackbridge.providers.refurbed import Refurbed
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.app import TOKEN, RefurbedSandbox
from slackbridge.sandbox.refurbed.records import Author as Writer

Make = Callable[..., Refurbed]
REPLY = Act(Kind.REPLY, "Hello & <welcome>\n\nsecond line")


class Time:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def shop(time: Time) -> AsyncIterator[RefurbedSandbox]:
    sandbox = await RefurbedSandbox.start(seed=False, clock=time)
    sandbox.rate_per_second = 0
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def make(shop: RefurbedSandbox) -> AsyncIterator[Make]:
    made: list[Refurbed] = []

    def provider(token: str = TOKEN, **more: Any) -> Refurbed:
        account = Account(
            name="shop",
            provider="refurbed",
            base_url=shop.url,
            token_env="REFURBED_TOKEN",
            token=SecretStr(token),
            ticket_url="https://seller.example.com/tickets/{id}",
            **{"per_second": 10_000, "timeout_seconds": 0.5, **more},
        )
        built = build(account)
        assert isinstance(built, Refurbed)
        made.append(built)
        return built

    yield provider
    for one in made:
        await one.close()


@pytest.fixture
def refurbed(make: Make) -> Refurbed:
    return make()


def says(shop: RefurbedSandbox, method: str, answer: object, status: int = 200) -> None:
    """The next call of `method` is answered with this, whatever it asked for."""
    body = answer if isinstance(answer, str) else json.dumps(answer)
    shop.faults.add(Fault(method, Phase.COMMIT, Action.STATUS, status=status, body=body))


def ids(tickets: tuple[Ticket, ...]) -> list[int]:
    return [int(ticket.key.id) for ticket in tickets]


async def walk(refurbed: Refurbed) -> list[int]:
    found: list[int] = []
    cursor = ""
    while True:
        page = await refurbed.list_active(cursor)
        found += ids(page.tickets)
        if not page.cursor:
            return found
        cursor = page.cursor


# --- reading


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
    assert ids(first.tickets) + ids(second.tickets) == [*made, new]
    assert second.cursor == ""


async def test_the_recent_ones_come_first(
    shop: RefurbedSandbox, refurbed: Refurbed, time: Time
) -> None:
    made = shop.bulk(3)
    time.now += 5
    shop.customer_writes(made[1], "<p>hm</p>")
    page = await refurbed.list_recent()
    assert ids(page.tickets)[0] == made[1]
    assert page.cursor == ""


async def test_read_takes_any_status_and_leaves_out_what_is_gone(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    made = shop.bulk(120)
    shop.close(made[3])
    wanted = [*map(str, made), str(made[0]), "99999999", "x", "٣", str(10**30), "0"]
    found = await refurbed.read(wanted)
    assert ids(found) == made
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

    await changed(urgency="URGENT")  # updated_at does not move: facts alone must do
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
    shop.messages(id).reverse()  # the order of the answer is not stated anywhere
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


async def test_empty_and_long_bodies(shop: RefurbedSandbox, refurbed: Refurbed) -> None:
    id = shop.customer_opens(html="")
    shop.customer_writes(id, "<p>" + "word " * 20_000 + "</p>")
    empty, long = (await refurbed.get(str(id))).messages
    assert plain(empty.body) == ""
    assert len(plain(long.body)) >= 99_999


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
    assert logs == [
        {"event": "refurbed.rows_without_id", "account": "shop", "rows": 1, "log_level": "warning"}
    ]


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


# --- looking up


async def test_search(shop: RefurbedSandbox, refurbed: Refurbed, time: Time) -> None:
    made = []
    for number in range(30):
        time.now += 1
        made.append(shop.customer_opens(email="often@example.com", order_id=700 + number % 2))
    back = shop.customer_opens(buyback=True, order_id=900, email="rare@example.com")
    assert ids(await refurbed.search(Query(id=str(made[4])))) == [made[4]]
    assert ids(await refurbed.search(Query(order="700"))) == made[-2::-2]
    (found,) = await refurbed.search(Query(order="900"))
    assert (ids((found,)), found.type) == ([back], "buyback")
    assert ids(await refurbed.search(Query(email=" often@example.com "))) == made[:9:-1]
    for nothing in (Query(id="ABC"), Query(order="ABC-1"), Query(order="1"), Query(email="x@y")):
        assert await refurbed.search(nothing) == ()


@pytest.mark.parametrize("buyback", [False, True])
async def test_a_follow_up_is_opened_and_found(
    shop: RefurbedSandbox, refurbed: Refurbed, buyback: bool
) -> None:
    shop.customer_opens(order_id=77, buyback=not buyback)  # the same number, another order
    old = shop.customer_opens(order_id=77, buyback=buyback, topic="screen")
    shop.close(old)
    assert await refurbed.follow_ups(str(old)) == ()
    assert await refurbed.perform(str(old), Act(Kind.FOLLOW_UP, "a < b"), 5) is None
    (new,) = await refurbed.follow_ups(str(old))
    assert (new.follows, new.topic, new.order) == (str(old), "screen", "77")
    assert plain((await refurbed.get(new.key.id)).messages[0].body) == "a < b"
    assert await refurbed.follow_ups("123") == ()


async def test_a_follow_up_without_an_item_is_rejected(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    says(shop, "GetTicket", {"ticket": {"id": "9"}})
    with pytest.raises(Rejected, match="names no order item"):
        await refurbed.perform("9", Act(Kind.FOLLOW_UP, "hello"), 5)
    assert shop.calls["CreateTicket"] == 0


# --- writing


@pytest.mark.parametrize(
    ("status", "raw"), [(None, "PENDING"), (Status.SOLVED, "SOLVED"), (Status.WAITING, "PENDING")]
)
async def test_a_reply_goes_out_as_html_with_its_status_in_one_call(
    shop: RefurbedSandbox, refurbed: Refurbed, status: Status | None, raw: str
) -> None:
    id = shop.customer_opens()
    done = await refurbed.perform(str(id), Act(Kind.REPLY, REPLY.text, status), 5)
    assert done is not None
    assert done.ticket.raw_status == raw
    reply = done.messages[-1]
    assert (reply.author, reply.scope) == (Author.AGENT, Scope.PUBLIC)
    assert plain(reply.body).split() == REPLY.text.split()
    assert "&lt;welcome&gt;" in shop.messages(id)[-1].body_html
    assert shop.calls == {"UpdateTicket": 1}


async def test_an_internal_note_is_not_for_the_customer(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = shop.customer_opens()
    done = await refurbed.perform(str(id), Act(Kind.INTERNAL, "check him"), 5)
    assert done is not None
    assert done.messages[-1].scope is Scope.INTERNAL
    assert shop.messages(id)[-1].scope == "INTERNAL"


async def test_a_private_note_is_appended_once(shop: RefurbedSandbox, refurbed: Refurbed) -> None:
    id = shop.customer_opens()
    for text in ("look\ntwice", "ook", "look\ntwice", "last"):
        done = await refurbed.perform(str(id), Act(Kind.PRIVATE, text), 5)
    assert done is not None
    assert done.ticket.notes == shop.ticket(id).notes == "look\ntwice\nook\nlast"
    assert len(shop.ledger.all("notes")) == 3


async def test_status_and_assignee(shop: RefurbedSandbox, refurbed: Refurbed) -> None:
    id = shop.customer_opens()
    await refurbed.perform(str(id), Act(Kind.STATUS, status=Status.SOLVED), 5)
    assert shop.ticket(id).status == "SOLVED"
    await refurbed.perform(str(id), Act(Kind.ASSIGN, email="tom.okafor@example.com"), 5)
    assert shop.ticket(id).assignee == "tom.okafor@example.com"
    done = await refurbed.perform(str(id), Act(Kind.ASSIGN), 5)
    assert done is not None
    assert done.ticket.assignee is None
    with pytest.raises(Rejected, match="no user"):
        await refurbed.perform(str(id), Act(Kind.ASSIGN, email="who@example.com"), 5)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act(Kind.STATUS, status=Status.NEEDS_AGENT), "no way to reopen"),
        (Act(Kind.REPLY, "bye", Status.CLOSED), "closes a solved ticket by itself"),
        (Act(Kind.STATUS), "does not offer this"),
        (Act(Kind.SHOW), "does not offer this"),
    ],
)
async def test_what_refurbed_does_not_offer_is_not_tried(
    shop: RefurbedSandbox, refurbed: Refurbed, act: Act, words: str
) -> None:
    with pytest.raises(Unsupported, match=words):
        await refurbed.perform(str(shop.customer_opens()), act, 5)
    assert not shop.calls


async def test_a_closed_ticket_takes_no_reply(shop: RefurbedSandbox, refurbed: Refurbed) -> None:
    id = shop.customer_opens()
    shop.close(id)
    with pytest.raises(Rejected, match=rf"^refurbed declined \(400\): ticket {id} is closed$"):
        await refurbed.perform(str(id), REPLY, 5)


# --- failures


@pytest.mark.parametrize(
    ("phase", "action", "kind", "committed"),
    [
        (Phase.COMMIT, Action.DELAY, Unknown, 1),  # the server goes on after we gave up
        (Phase.ANSWER, Action.DELAY, Unknown, 1),
        (Phase.COMMIT, Action.RESET, Unknown, 0),
        (Phase.ANSWER, Action.RESET, Unknown, 1),
        (Phase.HALF, Action.RESET, Unknown, 1),
        (Phase.COMMIT, Action.STATUS, Unknown, 0),
        (Phase.ANSWER, Action.STATUS, Unknown, 1),
    ],
)
async def test_a_reply_whose_answer_is_lost_is_unknown_and_made_once(
    shop: RefurbedSandbox,
    refurbed: Refurbed,
    phase: Phase,
    action: Action,
    kind: type[Failure],
    committed: int,
) -> None:
    id = shop.customer_opens()
    shop.faults.add(Fault("UpdateTicket", phase, action, seconds=0.3))
    with pytest.raises(kind):
        await refurbed.perform(str(id), REPLY, 0.2)
    await refurbed.get(str(id))
    if action is Action.DELAY:
        await asyncio.sleep(0.35)
    assert len(shop.ledger.all("reply")) <= committed
    assert shop.faults.seen.count("UpdateTicket") == 1


async def test_a_lost_read_may_be_tried_again(shop: RefurbedSandbox, refurbed: Refurbed) -> None:
    id = str(shop.customer_opens())
    for action in (Action.RESET, Action.STATUS):
        shop.faults.add(Fault("GetTicket", Phase.ANSWER, action))
        with pytest.raises(Later):
            await refurbed.get(id)
    await refurbed.get(id)


@pytest.mark.parametrize("body", ["", "<html>", "[]", "null", '{"ticket":{}}', '{"ticket":'])
async def test_a_2xx_that_says_nothing_is_unknown_for_a_write(
    shop: RefurbedSandbox, refurbed: Refurbed, body: str
) -> None:
    id = str(shop.customer_opens())
    shop.faults.add(Fault("*Ticket", Phase.ANSWER, Action.STATUS, status=200, body=body, times=2))
    with pytest.raises(Unknown, match="cannot be read"):
        await refurbed.perform(id, REPLY, 5)
    with pytest.raises(Later, match="cannot be read"):
        await refurbed.get(id)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, Rejected) for code in (3, 5, 6, 7, 9, 10, 11)),
        *((code, Unknown) for code in (1, 2, 4, 13, 14, 15)),
        (8, Later),
        (12, Unsupported),
        (16, Unauthorized),
    ],
)
async def test_the_code_decides_not_the_http_status(
    shop: RefurbedSandbox, refurbed: Refurbed, code: int, kind: type[Failure]
) -> None:
    says(shop, "UpdateTicket", {"code": code, "error": "Because.", "details": []}, 418)
    with pytest.raises(kind, match=r": Because\.$") as raised:
        await refurbed.perform("1", REPLY, 5)
    assert type(raised.value) is kind
    assert (raised.value.code == "not-found") is (code == 5)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, "<html>nginx</html>", Rejected),
        (401, "no", Unauthorized),
        (503, '{"code": "busy"}', Later),
        (400, "[]", Rejected),
        (429, '{"code": 0}', Later),
    ],
)
async def test_without_a_code_the_http_status_decides(
    shop: RefurbedSandbox, refurbed: Refurbed, status: int, body: str, kind: type[Failure]
) -> None:
    says(shop, "GetTicket", body, status)
    with pytest.raises(kind) as raised:
        await refurbed.get("1")
    assert raised.value.code == ""


async def test_too_many_calls_are_told_and_waited_for(
    shop: RefurbedSandbox, make: Make, time: Time
) -> None:
    time.now = wall.time()
    shop.rate_per_second = 2
    shop.bulk(3)
    refurbed = make()
    for _ in range(2):
        await refurbed.list_recent()
    with pytest.raises(Later, match="allows no further call"):
        await refurbed.perform("1", REPLY, 0.01)
    other = make()
    with pytest.raises(Later, match=r"asks for fewer calls \(429\)") as limited:
        await other.list_recent()
    assert 0 <= limited.value.seconds <= 3


async def test_a_token_may_come_with_its_scheme(make: Make) -> None:
    assert (await make(f"Plain {TOKEN}").probe()).ok


async def test_the_probe_tells_how_far_the_clocks_are_apart(make: Make, time: Time) -> None:
    time.now = wall.time() - 600
    health = await make().probe()
    assert health.ok
    assert health.skew == pytest.approx(-600, abs=3)


async def test_the_probe_says_what_is_wrong(
    shop: RefurbedSandbox, make: Make, refurbed: Refurbed
) -> None:
    says(shop, "ListTickets", "nonsense")
    health = await refurbed.probe()
    assert (health.ok, health.skew) == (False, None)
    shop.unimplemented.add("*")
    assert (await refurbed.probe()).detail == (
        "refurbed has not switched the ticket service on for this token yet (501): "
        "method ListTickets not implemented"
    )
    with pytest.raises(Unsupported):
        await refurbed.list_recent()
    shop.unimplemented.clear()
    shop.allow("viewer", frozenset({"merchant.ticket:view"}))
    denied = (await make("viewer").probe()).detail
    assert "permission merchant.ticket:list (403)" in denied
    assert "(401)" in (await make("stranger").probe()).detail
    await shop.stop()
    assert (await refurbed.probe()).detail == "refurbed could not be reached"


# --- the registry


def test_an_unknown_marketplace_is_named_with_the_known_ones() -> None:
    account = Account(name="a", provider="ebay", token_env="X")
    with pytest.raises(ValueError, match=r"'ebay' is not known; use one of: .*refurbed"):
        build(account)


def test_every_marketplace_is_called_over_https() -> None:
    assert all(factory.base_url.startswith("https://") for factory in REGISTRY.values())
