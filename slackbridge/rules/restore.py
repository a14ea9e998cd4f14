"""The record of a ticket, restored from its thread in Slack. Pure.

Every post of ours carries its mark, and our reaction on an agent's message shows its outcome. An
intent whose outcome neither these nor the marketplace prove is restored for a human to decide.

The settings of then are not known any more. A message that a bridge left without reaction and
receipt, although it worked on, was no message for the customer by whatever settings it had: it is
settled as talk, and is not judged again by those of today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from slackbridge.domain.chat import words_effect
from slackbridge.domain.intent import Attempt, Intent, Receipt, State, conclude, mark_unknown
from slackbridge.domain.model import Conversation, Kind, Message
from slackbridge.domain.record import Patch, StoredTicket, own
from slackbridge.domain.thread import Post, Said, Thread
from slackbridge.domain.view import NOT_CARRIED, REACTIONS
from slackbridge.domain.view import digest as digest_of
from slackbridge.rules import evidence, intake, receipt
from slackbridge.rules.evidence import Absent, Differs, Happened
from slackbridge.rules.intake import IntakeSettings, Verdict
from slackbridge.rules.next_post import posted
from slackbridge.text.clean import digest

ELSEWHERE = "="
CAUGHT_UP_SECONDS = 86_400.0  # by then a bridge that works has read every thread it missed
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
    """What is written into the record."""

    patch: Patch
    intents: tuple[Intent, ...]
    names: tuple[tuple[str, str], ...] = ()
    passed_over: int = 0  # messages settled as talk that today's settings would send

    @property
    def asked(self) -> int:
        """How many intents a person must decide on."""
        return sum(i.state in (State.HELD, State.UNKNOWN) or i.unsure for i in self.intents)

    @property
    def messages(self) -> int:
        """How many of the marketplace's messages Slack shows."""
        return len(self.patch.get("parts", {}))


def restore(
    thread: Thread,
    conversation: Conversation | None,
    settings: IntakeSettings,
    strangers: Collection[str],
    now: float,
    worked: float = 0.0,
) -> Restored:
    """The record of a thread. `conversation` is the ticket as the marketplace has it, None where
    it cannot be read or need not be. What `strangers` (users who may not act) wrote is talk, unless
    a bridge has put a reaction or a receipt to it. `worked` is when a bridge posted last, in
    whatever thread (Unix seconds).
    """
    parts = {**shown(thread).parts}
    restorer = _Restorer(thread, conversation, settings, strangers, now, worked)
    intents = restorer.intents(thread.said, parts)
    parts |= {intent.message: own(intent) for intent in intents if intent.message}
    if conversation is not None:
        parts |= _shown_elsewhere(parts, conversation.messages)
    ids = {intent.id for intent in intents}
    names = [(s.heard.client_msg_id, s.heard.ts) for s in thread.said if s.heard.client_msg_id]
    return Restored(
        Patch(channel=thread.channel, root=thread.root, parts=parts, read_to=thread.newest),
        (*intents, *orphans(thread.posts, ids, now)),
        tuple((name, id) for name, id in names if id in ids),
        restorer.passed_over,
    )


def shown(thread: Thread) -> StoredTicket:
    """The parts that the thread shows; of duplicates the oldest counts."""
    stored = StoredTicket(channel=thread.channel, root=thread.root)
    for post in _without_duplicates(thread.posts):
        stored = stored.patched(posted(post.mark.effect, post.ts, thread.channel, stored))
    return stored


def _without_duplicates(posts: Iterable[Post]) -> tuple[Post, ...]:
    """The oldest post of each effect, oldest first."""
    found: dict[str, Post] = {}
    for post in sorted(posts, key=lambda p: float(p.ts)):
        found.setdefault(post.mark.effect, post)
    return tuple(found.values())


def orphans(posts: Iterable[Post], known: Collection[str], now: float) -> tuple[Intent, ...]:
    """Intents for unsettled receipts whose text no message in Slack holds, such as a modal's.

    Each is cancelled: its buttons have no effect any more. The receipt keeps the text visible.
    """
    found = []
    for post in _without_duplicates(posts):
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


def _shown_elsewhere(parts: Collection[str], messages: Sequence[Message]) -> dict[str, str]:
    """Agents' messages from before the last one shown were shown too, in some other form: as their
    own thread message, edited or deleted since. Customers' messages are never left out.
    """
    places = [n for n, m in enumerate(messages) if m.id in parts]
    before = messages[: max(places, default=0)]
    return {m.id: ELSEWHERE for m in before if m.of_agent and m.id not in parts}


def _worked_here(thread: Thread) -> float:
    """When a bridge certainly worked on this thread last (Unix seconds, 0 = never)."""
    ours = [post.ts for post in thread.posts]
    heard = [said.heard.ts for said in thread.said if said.reactions]
    return max(map(float, (*ours, *heard)), default=0.0)


