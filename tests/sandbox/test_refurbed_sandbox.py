"""The local TicketService over HTTP: its answers, refusals, switches and faults."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from slackbridge.sandbox.faults import Action, Fault, Phase
from slackbridge.sandbox.refurbed.app import PREFIX, RefurbedSandbox
from slackbridge.sandbox.refurbed.records import Author
from slackbridge.sandbox.seeds import stories

HOUR = 3600.0
Json = dict[str, Any]


class Client:
    """Posts to one sandbox with its token, and keeps the last answer's headers."""

    def __init__(self, sandbox: RefurbedSandbox, session: aiohttp.ClientSession) -> None:
        self._sandbox = sandbox
        self.session = session
        self.headers: dict[str, str] = {}

    async def raw(self, method: str, body: Any, auth: str | None = "") -> tuple[int, Json]:
        header = f"Plain {self._sandbox.token}" if auth == "" else auth
        headers = {"Authorization": header} if header else {}
        url = self._sandbox.url + PREFIX + method
        async with self.session.post(url, json=body, headers=headers) as response:
            self.headers = dict(response.headers)
            return response.status, await response.json()

    async def __call__(self, method: str, **body: Any) -> Json:
        status, answer = await self.raw(method, body)
        assert status == 200, answer
        return answer

    async def refused(self, method: str, **body: Any) -> tuple[int, int]:
        status, answer = await self.raw(method, body)
        return status, answer["code"]

    async def ids(self, **body: Any) -> list[int]:
        answer = await self("ListTickets", **body)
        return [int(ticket["id"]) for ticket in answer.get("tickets", [])]


class FakeTime:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
async def sandbox(time: FakeTime) -> AsyncIterator[RefurbedSandbox]:
    sandbox = await RefurbedSandbox.start(clock=time, seed=False)
    sandbox.rate_per_second = 0
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def call(sandbox: RefurbedSandbox) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(sandbox, session)


def reply(html: str = "<p>Hello</p>", scope: str = "PUBLIC", **more: Any) -> Json:
    return {"message": {"body_html": html, **more}, "scope": scope}


# --- who may call -------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [None, "Bearer x", "Plain ", "Plain unknown"])
async def test_a_call_without_a_good_token_is_401(call: Client, header: str | None) -> None:
    status, answer = await call.raw("ListTickets", {}, auth=header)
    assert (status, answer["code"], answer["details"]) == (401, 16, [])


async def test_a_token_can_be_good_for_some_calls_only(
    sandbox: RefurbedSandbox, call: Client
) -> None:
    ticket_id = sandbox.customer_opens()
    sandbox.allow("reader", frozenset({"merchant.ticket:list", "merchant.ticket:view"}))
    status, _ = await call.raw("GetTicket", {"ticket_id": ticket_id}, auth="Plain reader")
    assert status == 200
    body = {"ticket_id": ticket_id, "status": "SOLVED"}
    status, answer = await call.raw("UpdateTicket", body, auth="Plain reader")
    assert (status, answer["code"]) == (403, 7)
    assert sandbox.ticket(ticket_id).status == "OPEN"


