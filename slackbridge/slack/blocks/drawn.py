"""A drawn message, and its plainer forms for a Slack that refuses the first one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from slackbridge.domain.view import Form
from slackbridge.slack.blocks import block_kit
from slackbridge.slack.blocks.block_kit import LIMIT, Block, cost
from slackbridge.slack.blocks.mrkdwn import cut, escape
from slackbridge.text.chunk import EMPTY_LINES, cuts

TEXT_LIMIT = 3_900  # chat.update refuses a `text` of more than 4,000 characters
POST_LIMIT = 39_000  # chat.postMessage drops what is past 40,000
SECTION = 2_900
SPOKEN = 1_000
PLAIN = "_Shown without formatting, as Slack refused it._"
TEXT = "_Shown as text only, as Slack refused it with formatting._"
NO_BUTTONS = "_Shown as text only and without its buttons, as Slack refused it with them._"


class Literal(str):
    """Text from outside, not escaped: no mrkdwn."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message for Slack: `text` is what notifications and screen readers use.

    `whole` is all that it says, line by line, for the plainer forms.
    """

    text: str
    blocks: list[Block]
    username: str = ""
    icon_emoji: str = ""
    whole: Sequence[str] = field(default=())

    @property
    def content(self) -> Block:
        return {"text": self.text, "blocks": self.blocks}


def drawn(
    lines: Iterable[str],
    blocks: list[Block],
    username: str = "",
    icon_emoji: str = "",
    whole: Iterable[str] = (),
) -> Drawn:
    """A message whose fallback is these lines of mrkdwn; empty ones are left out.

    `whole` may say more: it is not cut, and a Literal in it is text from outside.
    """
    said = [line for line in lines if line]
    text = cut("\n".join(said), TEXT_LIMIT)
    everything = tuple(line for line in whole if line) or tuple(said)
    return Drawn(text or "…", blocks, username, icon_emoji, everything)


def in_form(it: Drawn, form: Form, limit: int = TEXT_LIMIT) -> Drawn:
    """The message in that form. `limit` is of the text where it is text only, in characters."""
    if form is Form.PLAIN:
        return _plain(it)
    return _text(it, limit) if form is Form.TEXT else it


def _plain(it: Drawn) -> Drawn:
    """Sections of text, and the buttons."""
    buttons = [block for block in it.blocks if block["type"] == "actions"]
    end = [*buttons, block_kit.section(PLAIN)]
    blocks: list[Block] = []
    for section in sections(it.whole):
        if cost([*blocks, section, *end]) > LIMIT:
            break  # never for what is within the limit with its formatting
        blocks.append(section)
    return replace(it, text=cut(it.text, SPOKEN), blocks=[*blocks, *end])


def sections(lines: Iterable[str]) -> Iterator[Block]:
    """Lines of mrkdwn, as many in a section as it takes; a Literal has sections of its own."""
    together: list[str] = []
    for line in lines:
        literal = isinstance(line, Literal)
        if together and (literal or sum(map(len, together)) + len(line) > SECTION - 50):
            yield block_kit.section("\n".join(together), SECTION)
            together = []
        if literal:
            places = cuts(line, SECTION, 0, EMPTY_LINES)
            yield from (block_kit.literal(line[a:b], SECTION) for a, b in places)
        else:
            together.append(line)
    if together:
        yield block_kit.section("\n".join(together), SECTION)


def _text(it: Drawn, limit: int) -> Drawn:
    lost = any(block["type"] == "actions" for block in it.blocks)
    note = NO_BUTTONS if lost else TEXT
    lines = (escape(line) if isinstance(line, Literal) else line for line in it.whole)
    text = cut("\n".join(lines), limit - len(note) - 1)
    return replace(it, text=f"{text}\n{note}", blocks=[])
