"""The card: its facts, the actions it offers, the hint where an action is impossible."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbridge.domain.intent import Intent, State
from slackbridge.domain.model import Action, Capabilities, Kind, Person, Status, Ticket
from slackbridge.domain.record import StoredTicket
from slackbridge.rules.card import card, changes_at
from tests.values import AT, intent, ticket

REFURBED = Capabilities(
    statuses=frozenset({Status.WAITING, Status.SOLVED}),
    internal_notes=True,
    private_notes=True,
    assign=True,
    follow_up=True,
    why_not={"reopen": "It opens again when somebody writes."},
)
EVERYTHING = Capabilities(statuses=frozenset(Status))
NOTHING = Capabilities()


def shown(**fields: str) -> StoredTicket:
    return StoredTicket.of(fields)


@pytest.mark.parametrize(
    ("status", "can", "hint", "action"),
    [
        (Status.CLOSED, EVERYTHING, "*Reopen* it", "reply"),
        (Status.CLOSED, NOTHING, "Answer in this thread.", "reply"),
        (Status.CLOSED, replace(REFURBED, closed_is_final=True), "*Open a follow-up*", "follow_up"),
        (Status.CLOSED, replace(NOTHING, closed_is_final=True), "no answer can be sent", None),
        (Status.SOLVED, REFURBED, "Answer in this thread.", "reply"),
    ],
)
def test_a_customer_s_message_after_the_end_is_told_with_what_can_be_done(
    status: Status, can: Capabilities, hint: str, action: str | None
) -> None:
    quiet, told = (card(ticket(status), "x", can, shown(), (), 0.0, late) for late in (False, True))
    assert "The customer wrote after this ticket had ended" in told.hint
    assert hint in told.hint
    assert hint not in quiet.hint
    assert (action in told.actions) if action else told.actions == ()


@pytest.mark.parametrize(
    ("status", "can", "actions"),
    [
        (
            Status.NEEDS_AGENT,
            REFURBED,
            ("reply", "solve", "claim", "more", "pending", "internal", "private", "unclaim"),
        ),
        (
            Status.WAITING,
            REFURBED,
            ("reply", "solve", "claim", "more", "pending", "internal", "private", "unclaim"),
        ),
        (
            Status.SOLVED,
            REFURBED,
            ("reply", "claim", "more", "internal", "private", "unclaim"),
        ),
        (Status.CLOSED, REFURBED, ("follow_up",)),
        (
            Status.NEEDS_AGENT,
            EVERYTHING,
            ("reply", "solve", "close", "claim", "more", "pending", "unclaim"),
        ),
        (Status.SOLVED, EVERYTHING, ("reply", "claim", "more", "unclaim")),
        (Status.CLOSED, EVERYTHING, ("reopen",)),
        (Status.CLOSED, NOTHING, ()),
        (Status.NEEDS_AGENT, NOTHING, ("reply", "claim", "more", "unclaim")),
    ],
)
def test_only_what_is_possible_is_offered(
    status: Status, can: Capabilities, actions: tuple[str, ...]
) -> None:
    assert card(ticket(status), "x", can, shown(holder="U1"), (), 0.0).actions == actions
    free = card(ticket(status), "x", can, shown(), (), 0.0).actions
    rest = tuple(action for action in actions if action != "unclaim")
    assert free == (rest[:-1] if rest[-1:] == ("more",) else rest)


@pytest.mark.parametrize(
    ("status", "actions"),
    [
        (Status.NEEDS_AGENT, ("reply", "solve", "close", "claim", "details", "more", "pending")),
        (Status.SOLVED, ("reply", "claim", "details")),
        (Status.CLOSED, ("reopen", "details")),
    ],
)
def test_details_are_offered_where_orders_are_shown(
    status: Status, actions: tuple[str, ...]
) -> None:
    can = replace(EVERYTHING, orders=True)
    assert card(ticket(status), "x", can, shown(), (), 0.0).actions == actions


def test_what_only_this_marketplace_offers_stands_behind_more() -> None:
    form, refund = Action("close_form", "Close"), Action("refund", "Refund")
    reopen = Action("reopen_it", "Reopen", statuses=frozenset({Status.CLOSED}))
    can = Capabilities(actions=(form, refund, reopen), status_forms={Status.CLOSED: "close_form"})
    found = card(ticket(), "x", can, shown(), (), 0.0)
    assert found.actions == ("reply", "claim", "more", "refund")
    assert dict(found.labels)["refund"] == "Refund"
    assert card(ticket(Status.CLOSED), "x", can, shown(), (), 0.0).actions == ("more", "reopen_it")


@pytest.mark.parametrize(
    ("status", "can", "hint"),
    [
        (Status.CLOSED, REFURBED, "Closed for good"),
        (Status.SOLVED, REFURBED, "opens again"),
        (Status.SOLVED, EVERYTHING, ""),
        (Status.CLOSED, NOTHING, ""),
        (Status.WAITING, REFURBED, ""),
    ],
)
def test_the_hint_says_what_is_possible_instead(
    status: Status, can: Capabilities, hint: str
) -> None:
    found = card(ticket(status), "x", can, shown(), (), 0.0).hint
    assert hint in found
    assert bool(found) is bool(hint)


@pytest.mark.parametrize(
    ("status", "waits", "due"),
    [
        (Status.NEEDS_AGENT, True, True),
        (Status.WAITING, False, True),
        (Status.SOLVED, False, False),
        (Status.CLOSED, False, False),
    ],
)
def test_clocks_stop_with_the_ticket(status: Status, waits: bool, due: bool) -> None:
    it = card(
        ticket(status, waiting_since=AT, due_at=AT, takeover_at=AT), "x", REFURBED, shown(), (), 0.0
    )
    assert (it.waiting_since, it.due_at, it.takeover_at) == (
        AT if waits else None,
        AT if due else None,
        AT if due else None,
    )


DUE = AT.timestamp()


@pytest.mark.parametrize(
    ("now", "left", "changes"),
    [
        (DUE - 23.9 * 3600, "", DUE),
        (DUE - 0.001, "", DUE),
        (DUE, "overdue", None),
        (DUE + 9e6, "overdue", None),
    ],
)
def test_time_alone_changes_a_card_once(now: float, left: str, changes: float | None) -> None:
    for recheck in (0.0, 3600.0):
        late = ticket(due_at=AT, recheck=recheck)
        assert card(late, "x", REFURBED, shown(), (), now).left == left
        assert changes_at(late, now) == changes


@pytest.mark.parametrize("it", [ticket(), ticket(Status.CLOSED, due_at=AT)])
def test_without_a_deadline_time_changes_nothing(it: Ticket) -> None:
    for now in (0.0, DUE - 1, DUE + 1):
        assert card(it, "x", REFURBED, shown(), (), now).left == ""
        assert changes_at(it, now) is None


def test_the_card_says_what_the_ticket_says() -> None:
    it = card(
        ticket(customer=Person("", "a@b.example"), assignee=Person("", "bo@x.example")),
        "refurbed",
        REFURBED,
        shown(holder="U3"),
        (),
        0.0,
    )
    assert (it.customer, it.email, it.assignee) == ("a@b.example", "a@b.example", "bo@x.example")
    assert (it.holder, it.status, it.raw_status, it.provider) == (
        "U3",
        "needs agent",
        "NEEDS_AGENT",
        "refurbed",
    )


SOLVED = intent(State.SENT, id="1", kind=Kind.STATUS, status=Status.SOLVED, agent="U1")
ANSWERED = intent(State.SENT, id="2", agent="U2")


@pytest.mark.parametrize(
    ("status", "intents", "did"),
    [
        (Status.SOLVED, (ANSWERED, SOLVED), "Solved by <@U1>"),
        (Status.SOLVED, (SOLVED, ANSWERED), "Last answered by <@U2>"),
        (Status.NEEDS_AGENT, (ANSWERED, SOLVED), "Last answered by <@U2>"),
        (Status.SOLVED, (intent(State.SENT, status=Status.SOLVED),), "Solved by <@U1>"),
        (
            Status.WAITING,
            (SOLVED.but(status=Status.WAITING),),
            "Set to waiting for customer by <@U1>",
        ),
        (Status.SOLVED, (SOLVED.but(state=State.FAILED),), ""),
        (Status.SOLVED, (SOLVED.but(agent=""),), ""),
        (Status.SOLVED, (SOLVED.but(kind=Kind.ASSIGN, status=None),), ""),
        (Status.SOLVED, (), ""),
    ],
)
def test_who_did_it(status: Status, intents: tuple[Intent, ...], did: str) -> None:
    stored = [Intent.load(it.dump()) for it in intents]
    assert card(ticket(status), "x", REFURBED, shown(), stored, 0.0).did == did
