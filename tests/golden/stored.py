"""Reads a whole Redis: raw, to be kept and laid again, and as forms.

Its words for keys are its own, written down here from what stood in Redis, so that a change of
the product's is seen.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from redis import Redis

from tests.golden.forms import Json, Names, stored_form

WATCH_SECONDS = 0.15
KEY = re.compile(r"sb:\{(?P<account>[a-z0-9-]+)\}:(?P<kind>[ti]):(?P<id>.+)")


def dump(redis: Redis) -> dict[str, Json]:
    """Every key: its type, its content, and its remaining life in seconds (-1 = for ever)."""
    found: dict[str, Json] = {}
    for name in sorted(map(_text, redis.scan_iter(count=1000))):
        kind = _text(redis.type(name))
        content = _content(redis, name, kind)
        ttl: Any = redis.ttl(name)
        if content not in (None, {}):  # else it has gone meanwhile
            found[name] = {"type": kind, "ttl": int(ttl), "content": content}
    return found


def lay(redis: Redis, dumped: dict[str, Json]) -> None:
    """Store what was dumped."""
    for name, key in dumped.items():
        content = key["content"]
        match key["type"]:
            case "hash":
                redis.hset(name, mapping=content)
            case "zset":
                redis.zadd(name, content)
            case "string":
                redis.set(name, content)
        if key["ttl"] >= 0:
            redis.expire(name, max(1, key["ttl"]))


def _content(redis: Redis, name: str, kind: str) -> Any:
    match kind:
        case "hash":
            pairs: Any = redis.hgetall(name)
            return {_text(k): _text(v) for k, v in sorted(pairs.items())}
        case "zset":
            scores: Any = redis.zrange(name, 0, -1, withscores=True)
            return {_text(member): float(score) for member, score in scores}
        case "string":
            value: Any = redis.get(name)
            return None if value is None else _text(value)
        case "none":  # gone since it was listed
            return None
    raise AssertionError(f"{name} is a {kind}")


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


# -- forms -------------------------------------------------------------------------------------


class Watch:
    """What was ever seen of the keys that are no ticket's: some live for a moment only."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis = redis
        self._names = names
        self.seen: Json = {}

    def look(self) -> dict[str, Json]:
        """Everything as it is now."""
        dumped = dump(self._redis)
        for name, form in other_forms(dumped, self._names).items():
            known = self.seen.setdefault(name, {**form, "content": {}})
            known["expires"] = known["expires"] or form["expires"]
            known["content"] |= form["content"]
        return dumped

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(WATCH_SECONDS)


def ticket_forms(dumped: dict[str, Json], names: Names) -> Json:
    """The records of every ticket: its fields, its intents, and these intents' second names."""
    found: Json = {}
    for name, key in dumped.items():
        match = KEY.fullmatch(name)
        if match is None:
            continue
        record = found.setdefault(names.of(match["id"]), {})
        rows = {k: stored_form(v, names) for k, v in key["content"].items()}
        form = {"type": key["type"], "expires": key["ttl"] >= 0}
        if match["kind"] == "t":
            form["fields"] = {names.scrub(k): _whole(k, v) for k, v in rows.items()}
            record["record"] = form
        else:
            second = sorted(f"{names.scrub(k)}: {v}" for k, v in rows.items() if k[0] == "=")
            form["names"] = second
            form["fields"] = {names.scrub(k): v for k, v in rows.items() if k[0] != "="}
            record["intents"] = form
    return found


def _whole(field: str, form: Any) -> Any:
    """How often something was tried depends on the machine. Prints of messages came later: older
    versions read the ts before one, and leave alone what they do not know."""
    if field.startswith("m:"):
        return re.sub(r" ~[\w-]{4}$", "", str(form))
    if field == "post" and isinstance(form, dict):
        return {name: value for name, value in form.items() if name != "print"}
    return "<whole number>" if field == "tries" and str(form).isdigit() else form


def other_forms(dumped: dict[str, Json], names: Names) -> Json:
    """The keys that are no ticket's, by the patterns of their names."""
    found: Json = {}
    for name, key in dumped.items():
        if not KEY.fullmatch(name):
            shape = {"type": key["type"], "expires": key["ttl"] >= 0}
            found[_name_form(name, names)] = {**shape, "content": _content_form(key, names)}
    return found


def _name_form(name: str, names: Names) -> str:
    name = re.sub(r"^(sb:alive:)[^:]+$", r"\1<pid>", name)
    return names.scrub(re.sub(r":\d{5}$", ":<day>", name))


def _content_form(key: Json, names: Names) -> Json:
    content = key["content"]
    if key["type"] == "string":
        return {"": _value(str(content), names)}
    if key["type"] == "zset":
        return {_member(names.scrub(m)): _value(str(int(s)), names) for m, s in content.items()}
    return {_member(names.scrub(k)): _value(v, names) for k, v in content.items()}


def _member(text: str) -> str:
    """One ticket is as good as another; so is whoever waits in a rate bucket."""
    if text.startswith("r:"):
        return "r:<who>"
    ticket = text == "~" or text.isdigit() or (text[0] == "<" and text != "<ts>")
    return "<ticket>" if ticket else text


def _value(text: str, names: Names) -> Any:
    form = stored_form(text, names)
    if not isinstance(form, str):
        return form
    return "<whole number>" if form.isdigit() else re.sub(r"(?<=:)(<[^>]+>|\d+)$", "<ticket>", form)
