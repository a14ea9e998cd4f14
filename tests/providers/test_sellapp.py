"""SellApp's adapter against the local store over real HTTP."""

from __future__ import annotations

import asyncio
import hmac
import json
import time as wall
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import pytest
import structlog
from aiohttp import web
from pydantic import SecretStr

from slackbridge import optional
from slackbridge.document import plain
from slackbridge.errors import Failure, Later, Rejected, Unauthorized, Unknown, Unsupported
from slackbridge.evidence import alike, baseline
from slackbridge.model import Act, Author, Kind, Page, Query, Status, Ticket
from slackbridge.providers.http import HttpClient
from slackbridge.providers.sellapp import SellApp, headers
from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.sellapp.app import SLUG, TOKEN, SellAppSandbox
from slackbridge.sandbox.serve import serve

Make = Callable[..., SellApp]
SECRET = "a-signing-secret-of-32-characters"
HOOK_SECRET = SecretStr(SECRET)
REPLY = Act(Kind.REPLY, "Hello & <welcome>\n\nsecond line")
CLOSE = Act(Kind.STATUS, status=Status.CLOSED)
REOPEN = Act(Kind.STATUS, status=Status.NEEDS_AGENT)
ARCHIVE = Act(Kind.ACTION, fields={"name": "archive"})


@dataclass(frozen=True)
class Settings:
    base_url: str
    token: SecretStr
    name: str = "keys"
    provider: str = "sellapp"
    ticket_url: str = "https://keys.example.com/tickets/{id}"
    timeout_seconds: float = 0.5
    per_second: float = 10_000
    api_version: str = "v2"
    store: str = SLUG
    webhook_secret: SecretStr = HOOK_SECRET
    webhook_header: str = ""


class Time:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def shop(time: Time) -> AsyncIterator[SellAppSandbox]:
    sandbox = await SellAppSandbox.start(seed=False, clock=time)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def make(shop: SellAppSandbox) -> AsyncIterator[Make]:
    made: list[SellApp] = []

    def provider(token: str = TOKEN, **more: Any) -> SellApp:
        settings = Settings(shop.url, SecretStr(token), **more)
        client = HttpClient(
            "sellapp", shop.url, headers(token), timeout_seconds=settings.timeout_seconds
        )
        made.append(SellApp("keys", settings, client))
        return made[-1]

    yield provider
    for one in made:
        await one.close()


@pytest.fixture
def sellapp(make: Make) -> SellApp:
    return make()


def says(
    shop: SellAppSandbox, operation: str, answer: object, status: int = 200, **headers: str
) -> None:
    """The next call is answered with this, whatever it asked for."""
    body = answer if isinstance(answer, str) else json.dumps(answer)
    fault = Fault(operation, Phase.COMMIT, Action.STATUS, status=status, body=body, headers=headers)
    shop.faults.add(fault)


def ids(tickets: tuple[Ticket, ...]) -> list[int]:
    return [int(ticket.key.id) for ticket in tickets]


async def walk(sellapp: SellApp, between: Callable[[], object] = lambda: None) -> list[int]:
    found: list[int] = []
    page = await sellapp.list_active("")
    while True:
        found += ids(page.tickets)
        if not page.cursor:
            return found
        between()
        page = await sellapp.list_active(page.cursor)


# --- listing


@pytest.mark.parametrize("searches", [True, False])
@pytest.mark.parametrize("paginator", ["resource", "flat", "none", "bare"])
async def test_a_walk_finds_every_active_ticket_even_with_equal_times(
    shop: SellAppSandbox, sellapp: SellApp, searches: bool, paginator: str
) -> None:
    shop.searches, shop.paginator = searches, paginator
    made = shop.bulk(250)  # the clock stands: all were created in the same instant
    shop.close(made[7])
    shop.archive(made[8])
    shop.force_status(made[9], "ESCALATED")
    found = await walk(sellapp)
    assert set(found) == set(made) - {made[7], made[8]}
    assert shop.calls["ListMessages"] == shop.calls["GetTicket"] == 0
    assert shop.calls["SearchTickets"] == (6 if searches else 1)
    assert sellapp.capabilities.recent_first is searches


@pytest.mark.parametrize("order", ["newest", "oldest", "updated"])
@pytest.mark.parametrize("searches", [True, False])
async def test_a_walk_loses_no_ticket_while_tickets_move(
    shop: SellAppSandbox, sellapp: SellApp, time: Time, searches: bool, order: str
) -> None:
    shop.searches, shop.list_order, shop.list_archived = searches, order, False
    made = []
    for _ in range(350):
        time.now += 1
        made.append(shop.customer_opens())
    leaving = iter(made)

    def move() -> None:
        for _ in range(20):  # they leave the list: all behind them moves up
            gone = next(leaving)
            shop.archive(gone)
            shop.close(gone)
            time.now += 1
            shop.customer_opens()

    found = await walk(sellapp, move)
    left = {id for id, ticket in shop.tickets.items() if not ticket.archived}
    assert left & set(made) <= set(found)


