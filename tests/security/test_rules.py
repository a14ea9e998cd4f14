"""Rules for the code, the image and the dependencies that no other test checks."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_house import FILES, MODULES, ROOT, attributes, imports, nodes, under

OURS = [name for name in MODULES if not under(name, "sandbox", "demo", "testing")]
CLIENTS: dict[str, set[str]] = {
    "httpx.AsyncClient": {"providers.http"},
    # The last two: customers' files, by rules of their own (test_fetch.py), and the self-test.
    "aiohttp.ClientSession": {"slack.client", "providers.fetch", "slack.live.sockets"},
    "slack_sdk.web.async_client.AsyncWebClient": {"slack.client"},
    "slack_sdk.webhook.async_client.AsyncWebhookClient": {"slack.command"},
}
"""Everything that can make a connection, and where: no other file fetches anything. The addresses
come from the settings, or, signed, from Slack itself."""
RAW = {"urllib.request", "http.client", "socket", "ftplib", "smtplib", "requests", "websockets"}


def test_connections_are_made_in_these_places_only() -> None:
    used = {each: {*imports(MODULES[each]), *attributes(MODULES[each])} for each in OURS}
    for client, allowed in CLIENTS.items():
        using = {each for each, names in used.items() if client in names}
        assert using <= allowed, client
    raw = {(each, name) for each, names in used.items() for name in names & RAW}
    assert raw == {("providers.fetch", "socket")}  # checks an address right before it is used


def test_an_attachment_is_shown_and_not_fetched_by_what_shows_it() -> None:
    """Its address goes into what Slack draws, and to the one place that may fetch it."""
    drawing = {"slack.blocks.message_parts"}
    reading = {
        each
        for each in OURS
        if any(name.endswith(".attachments") for name in attributes(MODULES[each]))
    }
    assert {each for each in reading if under(each, "slack")} == drawing
    assert not {each for each in reading if under(each, "store", "ops")}


LOGGED = {"debug", "info", "warning", "error", "exception", "critical"}
TALKATIVE = {"reason", "quoted", "text", "body", "headers", "name", "email", "content", "args"}


def test_no_log_line_quotes_anybody() -> None:
    """A failure's reason may hold a marketplace's words, and those a customer's: `loggable` not."""
    quoting = [
        (name, call.lineno, ast.unparse(value))
        for name in OURS
        for call in nodes(MODULES[name])
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in LOGGED
        and ast.unparse(call.func.value) == "log"
        for value in (*call.args, *(keyword.value for keyword in call.keywords))
        for part in ast.walk(value)
        if isinstance(part, ast.Attribute) and part.attr in TALKATIVE
    ]
    assert [each for each in quoting if each[2] != "action.name"] == []


def test_nothing_runs_what_it_was_given() -> None:
    calls = {
        (file, ast.unparse(node.func))
        for file in FILES
        if file.startswith("slackbridge/")
        for node in nodes(ROOT / file)
        if isinstance(node, ast.Call)
    }
    dangerous = ("eval", "exec", "pickle.loads", "yaml.load", "os.system", "marshal.loads")
    assert not {(file, call) for file, call in calls if call in dangerous}


# -- the image -------------------------------------------------------------------------------------


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("service", ["bridge", "valkey"])
def test_a_container_may_do_nothing_that_it_need_not(service: str) -> None:
    given = compose()["services"][service]
    assert given["read_only"] is True
    assert given["cap_drop"] == ["ALL"]
    assert "cap_add" not in given
    assert given["security_opt"] == ["no-new-privileges:true"]
    assert int(str(given["user"]).partition(":")[0]) > 0
    assert not given.get("privileged")
    assert not any("docker.sock" in str(volume) for volume in given["volumes"])
    assert {"mem_limit", "pids_limit", "cpus"} <= given.keys()
    for port in given.get("ports", ()):
        assert str(port).startswith("127.0.0.1:"), "nothing is offered to the network"


def test_only_the_bridge_can_reach_the_store() -> None:
    loaded = compose()
    assert loaded["networks"]["store"]["internal"] is True
    assert loaded["services"]["valkey"]["networks"] == ["store"]
    mounted = loaded["services"]["bridge"]["volumes"]
    assert all(str(volume).endswith(":ro") for volume in mounted)


def test_the_image_runs_as_nobody_and_holds_no_secret() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    last = max(i for i, line in enumerate(lines) if line.startswith("FROM "))
    users = [line for line in lines[last:] if line.startswith("USER ")]
    assert users == ["USER 10001:10001"]
    assert not [line for line in lines if re.match(r"(ENV|ARG).*(TOKEN|SECRET|KEY)", line)]
    assert not [line for line in lines if line.startswith("ADD ")]
    sent = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert "*" in sent, "what is not named is not sent to the builder: no .env, no settings"
    assert not [line for line in sent if line.startswith("!.env") or "toml" in line[:13]]
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    assert ".env" in ignored


# -- dependencies ----------------------------------------------------------------------------------


def test_every_dependency_is_pinned_exactly() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line.strip() and not line.startswith("#")]
    assert pins
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []
    assert "-c constraints.txt" in (ROOT / "Dockerfile").read_text("utf-8")
    assert "-c constraints.txt" in (ROOT / "Makefile").read_text("utf-8")


def test_what_everybody_reads_says_how_to_report() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    for word in ("Report", "rediss://", "slackbridge forget", "make audit"):
        assert word in text
    linked = re.findall(r"`((?:tests|slackbridge|docs)/[\w./-]+)`", text)
    assert [each for each in linked if not (Path(ROOT) / each).exists()] == []
