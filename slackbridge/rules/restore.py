"""The record of a ticket, restored from what stands in Slack. Pure.

Every post of ours carries its mark, and our reaction on an agent's message says how it ended. What
neither these nor the marketplace prove is never sent by itself: it is restored as a question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from slackbridge.domain.chat import words_effect
from slackbridge.domain.intent import Attempt, Intent, Receipt, State, conclude, doubt
from slackbridge.domain.model import Conversation, Kind, Message
from slackbridge.domain.record import Patch, StoredTicket, own
from slackbridge.domain.thread import Post, Said, Thread
from slackbridge.domain.view import REACTIONS
from slackbridge.domain.view import digest as digest_of
from slackbridge.rules import evidence, intake, receipt
from slackbridge.rules.evidence import Absent, Differs, Happened
from slackbridge.rules.intake import IntakeSettings, Verdict
from slackbridge.rules.next_post import posted
from slackbridge.text.document import digest

EARLIER_SECONDS = 300.0
ELSEWHERE = "="
LOST = (
    "The bridge lost its memory before this was sent, as far as I can tell: the ticket does not "
    "show it."
)
ALIKE = "the bridge lost its memory, and the ticket shows a similar message, but not quite this one"
BEFORE = "the bridge lost its memory, and the ticket shows the same text, but from earlier"
UNREAD = "the bridge lost its memory, and the ticket could not be read"
ORPHAN = (
    "the bridge lost its memory before this was settled. Look at the ticket whether it was done; "
    "if it was not, ask for it once more."
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What goes back into the record."""

    patch: Patch
    intents: tuple[Intent, ...]
    names: tuple[tuple[str, str], ...] = ()

    @property
    def asked(self) -> int:
        """How many intents a person must decide on."""
        return sum(i.state in (State.HELD, State.UNKNOWN) or i.unsure for i in self.intents)

    @property
    def messages(self) -> int:
        """How many of the marketplace's messages are known to be shown."""
        return len(self.patch.get("parts", {}))


def restore(
    thread: Thread,
    conversation: Conversation | None,
    rules: IntakeSettings,
    strangers: Collection[str],
    now: float,
) -> Restored:
    """The record of a thread. `conversation` is the ticket as the marketplace has it, None where
    it cannot be read or need not be; what `strangers` (users who may not act) wrote is mere talk.
    """
    parts = {**shown(thread).parts}
    spoken = [s for s in thread.said if s.heard.user not in strangers]
    intents = _Memory(thread, conversation, rules, now).intents(spoken, parts)
    parts |= {intent.message: own(intent) for intent in intents if intent.message}
    if conversation is not None:
        parts |= _not_again(parts, conversation.messages)
    ids = {intent.id for intent in intents}
    names = [(s.heard.client_msg_id, s.heard.ts) for s in spoken if s.heard.client_msg_id]
    return Restored(
        Patch(channel=thread.channel, root=thread.root, parts=parts, read_to=thread.newest),
        (*intents, *orphans(thread.posts, ids, now)),
        tuple((name, id) for name, id in names if id in ids),
    )


def shown(thread: Thread) -> StoredTicket:
    """What of a ticket stands in its thread; what stands twice counts once."""
    stored = StoredTicket(channel=thread.channel, root=thread.root)
    for post in once(thread.posts):
        stored = stored.patched(posted(post.mark.effect, post.ts, thread.channel, stored))
    return stored


def once(posts: Iterable[Post]) -> tuple[Post, ...]:
    """The posts, oldest first, each effect once."""
    found: dict[str, Post] = {}
    for post in sorted(posts, key=lambda p: float(p.ts)):
        found.setdefault(post.mark.effect, post)
    return tuple(found.values())


def orphans(posts: Iterable[Post], known: Collection[str], now: float) -> tuple[Intent, ...]:
    """Unsettled receipts of what no message in Slack holds, such as a modal's text.

    Their buttons would press nothing; the text that stands there is left to its author.
    """
    found = []
    for post in once(posts):
        id = post.mark.effect.removeprefix(words_effect(""))
        if not post.asks or post.mark.effect == id or id in known:
            continue
        found.append(
            Intent(
                id=id,
                kind=Kind.NOTE,
                agent="",
                created=float(post.ts),
                text=post.quote,
                state=State.CANCELLED,
                reason=ORPHAN,
                unsure=True,
                receipt=Receipt(ts=post.ts),
            )
        )
    return tuple(found)