async def test_calls_over_the_rate_are_429_and_the_headers_say_when_to_come_back(
    sandbox: RefurbedSandbox, call: Client, time: FakeTime
) -> None:
    sandbox.rate_per_second = 3
    statuses = [(await call.raw("ListTickets", {}))[0] for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert call.headers["X-RateLimit-Limit"] == "3"
    assert call.headers["X-RateLimit-Remaining"] == "0"
    assert time.now <= int(call.headers["X-RateLimit-Reset"]) <= time.now + 1


async def test_methods_can_be_not_yet_offered(sandbox: RefurbedSandbox, call: Client) -> None:
    sandbox.unimplemented.add("GenerateReturnShippingLabel")
    assert await call.refused("GenerateReturnShippingLabel", ticket_id="1") == (501, 12)
    await call("ListTickets")
    sandbox.unimplemented = {"*"}
    assert await call.refused("ListTickets") == (501, 12)


# --- reading requests ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "body", "named"),
    [
        ("ListTickets", {"filter": {"updated_at": {}}}, "filter.updated_at"),
        ("ListTickets", {"filter": {"status": {"any_of": ["NEW"]}}}, "filter.status.any_of[0]"),
        ("ListTickets", {"sort": {"by": "ID"}}, "sort.by"),
        ("ListTickets", {"pagination": {"limit": 101}}, "pagination.limit"),
        ("ListTickets", {"pagination": {"limit": 0}}, "pagination.limit"),
        ("ListTickets", {"pagination": {"starting_after": "1", "ending_before": "2"}}, "exclude"),
        ("GetTicket", {}, "ticket_id"),
        ("GetTicket", {"ticket_id": "abc"}, "ticket_id"),
        ("GetTicket", {"ticket_id": True}, "ticket_id"),
        ("UpdateTicket", {"ticket_id": 4711, "status": "OPEN"}, "status"),
        ("UpdateTicket", {"ticket_id": 4711, "status": "CLOSED"}, "status"),
        ("UpdateTicket", {"ticket_id": 4711, "new_message": reply(scope="UNSPECIFIED")}, "scope"),
        ("UpdateTicket", {"ticket_id": 4711, "new_message": reply("")}, "body_html"),
        ("UpdateTicket", {"ticket_id": 4711, "unassign": True, "assignee_user_email": "x"}, "excl"),
        ("UpdateTicket", {"ticket_id": 4711, "assignee_user_email": "x@example.com"}, "x@example"),
        ("CreateTicket", {"topic": "x", "message": {"body_html": "x"}}, "order_item_identifier"),
        ("ListTickets", [], "object"),
    ],
)
async def test_a_request_that_cannot_be_read_is_400_and_names_the_fault(
    sandbox: RefurbedSandbox, call: Client, method: str, body: Any, named: str
) -> None:
    sandbox.customer_opens()
    status, answer = await call.raw(method, body)
    assert (status, answer["code"]) == (400, 3)
    assert named in answer["message"]
    assert not sandbox.ledger.all("reply", "assign")


async def test_bodies_that_are_not_json_and_other_paths(
    sandbox: RefurbedSandbox, call: Client
) -> None:
    url, headers = sandbox.url + PREFIX, {"Authorization": f"Plain {sandbox.token}"}
    for body in (b"", b"{", b"\xff"):
        async with call.session.post(url + "ListTickets", data=body, headers=headers) as response:
            assert response.status == 400
    assert await call.refused("DeleteTicket") == (404, 5)
    async with call.session.get(url + "ListTickets", headers=headers) as response:
        assert response.status == 501


async def test_ids_are_strings_out_and_strings_or_numbers_in(
    sandbox: RefurbedSandbox, call: Client
) -> None:
    ticket_id = sandbox.customer_opens()
    for body in ({"ticket_id": ticket_id}, {"ticket_id": str(ticket_id)}, {"ticketId": ticket_id}):
        answer = await call("GetTicket", **body)
        assert answer["ticket"]["id"] == str(ticket_id)
    assert await call.refused("GetTicket", ticket_id="99") == (404, 5)


async def test_zero_fields_are_left_out_or_not(sandbox: RefurbedSandbox, call: Client) -> None:
    assert await call("ListTickets") == {}
    sandbox.omit_defaults = False
    assert await call("ListTickets") == {"tickets": [], "has_more": False}


# --- lists --------------------------------------------------------------------------------------