async def test_what_changed_last_comes_first(
    shop: SellAppSandbox, sellapp: SellApp, time: Time
) -> None:
    made = shop.bulk(120)
    time.now += 5
    shop.customer_writes(made[1], "hm")
    shop.close(made[2])
    await sellapp.list_active("")
    page = await sellapp.list_recent()
    assert ids(page.tickets)[0] == made[1]
    assert (len(page.tickets), page.cursor) == (100, "")


@pytest.mark.parametrize("status", [400, 404, 405, 422, 501])
async def test_without_a_search_a_walk_stands_in(
    shop: SellAppSandbox, sellapp: SellApp, status: int
) -> None:
    made = shop.bulk(101)
    shop.close(made[0])
    says(shop, "SearchTickets", {"message": "no"}, status)
    assert set(await walk(sellapp)) == set(made[1:])
    assert set(await walk(sellapp)) == set(made[1:])
    assert shop.faults.seen.count("SearchTickets") == 1  # asked once
    assert not sellapp.capabilities.recent_first


@pytest.mark.parametrize("ignored", ["sort", "filters", "page"])
async def test_a_search_that_does_not_do_what_it_is_told_is_not_relied_on(
    shop: SellAppSandbox, sellapp: SellApp, time: Time, ignored: str
) -> None:
    shop.search_ignores = {ignored}
    made = []
    for _ in range(130):
        time.now += 1
        made.append(shop.customer_opens())
    shop.close(made[3])
    assert set(made) - {made[3]} <= set(await walk(sellapp))
    assert not sellapp.capabilities.recent_first


@pytest.mark.parametrize("switch", ["search_sorts", "search_filters"])
async def test_a_search_with_fewer_fields_is_not_used(
    shop: SellAppSandbox, sellapp: SellApp, switch: str
) -> None:
    setattr(shop, switch, {"id"})
    made = shop.bulk(2)
    assert set(await walk(sellapp)) == set(made)
    assert shop.calls["SearchTickets"] == 1


async def test_an_empty_search_proves_nothing(shop: SellAppSandbox, sellapp: SellApp) -> None:
    says(shop, "SearchTickets", {"data": []})
    made = shop.bulk(2)
    assert set(await walk(sellapp)) == set(made)
    assert not sellapp.capabilities.recent_first
    assert set(await walk(sellapp)) == set(made)
    assert sellapp.capabilities.recent_first


