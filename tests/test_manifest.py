"""manifest.yml asks for exactly what the code uses, and Slack would accept it."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from slackbridge.slack.manifest import COMMANDS, EVENTS, METHODS

HERE = Path(__file__).parent.parent
TEXT = (HERE / "manifest.yml").read_text("utf-8")
MANIFEST: dict[str, Any] = yaml.safe_load(TEXT)
API_METHOD = re.compile(r"[a-z]+(\.[a-zA-Z]+)+")
CALLERS = ("call", "_reaction")  # SlackClient.call, and what hands a method on to it
SCHEMA = "SLACK_MANIFEST_SCHEMA"  # names slackapi/manifest-schema's manifest.schema.2.0.0.json

# Slack's limits (docs.slack.dev/reference/app-manifest): path, then least and most length
LIMITS = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "display_information.long_description": (175, 4000),
    "features.bot_user.display_name": (1, 80),
    "features.slash_commands": (1, 50),
    "settings.event_subscriptions.bot_events": (0, 100),
    "oauth_config.scopes.bot": (0, 255),
}
KEYS = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "features": {"app_home", "bot_user", "slash_commands"},
    "oauth_config": {"scopes"},
    "settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
}


def at(path: str, manifest: Any = MANIFEST) -> Any:
    for part in filter(None, path.split(".")):
        manifest = manifest[part]
    return manifest


def called_methods() -> Iterator[str]:
    """What is named in the first argument of every call that reaches the Web API."""
    for path in (HERE / "slackbridge").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr=name), args=[first, *_]) if name in CALLERS:
                    yield from _methods(first)


def _methods(expression: ast.expr) -> Iterator[str]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Constant) and API_METHOD.fullmatch(str(node.value)):
            yield str(node.value)


def test_methods_are_those_called() -> None:
    assert set(METHODS) == set(called_methods())


def test_scopes_are_those_needed() -> None:
    needed = {scope for method in METHODS.values() for scope in method.scopes}
    needed |= set(filter(None, EVENTS.values())) | ({"commands"} if COMMANDS else set())
    asked = at("oauth_config.scopes.bot")
    assert sorted(asked) == sorted(needed)


def test_events_and_commands_are_those_heard() -> None:
    assert sorted(at("settings.event_subscriptions.bot_events")) == sorted(EVENTS)
    assert {command["command"] for command in at("features.slash_commands")} == set(COMMANDS)
    assert at("settings.interactivity.is_enabled") is True


@pytest.mark.parametrize("path", LIMITS)
def test_lengths(path: str) -> None:
    least, most = LIMITS[path]
    assert least <= len(at(path)) <= most


@pytest.mark.parametrize("path", KEYS)
def test_no_key_that_slack_does_not_know(path: str) -> None:
    assert set(at(path)) == KEYS[path]


def test_commands_are_well_formed() -> None:
    for command in at("features.slash_commands"):
        assert set(command) <= {"command", "url", "description", "usage_hint", "should_escape"}
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert 1 <= len(command["description"]) <= 2000
        assert 1 <= len(command["usage_hint"]) <= 1000


def test_http_mode_is_three_addresses_away() -> None:
    http = re.sub(r"(?m)^(\s+)# (url|request_url): ", r"\1\2: ", TEXT)
    manifest = yaml.safe_load(http)
    assert http.count("https://slackbridge.example.com/slack/events") == 3
    urls = (
        at("features.slash_commands", manifest)[0]["url"],
        at("settings.event_subscriptions.request_url", manifest),
        at("settings.interactivity.request_url", manifest),
    )
    assert set(urls) == {"https://slackbridge.example.com/slack/events"}
    validate(manifest)


def validate(manifest: Any) -> None:
    """Against Slack's own schema, where SLACK_MANIFEST_SCHEMA names it."""
    if path := os.environ.get(SCHEMA):
        jsonschema.validate(manifest, json.loads(Path(path).read_text("utf-8")))


def test_slack_s_own_schema() -> None:
    validate(MANIFEST)