async def test_pages_cover_every_ticket_once_in_either_order(
    sandbox: RefurbedSandbox, call: Client, time: FakeTime
) -> None:
    made = sandbox.bulk(5)  # created at the same time: only the id orders them
    time.now += 60
    made += sandbox.bulk(3)
    for order, expected in (("ASC", made), ("DESC", made[::-1])):
        seen: list[int] = []
        more = True
        while more:
            cursor = {"starting_after": str(seen[-1])} if seen else {}
            body = {"pagination": {"limit": 3, **cursor}, "sort": {"order": order}}
            answer = await call("ListTickets", **body)
            seen += [int(ticket["id"]) for ticket in answer["tickets"]]
            more = answer.get("has_more", False)
        assert seen == expected
    before = {"pagination": {"limit": 2, "ending_before": str(made[4])}}
    assert (await call("ListTickets", **before))["has_more"] is True
    assert await call.ids(**before) == made[2:4]


async def test_a_cursor_holds_its_place_after_its_ticket_left_the_filter(
    sandbox: RefurbedSandbox, call: Client
) -> None:
    first, second, third = sandbox.bulk(3)
    sandbox.solve(second)
    body: Json = {"filter": {"status": {"any_of": ["OPEN"]}}}
    assert await call.ids(**body, pagination={"starting_after": str(second)}) == [third]
    assert await call.ids(**body, pagination={"ending_before": str(second)}) == [first]


async def test_sorting_by_update_and_by_the_next_breach(
    sandbox: RefurbedSandbox, call: Client, time: FakeTime
) -> None:
    old, middle, new = (_later(sandbox, time) for _ in range(3))
    time.now += 60
    sandbox.merchant_writes(old, "<p>Answered</p>")
    assert await call.ids(sort={"by": "UPDATED_AT", "order": "DESC"}) == [old, new, middle]
    assert await call.ids(sort={"by": "NEXT_SLA_BREACH_AT"}) == [middle, new, old]


def _later(sandbox: RefurbedSandbox, time: FakeTime) -> int:
    time.now += 60
    return sandbox.customer_opens()


async def test_filters_combine_as_and(sandbox: RefurbedSandbox, call: Client) -> None:
    anna = sandbox.customer_opens(name="Anna Ähre", email="anna@example.com", country="AT")
    ben = sandbox.customer_opens(name="Ben", topic="delivery", buyback=True, order_id=4242)
    cleo = sandbox.customer_opens(name="Cleo", topic="delivery")
    sandbox.panic(cleo)
    sandbox.merchant_writes(ben, "<p>Answered</p>")
    sandbox.assign(sandbox.ticket(cleo), "ines.weber@example.com")
    await call(
        "CreateTicketHelpRequest", ticket_id=ben, topic="LEGAL", message={"body_html": "<p>?</p>"}
    )
    item = str(sandbox.ticket(anna).item.id)
    for wanted, expected in (
        ({"topic": {"any_of": ["delivery"]}, "status": {"none_of": ["PENDING"]}}, [cleo]),
        ({"ticket_id": {"any_of": [str(anna), ben]}}, [anna, ben]),
        ({"customer_name": {"contains": "äh"}}, [anna]),
        ({"customer_email": {"eq": "anna@example.com"}}, [anna]),
        ({"assignee_user_email": {"eq": "ines.weber@example.com"}}, [cleo]),
        ({"country": {"none_of": ["DE"]}}, [anna]),
        ({"urgency_status": {"any_of": ["PANIC"]}, "customer_panicked": {"value": True}}, [cleo]),
        ({"is_buyback": {"value": False}}, [anna, cleo]),
        ({"seller_action_needed": {"value": False}}, [ben]),
        ({"has_help_requests": {"value": True}}, [ben]),
        ({"buyback_order_id": {"any_of": ["4242"]}}, [ben]),
        ({"marketplace_order_id": {"any_of": ["4242"]}}, []),
        ({"marketplace_order_item_id": {"any_of": [item]}}, [anna]),
        ({"status": {"any_of": []}, "topic": {}}, [anna, ben, cleo]),
    ):
        assert await call.ids(filter=wanted) == expected, wanted


# --- the life of a ticket -----------------------------------------------------------------------


