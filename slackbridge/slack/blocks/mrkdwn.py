"""Slack's mrkdwn: escaping, and tokens for dates, links and mentions.

Text from outside goes through `outside` or `passage` before it stands in mrkdwn.
Source: docs.slack.dev, "Formatting message text".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from slackbridge.text.chunk import chop
from slackbridge.text.clean import clean, safe_link
from slackbridge.text.weight import of_text

LINK_LIMIT = 1_000
_CUT_OPEN = re.compile(r"(?:<[^<>]*|&[a-z]{0,3})\Z")
# Any token but a user's mention, a channel, a date or a link: the others can notify many people.
_FOREIGN = re.compile(r"<(?!@[UW][A-Z0-9]+>|#C[A-Z0-9]+[|>]|!date\^|https?://)")
_IN_TOKEN = re.compile(r'[<>|"]')
_USER = re.compile(r"[UW][A-Z0-9]+")
_MASS = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)


def escape(text: str) -> str:
    """Plain text as mrkdwn that mentions, links and notifies nothing.

    A word joiner splits `@here`, which Slack would read as a mention with `parse=full`.
    """
    text = _MASS.sub("@\u2060", clean(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def line(text: str, limit: int = 200) -> str:
    """Text from outside as one clean line of at most `limit` characters, not escaped."""
    return shorten(" ".join(clean(text).split()), limit)


def shorten(text: str, limit: int) -> str:
    """Literal text of at most `limit` characters; what was cut off shows as `…`."""
    return text if len(text) <= limit else next(chop(text, limit - 1)).rstrip() + "…"


def affordable(text: str, limit: int, room: int) -> str:
    """Literal text of at most `limit` characters that costs at most `room` when escaped."""
    short = shorten(text, limit)
    while limit > 1 and of_text(short) > room:
        limit = limit * 4 // 5
        short = shorten(text, limit)
    return short


def cut(text: str, limit: int) -> str:
    """Mrkdwn of at most `limit` characters, never cut inside a token or an entity."""
    if len(text) <= limit:
        return text
    return _CUT_OPEN.sub("", next(chop(text, limit - 1))).rstrip() + "…"


def outside(text: str, limit: int = 200) -> str:
    """Text from outside as one line of mrkdwn, at most `limit` characters when escaped."""
    return cut(escape(line(text, limit)), limit)


def passage(text: str, limit: int) -> str:
    """Text from outside with its line breaks, as mrkdwn."""
    return cut(escape(shorten(clean(text).strip(), limit)), limit)


def ours(text: str, limit: int = 2_900) -> str:
    """Mrkdwn that we made: mentions of users, dates and links stay, those of groups do not."""
    return cut(_FOREIGN.sub("&lt;", text.strip()), limit)


def moment(at: datetime | None, form: str = "{date_short_pretty} at {time}") -> str:
    """A date token, shown in each reader's time zone, with UTC as its fallback; '' for None."""
    if at is None:
        return ""
    return f"<!date^{int(at.timestamp())}^{form}|{at.astimezone(UTC).isoformat(' ')[:16]} UTC>"


def ago(at: datetime | None) -> str:
    """How long ago, as a date token; '' for None."""
    return moment(at, "{ago}")


def deadline(at: datetime | None) -> str:
    """When, and how long until then or since, as one date token: no edit keeps it true.

    Slack documents `{ago}` for times that have passed ("3 minutes ago"). What a client makes of one
    to come is its own affair, so the date stands first.
    """
    return moment(at, "{date_short_pretty} at {time} ({ago})")


def mention(user: str) -> str:
    """A Slack user by id; anything else is shown as text."""
    return f"<@{user}>" if _USER.fullmatch(user) else outside(user, 80)


def web(url: str) -> str:
    """The address if it is http or https and browsers agree on its host, else ''."""
    address = safe_link(url)
    if not address.lower().startswith("http") or "\\" in address:
        return ""
    try:
        return address if urlsplit(address).hostname else ""
    except ValueError:
        return ""


def link(url: str, label: str = "") -> str:
    """A link token; without a label it shows the host it leads to. '' if it is no web address."""
    address = web(url)
    if not address:
        return ""
    quoted = _IN_TOKEN.sub(lambda found: f"%{ord(found[0]):02X}", address)
    shown = outside(label or str(urlsplit(quoted).hostname), 150).replace("|", "¦")
    token = f"<{escape(quoted)}|{shown}>"
    return token if len(token) <= LINK_LIMIT else ""


def flag(country: str) -> str:
    """An ISO 3166 alpha-2 code behind its flag; anything else as it stands."""
    code = country.strip().upper()
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        return outside(country, 60)
    return "".join(chr(ord(letter) - ord("A") + 0x1F1E6) for letter in code) + f" {code}"


def label(name: str) -> str:
    """A label for a name that no table knows."""
    return line(name.replace("_", " "), 75).capitalize() or "Do it"
