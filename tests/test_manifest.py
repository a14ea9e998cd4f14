"""The app manifest asks for exactly what the code uses, and Slack would accept it."""

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

from slackbridge.config.sections import SLASH
from slackbridge.slack.app_manifest import COMMENTS, AppManifest, request_url
from slackbridge.slack.manifest import (
    COMMAND_SCOPE,
    EVENTS,
    EVERYTHING,
    METHODS,
    SCOPES,
    USUAL,
    Use,
    scopes,
)

HERE = Path(__file__).parent.parent
API_METHOD = re.compile(r"[a-z]+(\.[a-zA-Z]+)+")
CALLERS = ("call", "show", "_reaction")  # SlackClient.call, and what hands a method on to it
SCHEMA = "SLACK_MANIFEST_SCHEMA"  # names slackapi/manifest-schema's manifest.schema.2.0.0.json
URL = "https://bridge.example.com/slack/events"

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
    "display_information": {"name", "description", "long_description", "background_color"},
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
FILES = {"files:read", "files:write"}  # only where [files] asks for it
FORMS = {
    "socket": AppManifest(SLASH),
    "http": AppManifest("/rf", URL, EVERYTHING),
    "least": AppManifest("/" + "r" * 31, uses=frozenset()),
}


def at(path: str, manifest: Any) -> Any:
    for part in filter(None, path.split(".")):
        manifest = manifest[part]
    return manifest


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> Any:
    """The manifest as Slack reads it."""
    return yaml.safe_load(FORMS[request.param].as_yaml())


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
    assert {*SCOPES} == needed | {*filter(None, EVENTS.values()), COMMAND_SCOPE}
    assert {*scopes()} == {*SCOPES}


@pytest.mark.parametrize(
    ("uses", "left_out"),
    [
        (EVERYTHING, set()),
        (USUAL, FILES),
        ({Use.EMAILS}, {"usergroups:read", *FILES}),
        ({Use.GROUPS}, {"users:read.email", *FILES}),
        (set(), {"usergroups:read", "users:read.email", *FILES}),
    ],
)
def test_what_no_setting_uses_is_not_asked_for(uses: set[Use], left_out: set[str]) -> None:
    asked = at("oauth_config.scopes.bot", AppManifest(SLASH, uses=frozenset(uses)).table())
    assert {*SCOPES} - {*asked} == left_out


def test_every_scope_says_why_it_is_asked_for() -> None:
    lines = FORMS["http"].as_yaml().splitlines()
    for name, scope in SCOPES.items():
        wanted = re.compile(rf" +- {name} +# {re.escape(scope.why)}")
        assert [line for line in lines if wanted.fullmatch(line)], name
    assert len(COMMENTS) == len(re.findall(r"\S +# ", FORMS["http"].as_yaml()))


def test_events_are_those_heard(form: Any) -> None:
    assert sorted(at("settings.event_subscriptions.bot_events", form)) == sorted(EVENTS)
    assert at("settings.interactivity.is_enabled", form) is True


@pytest.mark.parametrize("path", LIMITS)
def test_lengths(path: str, form: Any) -> None:
    least, most = LIMITS[path]
    assert least <= len(at(path, form)) <= most


@pytest.mark.parametrize("path", KEYS)
def test_no_key_that_slack_does_not_know(path: str, form: Any) -> None:
    assert set(at(path, form)) == KEYS[path]


def test_commands_are_well_formed(form: Any) -> None:
    for command in at("features.slash_commands", form):
        assert set(command) <= {"command", "url", "description", "usage_hint", "should_escape"}
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert 1 <= len(command["description"]) <= 2000
        assert 1 <= len(command["usage_hint"]) <= 1000


def test_yaml_and_json_are_one_manifest() -> None:
    for form in FORMS.values():
        assert yaml.safe_load(form.as_yaml()) == json.loads(form.as_json())


def test_http_mode_has_one_address_in_three_places() -> None:
    manifest = json.loads(FORMS["http"].as_json())
    urls = (
        at("features.slash_commands", manifest)[0]["url"],
        at("settings.event_subscriptions.request_url", manifest),
        at("settings.interactivity.request_url", manifest),
    )
    assert set(urls) == {URL}
    assert not at("settings.socket_mode_enabled", manifest)


def test_socket_mode_has_no_address_and_another_token() -> None:
    socket, http = FORMS["socket"].as_yaml(), FORMS["http"].as_yaml()
    assert "url:" not in socket
    assert yaml.safe_load(socket)["settings"]["socket_mode_enabled"] is True
    for words, here, there in (
        ("SLACK_APP_TOKEN", socket, http),
        ("SLACK_SIGNING_SECRET", http, socket),
    ):
        assert words in here
        assert words not in there


def test_the_app_belongs_to_one_workspace_and_its_token_stays(form: Any) -> None:
    assert form["settings"]["org_deploy_enabled"] is False
    assert form["settings"]["token_rotation_enabled"] is False


def test_the_file_at_the_top_is_the_default_form() -> None:
    """`slackbridge manifest --output manifest.yml` renews it, in a folder without settings."""
    assert (HERE / "manifest.yml").read_text("utf-8") == AppManifest(SLASH).as_yaml()


@pytest.mark.parametrize(
    "given",
    [
        "bridge.example.com",
        " https://bridge.example.com/ ",
        "https://bridge.example.com/slack/events",
        "https://bridge.example.com/slack/events/",
    ],
)
def test_a_host_is_enough(given: str) -> None:
    assert request_url(given) == URL


def test_a_port_and_a_path_before_it_are_kept() -> None:
    assert request_url("https://a.example.com:8443/sb") == "https://a.example.com:8443/sb" + (
        "/slack/events"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("http://bridge.example.com", "must be an https:// address"),
        ("ftp://bridge.example.com", "must be an https:// address"),
        ("localhost:3000", "not reachable from the internet"),
        ("192.168.1.2", "not reachable from the internet"),
        ("https://[::1]/", "not reachable from the internet"),
        ("bridge.local", "not reachable from the internet"),
        ("bridge.example.com:99999", "is no address"),
        ("https://[::1", "is no address"),
        ("https://anna:pw@bridge.example.com", "is no address"),
        ("bridge.example.com/?a=1", "is no address"),
        ("two words.example.com", "is no address"),
        ("", "is no address"),
        ("https://", "not reachable"),
        ("bridge.example.com/" + "a" * 3000, "longer than 3000"),
    ],
)
def test_an_address_that_slack_could_not_call(given: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        request_url(given)


def test_slack_s_own_schema(form: Any) -> None:
    """Against Slack's own schema, where SLACK_MANIFEST_SCHEMA names it."""
    if path := os.environ.get(SCHEMA):
        jsonschema.validate(form, json.loads(Path(path).read_text("utf-8")))