async def test_a_public_reply_sets_pending_and_the_customers_next_message_opens(
    sandbox: RefurbedSandbox, call: Client, time: FakeTime
) -> None:
    ticket_id = sandbox.customer_opens()
    ticket = (await call("GetTicket", ticket_id=ticket_id))["ticket"]
    assert ticket["seller_action_needed"] is True
    assert [point["checkpoint_type"] for point in ticket["sla_checkpoints"]] == [
        "AWAITING_REPLY_SINCE",
        "OVERDUE",
        "REFURBED_TAKEOVER",
    ]
    time.now += 0.25
    sandbox.update_sets_pending = False
    noted = await call("UpdateTicket", ticket_id=ticket_id, new_message=reply(scope="INTERNAL"))
    assert noted["ticket"]["status"] == "OPEN"
    answered = await call("UpdateTicket", ticket_id=ticket_id, new_message=reply("<p>Hi</p>"))
    assert answered["ticket"]["status"] == "PENDING"
    assert answered["ticket"]["updated_at"] == "2027-01-15T08:00:00.250Z"
    assert not {"seller_action_needed", "sla_checkpoints"} & answered["ticket"].keys()
    assert answered["messages"][-1]["message"]["author"]["type"] == "MERCHANT"
    sandbox.solve(ticket_id)
    sandbox.customer_writes(ticket_id, "<p>Not solved</p>")
    again = await call("GetTicket", ticket_id=ticket_id)
    assert again["ticket"]["status"] == "OPEN"
    numbers = [int(scoped["message"]["id"]) for scoped in again["messages"]]
    assert numbers == sorted(numbers)
    assert [entry.data["scope"] for entry in sandbox.ledger.all("reply")] == ["INTERNAL", "PUBLIC"]


async def test_one_update_does_several_things(sandbox: RefurbedSandbox, call: Client) -> None:
    ticket_id, email = sandbox.customer_opens(), "marc.leroy@example.com"
    answer = await call(
        "UpdateTicket",
        ticket_id=ticket_id,
        new_message=reply(),
        status="SOLVED",
        assignee_user_email=email,
        notes="done",
    )
    ticket = answer["ticket"]
    assert (ticket["status"], ticket["notes"]) == ("SOLVED", "done")
    assert ticket["assignee"] == {"email": email, "name": "Marc Leroy"}
    sandbox.update_sets_pending = False
    answer = await call("UpdateTicket", ticket_id=ticket_id, unassign=True)
    assert "assignee" not in answer["ticket"]
    assert answer["ticket"]["status"] == "SOLVED"
    sandbox.update_sets_pending = True
    answer = await call("UpdateTicket", ticket_id=ticket_id, assignee_user_email=email)
    assert answer["ticket"]["status"] == "PENDING"


async def test_time_solves_then_closes_and_closed_is_final(
    sandbox: RefurbedSandbox, call: Client
) -> None:
    ticket_id = sandbox.customer_opens()
    sandbox.merchant_writes(ticket_id, "<p>Answered</p>")
    sandbox.pass_time(7 * 24 - 1)
    assert sandbox.ticket(ticket_id).status == "PENDING"
    sandbox.pass_time(1)
    assert sandbox.ticket(ticket_id).status == "SOLVED"
    sandbox.pass_time(28 * 24)
    answer = await call("GetTicket", ticket_id=ticket_id)
    assert answer["ticket"]["status"] == "CLOSED"
    assert await call.refused("UpdateTicket", ticket_id=ticket_id, notes="x") == (400, 9)
    item = {"marketplace_order_item_id": str(sandbox.ticket(ticket_id).item.id)}
    first = {"body_html": "<p>Still there?</p>"}
    follow = await call(
        "CreateTicket",
        order_item_identifier=item,
        topic="battery",
        message=first,
        follow_up_to_ticket_id=ticket_id,
    )
    assert follow["ticket"]["follow_up_to_ticket_id"] == str(ticket_id)
    assert follow["ticket"]["status"] == "PENDING"
    refused = await call.refused(
        "CreateTicket",
        order_item_identifier=item,
        topic="battery",
        message=first,
        follow_up_to_ticket_id=follow["ticket"]["id"],
    )
    assert refused == (400, 9)


