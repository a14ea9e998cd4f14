"""Slack: the tokens, what they may do, and where."""

from __future__ import annotations

from slackbridge import wiring
from slackbridge.cli.checks import channel, clock, scopes, thread_map
from slackbridge.cli.checks.finding import Finding
from slackbridge.cli.checks.patient import Patient
from slackbridge.config.sections import SLASH
from slackbridge.config.settings import Settings
from slackbridge.domain.errors import Failure
from slackbridge.slack.app_manifest import BUILT_IN
from slackbridge.slack.socket_mode import socket_address

OPS_CHANNEL = (
    "Name a channel without tickets in slack.ops_channel: if nobody can write in the tickets' "
    "channel any more, what is wrong is told in the Home tab, on /readyz and in the log alone."
)


async def examined(patient: Patient) -> list[Finding]:
    """The bot token first: without it nothing else can be asked."""
    chat, settings = patient.chat, patient.settings
    try:
        answer = await chat.begin()
    except Failure as failure:
        remedy = "Install the app (docs/slack.md) and put its bot token into SLACK_BOT_TOKEN."
        return [Finding("slack bot token", False, failure.reason, failure.remedy or remedy)]
    headers = chat.client.last_headers
    team = f"{answer.get('team', '?')} as {answer.get('user', '?')}"
    return [
        Finding("slack bot token", True, team),
        clock.told("slack clock", headers.get("Date", ""), patient.store.now()),
        *scopes.scope_findings(headers.get("X-OAuth-Scopes"), wiring.slack_uses(settings)),
        _slash_command(settings.slack.command),
        *await _app_token(settings),
        *[await channel.examined(chat, id) for id in settings.channels()],
        *_ops_channel(settings),
        *await thread_map.examined(patient),
    ]


def _slash_command(name: str) -> Finding:
    """Slack does not tell which commands an app has; that it keeps some names is known."""
    remedy = f"Choose another slack.command, such as {SLASH}, and give the app that name."
    ok = name not in BUILT_IN
    found = f"{name}, if the app has it" if ok else f"{name} is a command of Slack's own"
    return Finding("slash command", ok, found, remedy)


def _ops_channel(settings: Settings) -> list[Finding]:
    slack = settings.slack
    tickets = {slack.channel, *(route.channel for route in settings.routes)}
    if slack.ops_channel and slack.ops_channel not in tickets:
        return []
    found = f"the same as that of tickets ({slack.ops_channel})" if slack.ops_channel else "none"
    return [Finding("ops channel", True, found, advice=OPS_CHANNEL)]


async def _app_token(settings: Settings) -> list[Finding]:
    if settings.slack.mode != "socket":
        return []
    what = "slack app token"
    try:
        await socket_address(settings.slack.app_token.get_secret_value(), settings.slack.api_url)
    except Failure as failure:
        remedy = "Make an app-level token with connections:write, and put it into SLACK_APP_TOKEN."
        return [Finding(what, False, failure.reason, remedy)]
    return [Finding(what, True, "opens connections")]
