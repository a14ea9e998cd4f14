"""The manifest from which the Slack app is created, for a mode, a slash command and some uses.

Source: docs.slack.dev/reference/app-manifest and the JSON schema in slackapi/manifest-schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from slackbridge.slack.commands import HINT
from slackbridge.slack.http_mode import EVENTS_PATH
from slackbridge.slack.manifest import EVENTS, SCOPES, USUAL, Use, scopes
from slackbridge.text import yaml

NAME = "slackbridge"
DESCRIPTION = "Marketplace support tickets as Slack threads, and your replies back to the customer."
LONG_DESCRIPTION = (
    "slackbridge shows every support ticket of your marketplaces as one thread in a Slack channel. "
    "Write in the thread to answer the customer, use the buttons to change the ticket, and see on "
    "your own message whether it was sent."
)
LONGEST_URL = 3_000  # of a slash command; those of events and interactivity may be longer

# Slack's own commands: it refuses a manifest that names one ("the slash command has an invalid
# name"; NousResearch/hermes-agent#17054). Its help lists them under "Use built-in slash commands".
BUILT_IN = frozenset(
    (
        *("/active", "/archive", "/away", "/collapse", "/dm", "/dnd", "/expand", "/feed"),
        *("/invite", "/join", "/leave", "/me", "/msg", "/mute", "/open", "/pro", "/remind"),
        *("/remove", "/rename", "/search", "/shortcuts", "/shrug", "/star", "/status"),
        *("/topic", "/who"),
    )
)
COMMENTS: Mapping[str, str] = {
    **{f"oauth_config.scopes.bot.{name}": scope.why for name, scope in SCOPES.items()},
    "settings.event_subscriptions.bot_events.app_home_opened": "the Home tab: an agent's tickets",
}
HEAD = """\
# The Slack app. At https://api.slack.com/apps: Create New App, From a manifest, your workspace, the
# tab YAML; put this in place of what stands there. Then:
{steps}#
# `slackbridge manifest` writes this for the settings that you have: the mode, the slash command's
# name, and only the scopes that they need. docs/slack.md tells more.

"""
INSTALL = "Install App; an administrator may have to approve it. The bot token is SLACK_BOT_TOKEN."
DELAYED = "Event Subscriptions: switch Delayed Events on."
SOCKET_STEPS = (
    INSTALL,
    "Basic Information, App-Level Tokens: one with connections:write. It is SLACK_APP_TOKEN.",
    DELAYED,
)
HTTP_STEPS = (
    INSTALL,
    "Basic Information, Signing Secret. It is SLACK_SIGNING_SECRET.",
    "Start slackbridge: Slack accepts the address below only once it is answered there.",
    "Event Subscriptions: have the Request URL verified, and switch Delayed Events on.",
)


@dataclass(frozen=True, slots=True)
class AppManifest:
    """`url` is where Slack calls in HTTP mode, '' in Socket Mode; `uses` decide the scopes."""

    command: str
    url: str = ""
    uses: frozenset[Use] = USUAL

    def table(self) -> dict[str, yaml.Value]:
        """The manifest as Slack knows it."""
        at = {"request_url": self.url} if self.url else {}
        return {
            "_metadata": {"major_version": 2, "minor_version": 0},
            "display_information": {
                "name": NAME,
                "description": DESCRIPTION,
                "long_description": LONG_DESCRIPTION,
                "background_color": "#1d4d4f",
            },
            "features": {
                "app_home": {
                    "home_tab_enabled": True,
                    "messages_tab_enabled": False,
                    "messages_tab_read_only_enabled": True,
                },
                "bot_user": {"display_name": NAME, "always_online": True},
                "slash_commands": [self._command()],
            },
            "oauth_config": {"scopes": {"bot": scopes(self.uses)}},
            "settings": {
                "event_subscriptions": {**at, "bot_events": tuple(EVENTS)},
                "interactivity": {"is_enabled": True, **at},
                "org_deploy_enabled": False,
                "socket_mode_enabled": not self.url,
                "token_rotation_enabled": False,
            },
        }

    def _command(self) -> dict[str, yaml.Value]:
        return {
            "command": self.command,
            **({"url": self.url} if self.url else {}),
            "description": "Look up a marketplace ticket; only you see the answer",
            "usage_hint": HINT,
            "should_escape": False,
        }

    def as_yaml(self) -> str:
        """For the tab YAML: what to do with it, and why each scope is asked for."""
        steps = HTTP_STEPS if self.url else SOCKET_STEPS
        listed = "".join(f"#   {at}. {step}\n" for at, step in enumerate(steps, start=1))
        return HEAD.format(steps=listed) + yaml.document(self.table(), COMMENTS)

    def as_json(self) -> str:
        """For the tab JSON, and for Slack's own tools."""
        return json.dumps(self.table(), indent=2, ensure_ascii=False) + "\n"


def request_url(given: str) -> str:
    """Where Slack calls a bridge at a host or address. Raises ValueError, naming the remedy."""
    url = given.strip().rstrip("/")
    url = url if "://" in url else f"https://{url}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port  # asked for here, as it raises ValueError for one that cannot be
    except ValueError as error:
        raise ValueError(f"{given!r} is no address: {error}") from None
    if parts.scheme != "https":
        raise ValueError(f"{given!r} must be an https:// address: Slack calls no other")
    if not re.fullmatch(r"[\w.:-]+", host, re.ASCII) or re.search(r"[\s\\@?#]", url) or port == 0:
        raise ValueError(f"{given!r} is no address; a host such as bridge.example.com is enough")
    if _private(host):
        raise ValueError(f"{given!r} is not reachable from the internet, so Slack cannot call it")
    url = url if parts.path.endswith(EVENTS_PATH) else url + EVENTS_PATH
    if len(url) > LONGEST_URL:
        raise ValueError(f"the address is longer than {LONGEST_URL} characters")
    return url


def _private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost"))