async def test_topic_change_label_and_help_request(sandbox: RefurbedSandbox, call: Client) -> None:
    ticket_id, text = sandbox.customer_opens(), {"body_html": "<p>Please</p>"}
    ask = {"ticket_id": ticket_id, "message": text}
    assert await call.refused("RequestTopicChange", **ask) == (400, 3)
    await call("RequestTopicChange", **ask, attachment_exemption_reason="OTHER")
    again = await call.refused("RequestTopicChange", **ask, attachment_exemption_reason="OTHER")
    assert again == (400, 9)
    assert await call("GenerateReturnShippingLabel", ticket_id=ticket_id) == {}
    label = (await call("GetTicket", ticket_id=ticket_id))["messages"][-1]["message"]
    assert label["author"]["type"] == "SYSTEM"
    async with call.session.get(label["attachments"][0]["url"]) as response:
        assert (await response.read()).startswith(b"%PDF")
    made = await call("CreateTicketHelpRequest", **ask, topic="TECHNICAL_ISSUES")
    number = made["help_request"]["id"]
    sandbox.answer_help_request(int(number), "<p>Replace it</p>")
    found = await call("GetTicketHelpRequest", ticket_id=ticket_id, help_request_id=number)
    assert found["help_request"]["status"] == "PENDING"
    assert [message["author"]["type"] for message in found["messages"]] == ["MERCHANT", "REFURBED"]
    more = {"ticket_id": ticket_id, "help_request_id": number, "new_message": text}
    assert (await call("UpdateTicketHelpRequest", **more))["help_request"]["status"] == "OPEN"
    sandbox.answer_help_request(int(number), status="CLOSED")
    assert await call.refused("UpdateTicketHelpRequest", **more) == (400, 9)
    listed = await call("ListTicketHelpRequests", ticket_id=ticket_id)
    assert [row["id"] for row in listed["help_requests"]] == [number]


async def test_html_is_sanitised_and_can_be_rewritten(
    sandbox: RefurbedSandbox, call: Client
) -> None:
    ticket_id = sandbox.customer_opens()
    html = (
        '<p onclick="x()">A&nbsp;&amp;\n  <b>b</b><script>alert(1)</script>'
        '<a href="javascript:x">c</a> <a href="https://example.com/?a=1&amp;b=2">d</a></p><h1>&lt;e'
    )
    answer = await call("UpdateTicket", ticket_id=ticket_id, new_message=reply(html))
    assert answer["messages"][-1]["message"]["body_html"] == (
        "<p>A&nbsp;&amp;\n  <b>b</b><a>c</a>"
        ' <a href="https://example.com/?a=1&amp;b=2">d</a></p>&lt;e'
    )
    sandbox.rewrite_html = True
    answer = await call("UpdateTicket", ticket_id=ticket_id, new_message=reply(html))
    assert answer["messages"][-1]["message"]["body_html"].startswith(
        "<div>A &amp; <strong>b</strong>"
    )
    texts = [entry.data["text"] for entry in sandbox.ledger.all("reply")]
    assert texts[0].split() == texts[1].split()


async def test_an_uploaded_file_becomes_a_public_link(
    sandbox: RefurbedSandbox, call: Client
) -> None:
    ticket_id = sandbox.customer_opens()
    file = {"filename": "../ä b.txt", "data": base64.b64encode(b"\x00\xff").decode()}
    answer = await call("UpdateTicket", ticket_id=ticket_id, new_message=reply(attachments=[file]))
    link = answer["messages"][-1]["message"]["attachments"][0]
    assert (link["filename"], link["content_type"]) == ("ä b.txt", "text/plain")
    async with call.session.get(link["url"]) as response:
        assert await response.read() == b"\x00\xff"