def _not_again(parts: Collection[str], messages: Sequence[Message]) -> dict[str, str]:
    """What agents wrote before the last message shown was shown too, in whatever form: as their
    own thread message, edited or deleted since. Customers' messages are never left out."""
    places = [n for n, m in enumerate(messages) if m.id in parts]
    before = messages[: max(places, default=0)]
    return {m.id: ELSEWHERE for m in before if m.of_agent and m.id not in parts}


class _Memory:
    """How what agents wrote in one thread ended."""

    def __init__(
        self, thread: Thread, conversation: Conversation | None, rules: IntakeSettings, now: float
    ) -> None:
        self._thread = thread
        self._conversation = conversation
        self._rules = rules
        self._now = now
        self._words = {p.mark.effect: p for p in once(thread.posts)}
        self._taken: set[str] = set()

    def intents(self, said: Sequence[Said], parts: Collection[str]) -> tuple[Intent, ...]:
        """What is certain is matched first: an equal text is the echo of one that was sent."""
        if self._conversation is not None:
            messages = self._conversation.messages
            self._taken = {m.id for m in messages if m.id in parts}
        found: dict[str, Intent] = {}
        for one in sorted(said, key=lambda s: (not _certain(s), float(s.heard.ts))):
            if (intent := self._intent(one)) is not None:
                found[intent.id] = self._receipt(intent, one)
                self._taken |= {intent.message} - {""}
        return tuple(sorted(found.values(), key=lambda i: float(i.ts)))

    def _intent(self, said: Said) -> Intent | None:
        heard = said.heard
        at = float(heard.ts)
        verdict = intake.judge(heard, self._rules, at)
        text = verdict.text if verdict else heard.text.strip()
        held = Verdict(State.HELD, text, (verdict.why if verdict else "") or LOST)
        intent = intake.reply(heard, held, self._rules, at)
        intent = intent.but(digest=digest(text), due=0.0)
        if REACTIONS[State.SENT] in said.reactions:
            return conclude(intent, State.SENT, message=self._echo(intent))
        if REACTIONS[State.KEPT] in said.reactions:
            return conclude(intent, State.KEPT)
        if verdict is None or verdict.state is State.KEPT:
            return None
        if self._ended(said):
            return conclude(intent, State.CANCELLED, reason="it was decided not to")
        return self._undecided(intent)

    def _ended(self, said: Said) -> bool:
        """Whether its receipt says the end: no button, and no reaction stands for anything."""
        words = self._words.get(words_effect(said.heard.ts))
        return words is not None and not words.asks and not said.reactions

    def _echo(self, intent: Intent) -> str:
        """The message that a reply, certainly sent, became; '' if it does not show."""
        found = self._evidence(intent)
        if isinstance(found, Happened):
            return found.message
        if self._conversation is None or isinstance(found, Absent):
            return ""
        return evidence.surely_ours(intent, self._conversation, self._taken)

    def _evidence(self, intent: Intent) -> evidence.Evidence:
        if self._conversation is None:
            return Differs()
        return evidence.of_message(intent, self._conversation, self._taken)

    def _undecided(self, intent: Intent) -> Intent:
        match self._evidence(intent):
            case Happened(message) if self._timely(intent, message):
                return conclude(intent, State.SENT, message=message)
            case Happened():
                why = BEFORE
            case Differs():
                why = ALIKE if self._conversation else UNREAD
            case Absent():
                return intent
        attempt = Attempt(at=intent.created, deadline=self._now, baseline=tuple(self._taken))
        return doubt(intent.but(attempt=attempt), why)

    def _timely(self, intent: Intent, id: str) -> bool:
        """A message from before it was written is another's, whatever it says."""
        messages = self._conversation.messages if self._conversation else ()
        at = next(m.at.timestamp() for m in messages if m.id == id)
        return at > intent.created - EARLIER_SECONDS

    def _receipt(self, intent: Intent, said: Said) -> Intent:
        """What stands in Slack of it: reactions, and words that are edited if they must change."""
        words = self._words.get(words_effect(intent.id))
        wanted = receipt.reaction(intent, self._now)
        stands = sorted(said.reactions, key=lambda name: name != wanted)
        shown = Receipt(
            reaction=stands[0] if stands else "",
            reacting=stands[1] if len(stands) > 1 else "",
            ts=words.ts if words else "",
        )
        intent = intent.but(receipt=shown)
        item = receipt.words(intent, self._thread.key, self._now)
        if words is None or words.asks or item is None or not intent.state.settled:
            return intent
        return intent.but(receipt=shown.model_copy(update={"shown": digest_of(item)}))


def _certain(said: Said) -> bool:
    return REACTIONS[State.SENT] in said.reactions
