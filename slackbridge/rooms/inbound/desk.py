"""The front desk: stores what agents ask for before Slack is answered. Calls no marketplace.

Each method is one atomic, idempotent act on the ticket's record: Slack repeats what was not
answered, and a repeated gesture finds what it stored before. Methods return what is to be told to
the person alone ('' = nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import structlog

from slackbridge.domain.account import not_carried
from slackbridge.domain.chat import Heard
from slackbridge.domain.errors import Code, Later
from slackbridge.domain.intent import Intent, Press, State, after_deletion, after_press
from slackbridge.domain.model import Action, Kind, Status, TicketKey
from slackbridge.domain.record import Change, Patch, StoredTicket
from slackbridge.ports.chat import May
from slackbridge.ports.store import Store
from slackbridge.rooms.inbound.holders import TicketHolders
from slackbridge.rooms.inbound.readings import ThreadReadings
from slackbridge.rules import intake
from slackbridge.rules.intake import IntakeSettings
from slackbridge.rules.notice import notice

log = structlog.get_logger(__name__)
Update = Callable[[Intent], Intent | None]
Names = tuple[tuple[str, str], ...]
RACES = 8
TOUCH_SECONDS = 60.0
UNCERTAIN = "Slack does not tell me just now who you are; try again in a moment."


class InboundDesk:
    """Stores intents. `wake` tells the lanes of this process that something is due.

    `accounts` are those that have a lane (None = all): of others nothing new is stored.
    """

    def __init__(
        self,
        store: Store,
        may: May,
        rules: IntakeSettings,
        wake: Callable[[], None],
        accounts: Collection[str] | None = None,
    ) -> None:
        self._store = store
        self._may = may
        self._accounts = accounts
        self._rules = rules
        self.wake = wake
        self.holders = TicketHolders(store, self.refused, self._write)
        self.readings = ThreadReadings(store, self.said, self.edited, self._update)
        self._touched: dict[TicketKey, float] = {}

    def understand_since(self, at: float) -> None:
        """Until then (Unix seconds) messages were understood by other settings."""
        self._rules = replace(self._rules, since=at)

    # -- thread messages -----------------------------------------------------------------------

    async def said(self, key: TicketKey, heard: Heard) -> str:
        """A person wrote in a ticket's thread."""
        now = self._store.now()
        rules = self._rules.of(key.account)
        verdict = intake.classify(heard, rules, now)
        names = ((heard.client_msg_id, heard.ts),) if heard.client_msg_id else ()
        if verdict is None or (verdict.state is State.KEPT and not heard.text):
            await self._settle(key, intake.tombstone(heard), names if heard.edited else ())
            return ""
        if why := await self._unheard(key, heard):
            told = "" if verdict.state is State.KEPT else why
            mark = "" if self._uncarried(key) else told
            await self._settle(key, intake.tombstone(heard, refused=True, why=mark))
            return told
        intent = intake.reply(heard, verdict, rules, now)
        await self._write(key, Change(swaps=((None, intent),), names=names, due=now))
        await self._touch(key, now)
        return ""

    async def edited(self, key: TicketKey, heard: Heard) -> str:
        """A person edited their message.

        A message that was never heard counts as said now. The edit is applied all the same: the
        message's own event may have been stored in between.
        """
        now = self._store.now()
        known = await self._store.intent(key, heard.ts)
        if known is None and (why := await self.said(key, heard)):
            return why

        def after_edit(intent: Intent) -> Intent | None:
            return intake.after_edit(intent, heard, self._rules.of(key.account), now)

        talk = known is not None and known.is_tombstone
        after = after_edit(known) if known and talk else None
        speaks = after is not None and not after.is_tombstone
        if speaks and (why := await self._unheard(key, heard)):
            mark = "" if self._uncarried(key) else why
            await self._update(key, heard.ts, lambda intent: intake.refuse(intent, heard, mark))
            return why
        changed = await self._update(key, heard.ts, after_edit)
        return self._uncarried(key) if changed and not talk else ""

    async def deleted(self, key: TicketKey, ts: str, user: str, channel: str) -> str:
        """A person deleted their message; if its event comes later, it must not be sent."""
        gone = Intent(
            id=ts,
            kind=Kind.NOTE,
            agent=user,
            created=float(ts),
            channel=channel,
            state=State.CANCELLED,
            reason="deleted",
        )
        if self._uncarried(key) or not await self._write(key, Change(swaps=((None, gone),))):
            await self._update(key, ts, after_deletion)
        return ""

    # -- buttons and modals --------------------------------------------------------------------

    async def pressed(self, key: TicketKey, id: str, press: Press, user: str, at: str = "") -> str:
        """A button under a receipt; `at` is the message's ts where no thread tells the ticket."""
        intent = await self._store.intent(key, id)
        if intent and at and intent.receipt.ts not in ("", at):
            return "This button does not belong to what it names."
        money = bool(intent and intent.money and press.sends)
        if why := await self.refused(user, money=money):  # the lane checks only the author's
            return why
        now = self._store.now()
        done = await self._update(key, id, lambda intent: after_press(intent, press, now, user))
        return "" if done else "That was decided already; the thread shows how."

    async def status(self, key: TicketKey, user: str, status: Status) -> str:
        """A status button; one intent per card as it was drawn, however often it is pressed."""
        if why := await self._refused(user):
            return why
        record = await self._store.load(key)
        now = self._store.now()
        intent = Intent(
            id=f"{status.name.lower()}@{_drawn(record.stored)}",
            kind=Kind.STATUS,
            agent=user,
            created=now,
            status=status,
        )
        under_way = any(
            i.kind is Kind.STATUS and i.status is status and i.state.open for i in record.intents
        )
        if not under_way and (await self._ask(key, intent) or await self._redo(key, intent)):
            return ""
        return "That is on its way already."

    async def _ask(self, key: TicketKey, intent: Intent, put: Patch | None = None) -> bool:
        """Store an intent that a button or a modal made; its id makes it act once."""
        change = Change(swaps=((None, intent),), put=put or Patch(), due=self._store.now())
        return await self._write(key, change)

    async def _redo(self, key: TicketKey, intent: Intent) -> bool:
        """Ask for the same again if the last time had no effect."""
        return await self._update(
            key,
            intent.id,
            lambda old: intent.but(receipt=old.receipt) if _in_vain(old) else None,
        )

    async def submit(
        self, key: TicketKey, user: str, view: str, kind: Kind, text: str, status: Status | None
    ) -> str:
        """The Reply modal was submitted; submitted again, it is the same intent."""
        if why := await self._refused(user):
            return why
        record = await self._store.load(key)
        writing = record.stored.writing
        now = self._store.now()
        undo = self._rules.undo if kind in (Kind.REPLY, Kind.FOLLOW_UP) else 0.0
        intent = Intent(
            id=f"v:{view}",
            kind=kind,
            agent=user,
            created=now,
            text=text,
            status=status,
            due=now + undo,
            undoable=undo > 0,
        )
        put = Patch(writing=None) if writing and writing.user == user else Patch()
        await self._ask(key, intent, put)
        return ""

    async def act(
        self, key: TicketKey, user: str, view: str, action: Action, values: Mapping[str, str]
    ) -> str:
        """The form of a marketplace's own action was submitted (for money, its second step)."""
        if why := await self._refused(user, money=action.money):
            return why
        log.info(
            "action.requested", ticket=str(key), action=action.name, by=user, money=action.money
        )
        written = (values.get(field.name, "") for field in action.fields if field.multiline)
        intent = Intent(
            id=f"v:{view}",
            kind=Kind.ACTION,
            agent=user,
            created=self._store.now(),
            text="\n\n".join(filter(None, written)),
            action=action.name,
            fields=dict(values),
            label=action.chosen(values),
            money=action.money,
        )
        await self._ask(key, intent)
        return ""

    async def _unheard(self, key: TicketKey, heard: Heard) -> str:
        """Why a message is not taken in: nobody carries its account, or its author may not act."""
        return self._uncarried(key) or await self._refused(heard.user)

    def _uncarried(self, key: TicketKey) -> str:
        """What is said of a ticket whose account has no lane; '' if it has one."""
        known = self._accounts is None or key.account in self._accounts
        return "" if known else not_carried(key.account)

    async def refused(self, user: str, *, money: bool = False) -> str:
        """Why somebody may not act, or see; '' only if it is certain that they may."""
        return await self._asked(user, money=money, unsure=UNCERTAIN)

    async def _refused(self, user: str, *, money: bool = False) -> str:
        """While Slack is away everybody may: the lane asks again before it sends anything."""
        return await self._asked(user, money=money, unsure="")

    async def _asked(self, user: str, *, money: bool, unsure: str) -> str:
        try:
            return await self._may(user, money)
        except Later:
            log.warning("permission.unknown", user=user)
            return unsure

    async def show_all(self, account: str, user: str) -> str:
        """Make threads of the tickets that the first start left out."""
        if why := await self.refused(user):
            return why
        now = self._store.now()
        ids = await self._store.active(account)
        await self._store.make_due(account, dict.fromkeys(ids, now), {})
        self.wake()
        return f"{len(ids)} active tickets of {account} get their threads now."

    # -- the bridge itself ---------------------------------------------------------------------

    async def announce(
        self, account: str, id: str, text: str, button: str = "", label: str = ""
    ) -> None:
        """The bridge has to say something of an account, once per id."""
        now = self._store.now()
        told = notice(id, text, now, {"button": button, "label": label} if button else {})
        await self._write(TicketKey.of_account(account), Change(swaps=((None, told),), due=now))

    def now(self) -> float:
        """Unix seconds by the store's clock."""
        return self._store.now()

    async def hinted(self, key: TicketKey) -> None:
        """A marketplace says that this ticket changed: read it at once."""
        now = self._store.now()
        await self._write(key, Change(put=Patch(unread_at=now), due=now))

    async def look_again(self, key: TicketKey) -> None:
        """Something may have been missed in this thread: read it."""
        if self._uncarried(key):
            return
        now = self._store.now()
        await self._write(key, Change(put=Patch(missed_at=now), due=now))

    # -- how it is stored ----------------------------------------------------------------------

    async def _write(self, key: TicketKey, change: Change) -> bool:
        done = await self._store.write(key, change)
        if done and change.due is not None:
            self.wake()
        return done

    async def _settle(self, key: TicketKey, intent: Intent, names: Names = ()) -> None:
        """Remember a decision that leaves nothing to do, but perhaps a mark on the message."""
        due = self._store.now() if intent.reacts_at else None
        await self._write(key, Change(swaps=((None, intent),), names=names, due=due))

    async def _update(self, key: TicketKey, id: str, update: Update) -> bool:
        """Apply a pure change to a stored intent; retried if it was changed at the same time."""
        for _ in range(RACES):
            before = await self._store.intent(key, id)
            after = update(before) if before else None
            if before is None or after is None:
                return False
            idle = after.is_tombstone and after.reacts_at == before.reacts_at
            due = None if idle else self._store.now()
            if await self._write(key, Change(swaps=((before, after),), due=due)):
                return True
        raise Later("the ticket is very busy", 1.0, code=Code.BUSY)

    async def _touch(self, key: TicketKey, now: float) -> None:
        if now - self._touched.get(key, 0.0) > TOUCH_SECONDS:
            if len(self._touched) > 10_000:
                self._touched.clear()
            await self._store.touch(key, now)
            self._touched[key] = now


def _drawn(stored: StoredTicket) -> str:
    """Which drawing of the card a button was pressed on; '' = never drawn."""
    return f"{stored.card_at:.3f}" if stored.card_at else ""


def _in_vain(intent: Intent) -> bool:
    """Whether it was not done, or done without the effect that was asked for."""
    if intent.state is State.SENT:
        return bool(intent.reason)
    return intent.state in (State.FAILED, State.CANCELLED, State.HELD)