async def test_values_no_client_has_heard_of(sandbox: RefurbedSandbox, call: Client) -> None:
    ticket_id = sandbox.customer_opens()
    sandbox.someone_writes(ticket_id, Author("COURIER", "Bo"), "<p>At the door</p>", "PARTNERS")
    sandbox.force_status(ticket_id, "ESCALATED")
    answer = await call("GetTicket", ticket_id=ticket_id)
    last = answer["messages"][-1]
    assert answer["ticket"]["status"] == "ESCALATED"
    assert (last["scope"], last["message"]["author"]["type"]) == ("PARTNERS", "COURIER")


# --- faults, seeds, the control API -------------------------------------------------------------


async def test_a_line_cut_after_the_commit_leaves_the_reply_there(
    sandbox: RefurbedSandbox, call: Client
) -> None:
    ticket_id = sandbox.customer_opens()
    sandbox.faults.add(Fault("UpdateTicket", Phase.ANSWER, Action.RESET))
    with pytest.raises(aiohttp.ClientError):
        await call("UpdateTicket", ticket_id=ticket_id, new_message=reply("<p>Once</p>"))
    messages = (await call("GetTicket", ticket_id=ticket_id))["messages"]
    assert [row["message"]["body_html"] for row in messages][1:] == ["<p>Once</p>"]
    assert sandbox.faults.seen == ["UpdateTicket", "GetTicket"]
    assert sandbox.calls == {"UpdateTicket": 1, "GetTicket": 1}


async def test_the_seeds_are_a_plausible_past(time: FakeTime) -> None:
    sandbox = await RefurbedSandbox.start(clock=time)
    try:
        tickets = list(sandbox.tickets.values())
        before = [ticket.status for ticket in tickets]
        sandbox.age()
        assert [ticket.status for ticket in tickets] == before  # none has reached its age limit
        assert set(before) == {"OPEN", "PENDING", "SOLVED", "CLOSED"}
        assert len(tickets) == len(stories("refurbed")) >= 35
        assert sum(time.now - ticket.updated_at < 24 * HOUR for ticket in tickets) >= 10
        messages = sorted(
            (message for ticket in tickets for message in ticket.messages),
            key=lambda message: message.id,
        )
        assert [message.at for message in messages] == sorted(m.at for m in messages)
        assert all(
            ticket.item.customer_email.endswith(("@example.com", "@example.org"))
            for ticket in tickets
        )
    finally:
        await sandbox.stop()


async def test_the_drivers_verbs_over_http(sandbox: RefurbedSandbox, call: Client) -> None:
    async def post(verb: str, **body: Any) -> tuple[int, Any]:
        async with call.session.post(f"{sandbox.url}/sandbox/{verb}", json=body) as response:
            return response.status, await response.json()

    file = {"filename": "a.txt", "data": base64.b64encode(b"hi").decode()}
    status, answer = await post("customer_opens", name="Zoë", html="<p>Hi</p>", attachments=[file])
    ticket_id = answer["result"]
    assert (status, sandbox.ticket(ticket_id).item.customer_name) == (200, "Zoë")
    assert (await post("customer_writes", id=ticket_id))[0] == 400
    assert (await post("close", ticket_id=99))[0] == 404
    assert (await post("switch", rewrite_html=True, unimplemented=["*"]))[0] == 200
    assert sandbox.rewrite_html
    assert sandbox.unimplemented == {"*"}
    assert (await post("switch", rewrite_html="no"))[0] == 400
    assert (await post("fault", operation="*", phase="arrival", action="kill", pid=1))[0] == 400
    async with call.session.post(f"{sandbox.url}/sandbox/bulk", data='{"n":1}') as response:
        assert response.status == 400  # a page of any origin could send it without a CORS preflight
    async with call.session.get(f"{sandbox.url}/sandbox/ledger") as response:
        acts = [entry["act"] for entry in await response.json()]
    assert acts == ["ticket_opened", "customer_message"]