async def test_a_search_that_goes_away_is_replaced_in_mid_walk(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    made = shop.bulk(250)
    page = await sellapp.list_active("")
    shop.searches = False
    recent = await sellapp.list_recent()
    assert len(recent.tickets) == 100
    found = set(ids(page.tickets))
    while page.cursor:
        page = await sellapp.list_active(page.cursor)
        found |= set(ids(page.tickets))
    assert found == set(made)
    assert not sellapp.capabilities.recent_first


async def test_a_message_that_does_not_move_its_ticket_turns_the_fast_path_off(
    shop: SellAppSandbox, sellapp: SellApp, time: Time
) -> None:
    shop.message_moves = False
    id = shop.bulk(1)[0]
    before = (await sellapp.list_active("")).tickets[0].revision
    assert sellapp.capabilities.recent_first
    time.now += 60
    shop.customer_writes(id, "hello?")
    assert (await sellapp.list_active("")).tickets[0].revision != before
    await sellapp.get(str(id))
    assert not sellapp.capabilities.recent_first


async def test_empty_pages_in_between_and_wrong_ones(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    shop.searches = False
    says(shop, "ListTickets", {"data": [], "meta": {"current_page": 1, "last_page": 3}})
    page = await sellapp.list_active("")
    assert page == Page((), "list:2")
    says(shop, "ListTickets", {"data": [{"id": 1}], "meta": {"current_page": 1, "last_page": 3}})
    with pytest.raises(Later, match="another page"):
        await sellapp.list_active("list:2")


@pytest.mark.parametrize("answer", [{}, {"message": "hm"}, {"data": 3}, "[", "null", "<html>"])
async def test_what_is_no_list_is_not_an_empty_one(
    shop: SellAppSandbox, sellapp: SellApp, answer: object
) -> None:
    shop.searches = False
    says(shop, "ListTickets", answer)
    with pytest.raises(Later, match="cannot be read"):
        await sellapp.list_active("")


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_an_unchanged_ticket_has_one_revision_wherever_it_is_read(
    shop: SellAppSandbox, make: Make, time: Time, version: str
) -> None:
    sellapp = make(api_version=version)
    id = shop.customer_opens()
    ticket = shop.ticket(id)
    seen: list[str] = []

    async def changed(**facts: Any) -> None:
        for name, value in facts.items():
            setattr(ticket, name, value)
        seen.append((await sellapp.get(str(id))).ticket.revision)
        assert (await sellapp.read([str(id)]))[0].revision == seen[-1]
        for listed in (await sellapp.list_active("")).tickets:
            assert listed.revision == seen[-1]
        assert len(set(seen)) == len(seen), facts

    await changed()
    await changed(messages=[*ticket.messages, ticket.messages[0]])  # time stands
    await changed(read_by_store=True)
    await changed(read_by_customer=False)
    await changed(archived=True)
    await changed(status="CLOSED")
    await changed(updated_at=time.now + 1)


async def test_a_shape_of_php_is_read_like_any_other(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    made = shop.bulk(3)
    plainly = [(await sellapp.get(str(id))) for id in made]
    shop.gaps, shop.zone, shop.wrapped = True, False, False
    assert [(await sellapp.get(str(id))) for id in made] == plainly
    assert set(await walk(sellapp)) == set(made)
    shop.empty_as_list = True
    shop.ticket(made[0]).email = ""
    ticket = (await sellapp.get(str(made[0]))).ticket
    assert (ticket.customer.email, ticket.type, ticket.order) == ("", "", "")


async def test_poison_spoils_its_own_field_only(shop: SellAppSandbox, sellapp: SellApp) -> None:
    shop.searches = False
    rows: list[Any] = [
        {"id": None, "customer": {"email": "secret@example.com"}},
        None,
        "junk",
        {"id": 5, **dict.fromkeys(("status", "customer", "reference", "archived"), None)},
        {"id": 10**30, "updated_at": "yesterday", "message_count": "many", "read_status": [1]},
        {
            "id": "6",
            "status": "open",
            "title": "nul\x00 and \ud800 half",
            "customer": {"email": True, "shoe": 43},
            "reference": {"type": "order", "id": "A-7"},
            "archived": "maybe",
            "read_by": [],
            "planet": "earth",
        },
    ]
    says(shop, "ListTickets", {"data": rows})
    with structlog.testing.capture_logs() as logs:
        page = await sellapp.list_active("")
    assert [t.key.id for t in page.tickets] == ["5", str(10**30), "6"]
    bare, huge, odd = page.tickets
    assert (bare.raw_status, bare.status) == ("unknown", Status.NEEDS_AGENT)
    assert huge.updated_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert (odd.order, odd.customer.email) == ("A-7", "")
    odd.topic.encode()  # no half characters
    assert "\x00" not in odd.topic
    assert {"event": "sellapp.rows_without_id", "account": "keys", "rows": 1} in [
        {key: value for key, value in entry.items() if key != "log_level"} for entry in logs
    ]


# --- one ticket


async def test_a_ticket_is_told_in_full(shop: SellAppSandbox, sellapp: SellApp, time: Time) -> None:
    id = shop.customer_opens(title="Key", email="z@example.com", order_id=555, reason="broken")
    ticket = (await sellapp.get(str(id))).ticket
    opened = datetime.fromtimestamp(time.now, UTC)
    assert str(ticket.key) == f"keys:{id}"
    assert (ticket.status, ticket.raw_status) == (Status.NEEDS_AGENT, "OPEN")
    assert (ticket.topic, ticket.order, ticket.type) == ("Key", "555", "order")
    assert ticket.customer.email == "z@example.com"
    assert ticket.created_at == ticket.updated_at == ticket.waiting_since == opened
    assert ticket.extra == (("reason", "broken"),)
    assert ticket.url == f"https://keys.example.com/tickets/{id}"
    other = shop.customer_opens(product_id=9)
    assert (await sellapp.read([str(other)]))[0].extra == (("product", "9"),)


@pytest.mark.parametrize(
    ("raw", "archived", "status"),
    [
        ("OPEN", False, Status.NEEDS_AGENT),
        ("CLOSED", False, Status.CLOSED),
        ("closed", False, Status.CLOSED),
        ("OPEN", True, Status.CLOSED),
        ("ESCALATED", False, Status.NEEDS_AGENT),
    ],
)
async def test_statuses_known_and_unknown(
    shop: SellAppSandbox, sellapp: SellApp, raw: str, archived: bool, status: Status
) -> None:
    id = shop.customer_opens()
    shop.ticket(id).status, shop.ticket(id).archived = raw, archived
    (ticket,) = await sellapp.read([str(id)])
    assert ticket.status is status
    assert ticket.raw_status == raw + (", archived" if archived else "")


async def test_whose_move_it_is(shop: SellAppSandbox, sellapp: SellApp, time: Time) -> None:
    id = shop.customer_opens()

    async def status() -> tuple[Status, Status]:
        (row,) = await sellapp.read([str(id)])
        return row.status, (await sellapp.get(str(id))).ticket.status

    assert await status() == (Status.NEEDS_AGENT, Status.NEEDS_AGENT)
    time.now += 10
    shop.merchant_writes(id, "look")
    assert await status() == (Status.WAITING, Status.WAITING)
    shop.reads(id, customer=True)  # nobody has anything unread: only the messages tell
    assert await status() == (Status.NEEDS_AGENT, Status.WAITING)
    time.now += 10
    shop.customer_writes(id, "one")
    since = datetime.fromtimestamp(time.now, UTC)
    time.now += 10
    shop.customer_writes(id, "two")
    shop.someone_writes(id, "BOT", "beep")
    assert (await sellapp.get(str(id))).ticket.waiting_since == since


async def test_messages_are_paged_and_in_order(
    shop: SellAppSandbox, sellapp: SellApp, time: Time
) -> None:
    id = shop.customer_opens()
    for number in range(230):
        shop.customer_writes(id, f"word {number}")  # many in one second
    time.now += 1
    shop.merchant_writes(id, "ours")
    shop.someone_writes(id, "ROBOT", "beep", "R2")
    shop.messages(id).reverse()  # the order of the answer is not stated anywhere
    messages = (await sellapp.get(str(id))).messages
    assert len(messages) == 233
    assert [plain(m.body) for m in messages[1:231]] == [f"word {n}" for n in range(230)]
    assert [m.author for m in messages[-2:]] == [Author.AGENT, Author.SYSTEM]
    assert (messages[-1].name, messages[-1].at) == ("R2", datetime.fromtimestamp(time.now, UTC))
    assert shop.calls["ListMessages"] == 3
    one = await sellapp.message(str(id), messages[-2].id)
    assert one == messages[-2]
    with pytest.raises(Rejected) as none:
        await sellapp.message(str(id), "7")
    assert none.value.code == "not-found"


async def test_texts_of_every_kind(shop: SellAppSandbox, sellapp: SellApp) -> None:
    id = shop.customer_opens(text="")
    texts = {
        "word " * 20_000: "word " * 19_999 + "word",
        "<p>a &amp; b</p><p>c</p>": "a & b\n\nc",
        "one<br>two": "one\ntwo",
        "put <b> here\n\nand 1 < 2": "put <b> here\n\nand 1 < 2",
        "Tom &amp; Co": "Tom & Co",
        "<@U1> <!channel>": "<@U1> <!channel>",
    }
    for text in texts:
        shop.customer_writes(id, text)
    found = (await sellapp.get(str(id))).messages
    assert [plain(m.body) for m in found] == ["", *texts.values()]


async def test_messages_without_an_id_get_one_from_what_they_say(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    row = {"content": "same", "author": "CUSTOMER", "created_at": "2026-01-01T00:00:00Z"}
    other = {"content": "other", "createdAt": "2026-01-01T00:00:01"}
    id = shop.customer_opens()
    for rows in ([row, row, other, None], [other, row, row]):
        says(shop, "ListMessages", rows)
    first, second = [(await sellapp.get(str(id))).messages for _ in range(2)]
    assert [m.id for m in first] == [m.id for m in second]
    assert len({m.id for m in first}) == 3


@pytest.mark.parametrize("answer", ['{"data": {}}', "{}", "[]", '{"data": null}', "3"])
async def test_what_is_no_ticket(shop: SellAppSandbox, sellapp: SellApp, answer: str) -> None:
    says(shop, "Get*", answer)
    with pytest.raises(Later, match="cannot be read"):
        await sellapp.get("1")
    shop.faults.clear()
    says(shop, "Get*", answer)
    with pytest.raises(Later, match="cannot be read"):
        await sellapp.message("1", "2")


async def test_pages_of_messages_that_do_not_come_are_not_taken_for_the_end(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    id = shop.customer_opens()
    says(shop, "ListMessages", {"data": [], "meta": {"current_page": 1, "last_page": 2}})
    says(shop, "ListMessages", {"data": [], "meta": {"current_page": 1, "last_page": 2}})
    with pytest.raises(Later):
        await sellapp.get(str(id))


# --- looking up


async def test_read_takes_any_status_and_leaves_out_what_is_gone(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    made = shop.bulk(3)
    shop.close(made[0])
    odd = ["99999999", "x", "../products", "", "٣", "a" * 99]
    found = await sellapp.read([*map(str, made), str(made[0]), *odd])
    assert ids(found) == made
    assert found[0].status is Status.CLOSED
    assert {call for call in shop.faults.seen} == {"GetTicket"}
    says(shop, "GetTicket", "", 403)
    with pytest.raises(Rejected):
        await sellapp.read([str(made[0])])


@pytest.mark.parametrize("searches", [True, False])
@pytest.mark.parametrize("text", [True, False])
async def test_search(
    shop: SellAppSandbox, sellapp: SellApp, time: Time, searches: bool, text: bool
) -> None:
    shop.searches, shop.search_text = searches, text
    made = []
    for number in range(130):
        time.now += 1
        made.append(shop.customer_opens(email="Often@example.com", order_id=700 + number % 20))
    time.now += 1
    other = shop.customer_opens(title="about order 701", email="often@example.com.org")
    assert ids(await sellapp.search(Query(id=str(made[4])))) == [made[4]]
    assert ids(await sellapp.search(Query(order=" 719 "))) == made[119::-20]
    assert ids(await sellapp.search(Query(email=" often@example.com "))) == made[:109:-1]
    both = Query(order="719", email="often@example.com")
    assert ids(await sellapp.search(both)) == made[119::-20]
    assert ids(await sellapp.search(Query(name="OFTEN"))) == [other, *made[:110:-1]]
    for nothing in (
        Query(id="A/B"),
        Query(order="ABC-1"),
        Query(email="x@y"),
        Query(order="719", email="x@y"),
    ):
        assert await sellapp.search(nothing) == ()
    calls = shop.calls.total()
    for unknown in (Query(), Query(country="DE"), Query(order="719", topic="battery")):
        assert await sellapp.search(unknown) == ()
    assert shop.calls.total() == calls
    assert await sellapp.follow_ups(str(made[0])) == ()


# --- writing


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_reply_is_made_once_and_read_back(
    shop: SellAppSandbox, make: Make, version: str
) -> None:
    sellapp = make(api_version=version)
    id = shop.customer_opens()
    known = baseline(await sellapp.get(str(id)))
    done = await sellapp.perform(str(id), REPLY, 5)
    assert done is not None
    assert done.ticket.status is Status.WAITING
    reply = done.messages[-1]
    assert reply.author is Author.AGENT
    assert reply.id not in known
    assert plain(reply.body) == REPLY.text == shop.messages(id)[-1].content
    assert len(shop.ledger.all("reply")) == 1
    shop.content = "html"
    assert alike(REPLY.text, plain((await sellapp.get(str(id))).messages[-1].body))
    assert plain((await sellapp.get(str(id))).messages[-1].body) == REPLY.text


@pytest.mark.parametrize("form", ["accepts", "reopens", "refuses"])
async def test_a_reply_to_a_closed_ticket(
    shop: SellAppSandbox, sellapp: SellApp, form: str
) -> None:
    shop.closed_reply = form
    id = shop.customer_opens()
    shop.close(id)
    if form == "refuses":
        with pytest.raises(Rejected, match=r"^sellapp does not accept this \(422\): content: The"):
            await sellapp.perform(str(id), REPLY, 5)
        return
    done = await sellapp.perform(str(id), REPLY, 5)
    assert done is not None
    assert done.ticket.status is (Status.WAITING if form == "reopens" else Status.CLOSED)


async def test_close_reopen_archive(shop: SellAppSandbox, sellapp: SellApp, time: Time) -> None:
    id = shop.customer_opens()
    for act, status in ((CLOSE, Status.CLOSED), (REOPEN, Status.NEEDS_AGENT)):
        time.now += 1
        done = await sellapp.perform(str(id), act, 5)
        assert done is not None
        assert done.ticket.status is status
    assert await sellapp.settled(str(id), ARCHIVE, 0) is False
    time.now += 1
    done = await sellapp.perform(str(id), ARCHIVE, 5)
    assert done is not None
    assert done.ticket.raw_status == "OPEN, archived"
    assert done.ticket.barred == {"archive"}
    assert await sellapp.settled(str(id), ARCHIVE, 0) is True
    assert await sellapp.settled(str(id), Act(Kind.ACTION), 0) is None
    time.now += 1
    done = await sellapp.perform(str(id), REOPEN, 5)  # brings it back
    assert done is not None
    assert done.ticket.raw_status == "OPEN"
    assert len(set(shop.keys)) == len(shop.keys) == 4
    assert "" not in shop.keys
    await sellapp.perform(str(id), REOPEN, 5)
    assert len(shop.keys) == 4  # it was so already
    assert len(shop.ledger.all("customer_notified")) == 1


@pytest.mark.parametrize("phase", [Phase.COMMIT, Phase.ANSWER, Phase.HALF])
@pytest.mark.parametrize("act", [CLOSE, ARCHIVE])
async def test_a_change_whose_answer_is_lost_is_safe_to_repeat(
    shop: SellAppSandbox, sellapp: SellApp, phase: Phase, act: Act
) -> None:
    id = shop.customer_opens()
    before = {"data": {"id": id, "status": "OPEN", "updated_at": "2026-01-01T00:00:00Z"}}
    shop.faults.add(Fault("UpdateTicket", phase, Action.RESET))
    says(shop, "GetTicket", before)
    with pytest.raises(Unknown):
        await sellapp.perform(str(id), act, 5)
    says(shop, "GetTicket", before)  # a copy that has not heard of it yet
    assert await sellapp.perform(str(id), act, 5)
    assert len(set(shop.keys)) == 1  # the same step has the same key
    assert len(shop.ledger.all("change")) == 1


async def test_a_ticket_without_a_time_is_changed_without_a_key(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    id = shop.customer_opens()
    says(shop, "GetTicket", {"id": id, "status": "OPEN", "updated_at": None})
    await sellapp.perform(str(id), CLOSE, 5)
    assert shop.keys == [""]  # else closing it a second time would do nothing


async def test_a_repeat_that_is_still_under_way_is_not_a_refusal(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    id = shop.customer_opens()
    says(shop, "UpdateTicket", {"message": "busy"}, 409)
    with pytest.raises(Unknown, match="409"):
        await sellapp.perform(str(id), CLOSE, 5)


@pytest.mark.parametrize(
    ("version", "act", "words"),
    [
        ("v1", CLOSE, "v1, which cannot change"),
        ("v1", REOPEN, "v1, which cannot change"),
        ("v1", ARCHIVE, "v1, which cannot change"),
        ("v2", Act(Kind.STATUS, status=Status.SOLVED), "only open and closed"),
        ("v2", Act(Kind.STATUS), "does not offer this"),
        ("v2", Act(Kind.REPLY, "bye", Status.CLOSED), "does not offer this"),
        ("v2", Act(Kind.ACTION, fields={"name": "refund"}), r"does not offer this \(refund\)"),
        ("v2", Act(Kind.ACTION), "does not offer this"),
        ("v2", Act(Kind.ASSIGN, email="a@b"), "no assignees"),
        ("v2", Act(Kind.INTERNAL, "x"), "no notes"),
        ("v2", Act(Kind.PRIVATE, "x"), "no notes"),
        ("v2", Act(Kind.FOLLOW_UP, "x"), "no way to open"),
    ],
)
async def test_what_sellapp_does_not_offer_is_not_tried(
    shop: SellAppSandbox, make: Make, version: str, act: Act, words: str
) -> None:
    with pytest.raises(Unsupported, match=words):
        await make(api_version=version).perform(str(shop.customer_opens()), act, 5)
    assert not shop.calls


def test_what_is_not_offered_hides_its_button(make: Make) -> None:
    v1, v2 = make(api_version="v1").capabilities, make().capabilities
    assert (v1.statuses, v1.actions) == (frozenset(), ())
    assert v2.statuses == {Status.CLOSED, Status.NEEDS_AGENT}
    assert [action.name for action in v2.actions] == ["archive"]
    for can in (v1, v2):
        assert not any((can.reply_with_status, can.assign, can.follow_up, can.internal_notes))


async def test_a_reply_that_cannot_be_read_back_is_made_all_the_same(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    id = shop.customer_opens()
    says(shop, "GetTicket", "", 500)
    assert await sellapp.perform(str(id), REPLY, 5) is None
    assert len(shop.ledger.all("reply")) == 1


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
    shop: SellAppSandbox,
    sellapp: SellApp,
    phase: Phase,
    action: Action,
    kind: type[Failure],
    committed: int,
) -> None:
    id = shop.customer_opens()
    shop.faults.add(Fault("CreateMessage", phase, action, seconds=0.3))
    with pytest.raises(kind):
        await sellapp.perform(str(id), REPLY, 0.15)
    await asyncio.sleep(0.25 if action is Action.DELAY else 0)
    assert shop.calls["CreateMessage"] <= 1
    assert len(shop.ledger.all("reply")) == committed
    found = (await sellapp.get(str(id))).messages
    assert [plain(m.body) for m in found if m.author is Author.AGENT] == [REPLY.text] * committed


@pytest.mark.parametrize("answer", ["nonsense", "<html>Welcome</html>", "[]", '{"data": [1]}', ""])
async def test_a_reply_that_is_answered_with_nonsense_is_unknown(
    shop: SellAppSandbox, sellapp: SellApp, answer: str
) -> None:
    says(shop, "CreateMessage", answer, 200)
    with pytest.raises(Unknown, match="cannot be read"):
        await sellapp.perform(str(shop.customer_opens()), REPLY, 5)


@pytest.mark.parametrize("status", [301, 302, 307])
async def test_a_redirect_is_not_followed(
    shop: SellAppSandbox, sellapp: SellApp, status: int
) -> None:
    says(shop, "GetTicket", "", status, Location="https://elsewhere.example.com/")
    with pytest.raises(Rejected, match="redirect"):
        await sellapp.get("1")


async def test_a_huge_answer_is_not_read(shop: SellAppSandbox, sellapp: SellApp) -> None:
    says(shop, "GetTicket", '{"data": "' + "x" * 9 * 2**20 + '"}')
    with pytest.raises(Later):
        await sellapp.get("1")


@pytest.mark.parametrize(
    ("status", "answer", "kind", "words"),
    [
        (401, {"message": "Unauthenticated."}, Unauthorized, "API key.*: Unauthenticated"),
        (403, {"message": "No."}, Rejected, "abilities for tickets"),
        (403, "<html>Error 1020</html>", Unauthorized, "1020.*malformed or missing"),
        (404, {"message": "No query results"}, Rejected, "does not know this ticket"),
        (429, {}, Later, "asks for fewer calls"),
        (501, {}, Unsupported, "does not offer this"),
        (500, {"message": "Server Error"}, Later, "a fault of its own.*Server Error"),
        (522, "<html>cloudflare</html>", Later, r"a fault of its own \(522\)$"),
        (400, {"message": "Bad", "param": "page"}, Rejected, r"\(400\): page: Bad"),
        (422, {"message": "Invalid."}, Rejected, r"declined \(422\): Invalid"),
        (422, "oops", Rejected, r"declined \(422\): oops"),
        (422, {"errors": {"a": ["one.", "two."], "b": "x"}}, Rejected, "a: one. two.; b: x"),
        (422, {"errors": {"a": TOKEN + "x" * 999}}, Rejected, r"a: \*\*\*x+…$"),
        (418, {"error": "e", "error_description": "d"}, Rejected, ": e"),
    ],
)
async def test_every_refusal_is_a_clear_sentence(
    shop: SellAppSandbox,
    sellapp: SellApp,
    status: int,
    answer: object,
    kind: type[Failure],
    words: str,
) -> None:
    says(shop, "GetTicket", answer, status)
    with pytest.raises(kind, match=words) as raised:
        await sellapp.get("1")
    assert type(raised.value) is kind
    assert "<" not in raised.value.reason


async def test_a_text_that_the_firewall_takes_for_an_attack_does_not_blame_the_key(
    shop: SellAppSandbox, sellapp: SellApp
) -> None:
    says(shop, "CreateMessage", "<html>1020</html>", 403)
    with pytest.raises(Rejected, match="the text may look like an attack") as raised:
        await sellapp.perform(str(shop.customer_opens()), REPLY, 5)
    assert type(raised.value) is Rejected


@pytest.mark.parametrize(("form", "least"), [("seconds", 1.9), ("date", 0.5), ("", 1.9)])
async def test_too_many_calls_are_told_and_waited_for(
    shop: SellAppSandbox, make: Make, time: Time, form: str, least: float
) -> None:
    time.now = wall.time()
    shop.calls_per_second, shop.retry_after = 1, form
    shop.bulk(1)
    sellapp = make()
    shop.searches = False
    await sellapp.probe()
    with pytest.raises(Later, match=r"asks for fewer calls \(429\)") as limited:
        await sellapp.read(["30512"])
    assert least <= limited.value.seconds <= 3
    if form:
        with pytest.raises(Later, match="allows no further call"):
            await sellapp.perform("30512", REPLY, 0.05)


async def test_a_date_in_retry_after(shop: SellAppSandbox, sellapp: SellApp) -> None:
    later = formatdate(wall.time() + 30, usegmt=True)
    says(shop, "GetTicket", "{}", 429, **{"Retry-After": later})
    with pytest.raises(Later) as limited:
        await sellapp.get("1")
    assert 25 <= limited.value.seconds <= 31


async def test_a_key_revoked_in_mid_run(shop: SellAppSandbox, sellapp: SellApp) -> None:
    made = shop.bulk(150)
    page = await sellapp.list_active("")
    shop.revoke(TOKEN)
    with pytest.raises(Unauthorized):
        await sellapp.list_active(page.cursor)
    shop.allow(TOKEN)
    assert len((await sellapp.list_active(page.cursor)).tickets) == len(made)


async def test_the_probe_says_what_is_wrong(shop: SellAppSandbox, make: Make, time: Time) -> None:
    time.now = wall.time() - 600
    health = await make().probe()
    assert (health.ok, health.detail) == (True, "SellApp answers")
    assert health.skew == pytest.approx(-600, abs=3)
    assert (await make(f"Bearer {TOKEN}", store="").probe()).ok
    assert "(403)" in (await make(store="other").probe()).detail
    assert "(401)" in (await make("stranger-in-town").probe()).detail
    assert "1020" in (await make("a b").probe()).detail
    shop.allow("writer-key", frozenset({"tickets:write"}))
    assert "Invalid ability" in (await make("writer-key").probe()).detail
    await shop.stop()
    health = await make().probe()
    assert (health.ok, health.skew) == (False, None)
    assert health.detail == "sellapp could not be reached"


@pytest.mark.parametrize(
    ("more", "words"),
    [({"api_version": "v3"}, "use v2 or v1"), ({"store": "my shop\r\nX: y"}, "is no slug")],
)
def test_settings_that_cannot_be(make: Make, more: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(**more)


async def test_settings_of_another_marketplace(shop: SellAppSandbox) -> None:
    class Bare:
        name, provider, base_url, ticket_url = "a", "sellapp", shop.url, ""
        token, timeout_seconds, per_second = SecretStr("x"), 1.0, 1.0

    client = HttpClient("sellapp", shop.url, {})
    with pytest.raises(ValueError, match="lacks the settings"):
        SellApp("a", Bare(), client)
    await client.close()


# --- webhooks


def webhook(
    now: float, *, secret: str = SECRET, event: str = "ticket_message.created", **data: Any
) -> tuple[dict[str, str], bytes]:
    at = datetime.fromtimestamp(now, UTC).isoformat()
    message = {"ticket_id": 42, "author": "CUSTOMER", "content": "hi", "updated_at": at, **data}
    body = json.dumps({"event": event, "data": message, "store": 4201}).encode()
    digest = hmac.new(secret.encode(), body, "sha256").hexdigest()
    return {"X-Sellapp-Signature": digest}, body


def test_a_hint_names_the_ticket(sellapp: SellApp, time: Time) -> None:
    assert isinstance(sellapp, optional.Hinted)
    assert isinstance(sellapp, optional.Settles)
    headers, body = webhook(time.now)
    digest = headers["X-Sellapp-Signature"]
    for name in ("x-sellapp-hmac-sha256", "X-SIGNATURE", "X-Webhook-Signature"):
        assert sellapp.hint({name: digest}, body, time.now) == "42"
        assert sellapp.hint({name: f"sha256={digest.upper()}"}, body, time.now + 299) == "42"


@pytest.mark.parametrize(
    "about",
    [
        {"author": "STORE"},
        {"event": "order.created"},
        {"ticket_id": None},
        {"ticket_id": "../x"},
        {"ticket_id": [1]},
    ],
)
def test_a_hint_that_does_not_concern_us(
    sellapp: SellApp, time: Time, about: dict[str, Any]
) -> None:
    headers, body = webhook(time.now, **about)
    assert sellapp.hint(headers, body, time.now) == ""


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"\xff", b"[" * 100_000, b'{"data": 3}'])
def test_a_signed_hint_of_nonsense(sellapp: SellApp, body: bytes) -> None:
    digest = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
    assert sellapp.hint({"X-Signature": digest}, body, 0.0) == ""


def test_hints_that_are_not_genuine(make: Make, sellapp: SellApp, time: Time) -> None:
    now = time.now
    good, body = webhook(now)
    digest = good["X-Sellapp-Signature"]
    for sent in (
        {},
        {"X-Sellapp-Signature": ""},
        {"X-Sellapp-Signature": "é"},
        {"X-Sellapp-Signature": digest[:-1]},
        {"X-Other": digest},
        webhook(now, secret="another")[0],
    ):
        with pytest.raises(Unauthorized, match="does not hold"):
            sellapp.hint(sent, body, now)
    with pytest.raises(Unauthorized, match="does not hold"):
        sellapp.hint(good, body + b" ", now)
    named = make(webhook_header="X-My-Own")
    assert named.hint({"x-my-own": digest}, body, now) == "42"
    with pytest.raises(Unauthorized, match="does not hold"):
        named.hint(good, body, now)
    with pytest.raises(Unauthorized, match="no signing secret"):
        make(webhook_secret=SecretStr("")).hint(*webhook(now, secret=""), now)


def test_old_hints_are_refused(sellapp: SellApp, time: Time) -> None:
    now = time.now
    headers, body = webhook(now)
    for wrong in (now + 301, now - 301):
        with pytest.raises(Unauthorized, match="too old"):
            sellapp.hint(headers, body, wrong)
    with pytest.raises(Unauthorized, match="too old"):
        sellapp.hint({**headers, "X-Timestamp": str(int(now - 400))}, body, now)
    assert sellapp.hint({**headers, "X-Timestamp": str(int(now - 4))}, body, now) == "42"
    naked = webhook(now, updated_at=None)
    with pytest.raises(Unauthorized, match="does not say when"):
        sellapp.hint(*naked, now)
    assert sellapp.hint({**naked[0], "X-Sellapp-Timestamp": str(now)}, naked[1], now) == "42"
    with pytest.raises(Unauthorized):
        sellapp.hint({**naked[0], "X-Sellapp-Timestamp": "soon"}, naked[1], now)
    created = webhook(now, updated_at=None, created_at="2020-01-01 00:00:00")
    with pytest.raises(Unauthorized):
        sellapp.hint(*created, now)


async def test_the_sandbox_s_own_webhooks_are_understood(
    shop: SellAppSandbox, sellapp: SellApp, time: Time
) -> None:
    heard: list[str] = []

    async def receive(request: web.Request) -> web.Response:
        heard.append(sellapp.hint(request.headers, await request.read(), time.now))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hooks", receive)
    receiver = await serve(app)
    shop.hook(f"{receiver.url}/hooks", SECRET)
    id = shop.customer_opens()
    shop.hook_header, shop.hook_prefix, shop.hook_timestamp = (
        "X-Signature",
        "sha256=",
        "X-Timestamp",
    )
    shop.merchant_writes(id, "ours")
    await shop.hooks.idle()
    assert sorted(heard) == ["", str(id)]
    await receiver.stop()
