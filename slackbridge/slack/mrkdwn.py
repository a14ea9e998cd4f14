"""Text between us and Slack: ours made harmless, an agent's made readable for a customer.

Owns `text` arguments and what is understood of a typed message. Customer text is drawn by
`richtext`; what is escaped here is only its fallback.
"""

from __future__ import annotations

import re

from slackbridge.slack.tokens import Names, decoded
from slackbridge.slack.typed import Blocks, leaves, read
from slackbridge.text import clean

_MASS = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_USER = re.compile(r"<@([UW][A-Z0-9]+)[|>]")
_ADDRESSED = re.compile(
    r"(?:&gt;|[\s*_~`•])*<(?:@[UW]|!subteam\^|!(?:here|channel|everyone|group)\b)"
)
_MENTIONS = ("user", "usergroup", "broadcast")


def escape(text: str) -> str:
    """Plain text for a `text` argument: nothing in it mentions, links or notifies.

    A word joiner keeps `@here` apart even for who reads with `parse=full`.
    """
    text = _MASS.sub("@\u2060", clean(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def readable(text: str, blocks: Blocks, names: Names) -> str:
    """What an agent typed, as plain text: from the rich text if there is any, else from `text`.

    `names` maps ids of users and channels to names to show; who is not in it is '@colleague'.
    """
    typed = read(blocks, names)
    return clean(typed if typed.strip() else decoded(text, names)).strip()


def mentioned(text: str, blocks: Blocks) -> tuple[str, ...]:
    """The ids of the users mentioned, in order, each once."""
    users = (leaf.get("user_id") for leaf in leaves(blocks) if leaf.get("type") == "user")
    found = [id for id in users if isinstance(id, str)]
    return tuple(dict.fromkeys([*found, *_USER.findall(text)]))


def first_token_is_mention(text: str, blocks: Blocks) -> bool:
    """Whether the message begins with a mention: it is addressed to colleagues."""
    said = (leaf for leaf in leaves(blocks) if not _is_blank(leaf.get("text")))
    first = next(said, {})
    return first.get("type") in _MENTIONS or _ADDRESSED.match(text) is not None


def _is_blank(text: object) -> bool:
    return isinstance(text, str) and not clean(text).strip()
