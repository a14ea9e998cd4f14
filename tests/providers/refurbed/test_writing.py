"""refurbed's adapter: looking up, replies, notes and changes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from slackbridge.domain.errors import Rejected, Unsupported
from slackbridge.domain.files import File
from slackbridge.domain.model import Act, Author, Kind, Query, Scope, Status
from slackbridge.providers.refurbed.actions import change_of
from slackbridge.providers.refurbed.provider import Refurbed
from slackbridge.sandbox.ledger import Entry
from slackbridge.sandbox.refurbed.app import RefurbedSandbox
from slackbridge.text.document import plain
from tests.providers.common import Time, numbers, says
from tests.providers.refurbed.conftest import REPLY


async def test_search(shop: RefurbedSandbox, refurbed: Refurbed, time: Time) -> None:
    made = []
    for number in range(30):
        time.now += 1
        made.append(shop.customer_opens(email="often@example.com", order_id=700 + number % 2))
    back = shop.customer_opens(buyback=True, order_id=900, email="rare@example.com")
    assert numbers(await refurbed.search(Query(id=str(made[4])))) == [made[4]]
    assert numbers(await refurbed.search(Query(order="700"))) == made[-2::-2]
    (found,) = await refurbed.search(Query(order="900"))
    assert (numbers((found,)), found.type) == ([back], "buyback")
    assert numbers(await refurbed.search(Query(email=" often@example.com "))) == made[:9:-1]
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
    made = await refurbed.perform(str(old), Act(Kind.FOLLOW_UP, "a < b"), 5)
    (new,) = await refurbed.follow_ups(str(old))
    assert made is not None
    assert made.ticket == new
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


PICTURE = File("Zoë's lot.png", "image/png", bytes(range(256)) * 4)


@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.INTERNAL])
async def test_files_go_with_the_text_in_one_call(
    shop: RefurbedSandbox, refurbed: Refurbed, kind: Kind
) -> None:
    id = shop.customer_opens()
    note = File("b.txt", "text/plain", b"x")
    done = await refurbed.perform(str(id), Act(kind, "See here", files=(PICTURE, note)), 5)
    assert done is not None
    assert [file.name for file in done.messages[-1].attachments] == [PICTURE.name, note.name]
    kept = shop.files.get("000001")
    assert kept is not None
    assert kept[1] == PICTURE.data
    assert shop.calls["UpdateTicket"] == 1


async def test_the_largest_files_fit_into_a_message_of_grpc(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    limits = refurbed.capabilities.files
    assert limits is not None
    assert limits.max_bytes <= limits.max_total
    text = "<" * refurbed.capabilities.reply_limit
    act = Act(Kind.REPLY, text, files=(File("a.bin", "", bytes(limits.max_total)),))
    assert len(json.dumps(change_of(act))) < 4 * 2**20
    id = shop.customer_opens()
    assert await refurbed.perform(str(id), act, 5) is not None


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


SILENT = (
    Act(Kind.INTERNAL, "check him"),
    Act(Kind.PRIVATE, "look twice"),
    Act(Kind.ASSIGN, email="tom.okafor@example.com"),
    Act(Kind.ASSIGN),
)


@pytest.mark.parametrize("act", SILENT, ids=lambda act: f"{act.kind}{act.email[:1]}")
@pytest.mark.parametrize("status", ["SOLVED", "PENDING", "OPEN"])
async def test_what_the_customer_does_not_see_leaves_the_status_as_it_is(
    shop: RefurbedSandbox, refurbed: Refurbed, act: Act, status: str
) -> None:
    id = shop.customer_opens()
    shop.force_status(id, status)
    done = await refurbed.perform(str(id), act, 5)
    assert done is not None
    # OPEN cannot be submitted; the answer shows what refurbed made of it.
    kept = "PENDING" if status == "OPEN" else status
    assert done.ticket.raw_status == shop.ticket(id).status == kept
    shop.update_sets_pending = False
    shop.force_status(id, status)
    await refurbed.perform(str(id), replace(act, text=f"{act.text}, and again"), 5)
    assert shop.ticket(id).status == status


async def test_a_status_on_its_way_with_a_note_is_set(
    shop: RefurbedSandbox, refurbed: Refurbed
) -> None:
    id = shop.customer_opens()
    await refurbed.perform(str(id), Act(Kind.INTERNAL, "done", Status.SOLVED), 5)
    assert shop.ticket(id).status == "SOLVED"
    assert shop.calls == {"UpdateTicket": 1}


@pytest.mark.parametrize("act", SILENT, ids=lambda act: f"{act.kind}{act.email[:1]}")
@pytest.mark.parametrize("whole", [True, False])
async def test_a_customer_who_writes_while_a_note_is_made_is_not_solved_away(
    shop: RefurbedSandbox, refurbed: Refurbed, act: Act, whole: bool
) -> None:
    id = shop.customer_opens()
    shop.solve(id)

    def between(entry: Entry) -> None:
        if entry.act in ("reply", "notes", "assign") and len(shop.messages(id)) < 3:
            shop.customer_writes(id, "<p>It is broken again!</p>")
            if not whole:
                says(shop, "UpdateTicket", {}, 500)

    shop.ledger.watch(between)
    done = await refurbed.perform(str(id), act, 5)
    assert done is not None
    assert "It is broken again!" in [plain(message.body) for message in done.messages]
    assert done.ticket.raw_status == shop.ticket(id).status == ("PENDING" if whole else "SOLVED")


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
        (Act(Kind.NOTICE), "does not offer this"),
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
