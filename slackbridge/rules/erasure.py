"""What is stored of a customer, and what of it may be deleted. Pure.

An active ticket is not deleted: the next poll would show it as a new thread, with its history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slackbridge.domain.model import Ticket, TicketKey

MOST = 20  # what `Provider.search` gives at most
OPEN = (
    "{key} is still {status}: the next poll would bring it back as a new thread. Solve or close "
    "it first, then forget it."
)
UNKNOWN = "{key}: whether it is still open cannot be told ({why}). Nothing of it was removed."
MANY = (
    "{account}: a search shows at most {most} tickets, and found as many. Name older ones by "
    "their KEY."
)
AFTERWARDS = (
    "The threads named above still stand in Slack, with the customer's words and files: delete "
    "them there. "
    "A `slackbridge rebuild`, or whoever writes or presses in one, would have them found again. "
    "Backups of Redis keep what they hold until they are replaced.",
    "The marketplaces still have the tickets; erasure there is between the customer and them. If "
    "the customer writes again, the ticket comes back as a new thread.",
)


@dataclass(frozen=True, slots=True)
class Held:
    """A ticket that was found. `ticket` is None if the marketplace has none of that id; `why`
    says why it could not be asked.
    """

    key: TicketKey
    ticket: Ticket | None = None
    why: str = ""
    fields: int = 0
    intents: int = 0
    channel: str = ""
    root: str = ""
    link: str = ""

    @property
    def refusal(self) -> str:
        """Why it must not be deleted; '' if it may."""
        if self.why:
            return UNKNOWN.format(key=self.key, why=self.why)
        if self.ticket is not None and self.ticket.status.active:
            return OPEN.format(key=self.key, status=f"open ({self.ticket.status})")
        return ""

    @property
    def thread(self) -> str:
        """A link to its thread, or channel and ts; '' if it has none."""
        return self.link or (f"{self.channel} {self.root}" if self.root else "")

    @property
    def line(self) -> str:
        """What is stored of it, in a line."""
        if not self.fields and not self.intents:
            return f"{self.key}: nothing is stored of it"
        where = f" (thread: {self.thread})" if self.root else ""
        return f"{self.key}: {self.fields} fields, {self.intents} intents{where}"


def outcome(removed: Sequence[Held], refused: Sequence[Held]) -> list[str]:
    """What was done and what remains, in words."""
    lines = [f"removed   {held.line}" for held in removed]
    lines += [f"kept      {held.refusal}" for held in refused]
    if any(held.root or held.ticket for held in removed):
        lines += [f"remains   in Slack: {held.thread}" for held in removed if held.root]
        lines += [f"remains   at the marketplace: {held.key}" for held in removed if held.ticket]
        lines += AFTERWARDS
    return lines