class _Restorer:
    """Restores the intents of one thread."""

    def __init__(
        self,
        thread: Thread,
        conversation: Conversation | None,
        settings: IntakeSettings,
        strangers: Collection[str],
        now: float,
        worked: float,
    ) -> None:
        self._thread = thread
        self._conversation = conversation
        self._settings = settings.of(thread.key.account)
        self._strangers = strangers
        self._now = now
        self._posts = {p.mark.effect: p for p in _without_duplicates(thread.posts)}
        self._taken: set[str] = set()
        self._decided = max(
            _worked_here(thread) - settings.fresh,  # a pass reads the thread before it posts there
            worked - CAUGHT_UP_SECONDS,
        )
        self.passed_over = 0

    def intents(self, said: Sequence[Said], parts: Collection[str]) -> tuple[Intent, ...]:
        """Sent ones are matched first, so that an equal text counts as their echo."""
        if self._conversation is not None:
            messages = self._conversation.messages
            self._taken = {m.id for m in messages if m.id in parts}
        found: dict[str, Intent] = {}
        sent = REACTIONS[State.SENT]
        for one in sorted(said, key=lambda s: (sent not in s.reactions, float(s.heard.ts))):
            intent = self._intent(one)
            found[intent.id] = intent if intent.is_tombstone else self._receipt(intent, one)
            self._taken |= {intent.message} - {""}
        return tuple(sorted(found.values(), key=lambda i: float(i.id)))

    def _intent(self, said: Said) -> Intent:
        heard = said.heard
        at = float(heard.ts)
        verdict = intake.classify(heard, self._settings, at)
        text = verdict.text if verdict else heard.text.strip()
        held = replace(verdict or Verdict(State.HELD, text), state=State.HELD)
        held = replace(held, why=held.why or LOST)
        intent = intake.reply(heard, held, self._settings, at)
        intent = intent.but(digest=digest(text), due=0.0)
        if REACTIONS[State.SENT] in said.reactions:
            return conclude(intent, State.SENT, message=self._echo(intent))
        if REACTIONS[State.KEPT] in said.reactions:
            return conclude(intent, State.KEPT)
        if self._cancelled(said):
            return conclude(intent, State.CANCELLED, reason="it was decided not to")
        if said.reactions == {NOT_CARRIED}:
            refused = intake.tombstone(heard, refused=True, why=intake.ONCE_REFUSED)
            return refused.but(receipt=Receipt(reaction=NOT_CARRIED))
        taken_up = bool(said.reactions) or words_effect(heard.ts) in self._posts
        reply = verdict is not None and verdict.state is not State.KEPT
        stranger = heard.user in self._strangers
        if not taken_up and (stranger or not reply):
            return intake.tombstone(heard, refused=stranger)
        undecided = self._undecided(intent)
        said_at = float(heard.edited or heard.ts)
        if taken_up or said_at >= self._decided or undecided.state is State.SENT:
            return undecided
        self.passed_over += 1
        return intake.tombstone(heard)

    def _cancelled(self, said: Said) -> bool:
        """Whether it has a receipt without buttons, and no reaction."""
        words = self._posts.get(words_effect(said.heard.ts))
        return words is not None and not words.asks and not said.reactions

    def _echo(self, intent: Intent) -> str:
        """The marketplace's message of a sent reply; '' if it is not shown."""
        found = self._evidence(intent)
        if isinstance(found, Happened):
            return found.message
        if self._conversation is None or isinstance(found, Absent):
            return ""
        return evidence.message_of_sent(intent, self._conversation, self._taken)

    def _evidence(self, intent: Intent) -> evidence.Evidence:
        if self._conversation is None:
            return Differs()
        return evidence.of_message(intent, self._conversation, self._taken)

    def _undecided(self, intent: Intent) -> Intent:
        match self._evidence(intent):
            case Happened(message) if self._written_after(intent, message):
                return conclude(intent, State.SENT, message=message)
            case Happened():
                why = BEFORE
            case Differs():
                why = ALIKE if self._conversation else UNREAD
            case Absent():
                return intent
        attempt = Attempt(at=intent.created, deadline=self._now, baseline=tuple(self._taken))
        return mark_unknown(intent.but(attempt=attempt), why)

    def _written_after(self, intent: Intent, id: str) -> bool:
        """Whether a message is not older than the agent's, within clock skew."""
        messages = self._conversation.messages if self._conversation else ()
        at = next(m.at.timestamp() for m in messages if m.id == id)
        return at > intent.created - evidence.CLOCK_SKEW_SECONDS

    def _receipt(self, intent: Intent, said: Said) -> Intent:
        """The intent with its receipt as Slack shows it; wrong words are edited later."""
        words = self._posts.get(words_effect(intent.id))
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
