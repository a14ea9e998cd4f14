"""Every Redis key: its name, type, content and lifetime. No other file spells one.

All keys of one account share the hash tag `{account}`, so that scripts work on a Redis Cluster.
No key holds a customer's text; an intent holds an agent's text until its outcome is settled.

    sb:{a}:t:<id>          hash     a ticket: thread, card digest, open post, `m:<message>` -> ts
    sb:{a}:i:<id>          hash     its intents (JSON) by id; `=<name>` -> id for second names
    sb:{a}:work            zset     ticket by when it is due (ms), or when its lease ends
    sb:{a}:lease           hash     ticket -> token of the lane that works on it
    sb:{a}:gen             hash     ticket -> number of its latest mark
    sb:{a}:seq             counter  tokens and generations
    sb:{a}:seen            hash     active ticket -> revision last seen by the poll
    sb:{a}:lately          zset     ticket by when its thread was last active (s)
    sb:{a}:facts           hash     the account: born, listened, mood, mood_since, failures, said
    sb:{a}:spent:<day>     counter  calls made that day, for two days
    sb:thread:<ch>:<day>   hash     root ts -> ticket key
    sb:once:<name>         string   something said once, for as long as given
    sb:pace:<bucket>       hash     a rate bucket, for two minutes
    sb:alive:<process>     string   heartbeat of a process, for 30 s
    sb:born                string   since when a bridge keeps its map here; `rebuilding` meanwhile

The first two live until `retention_days` after the ticket's end, threads as long.
"""

from __future__ import annotations

from slackbridge.domain.model import TicketKey

DAY = 86_400


def ticket(key: TicketKey) -> str:
    return f"sb:{{{key.account}}}:t:{key.id}"


def intents(key: TicketKey) -> str:
    return f"sb:{{{key.account}}}:i:{key.id}"


def work(account: str) -> str:
    return f"sb:{{{account}}}:work"


def lease(account: str) -> str:
    return f"sb:{{{account}}}:lease"


def generation(account: str) -> str:
    return f"sb:{{{account}}}:gen"


def sequence(account: str) -> str:
    return f"sb:{{{account}}}:seq"


def seen(account: str) -> str:
    return f"sb:{{{account}}}:seen"


def lately(account: str) -> str:
    return f"sb:{{{account}}}:lately"


def facts(account: str) -> str:
    return f"sb:{{{account}}}:facts"


def threads(channel: str, ts: str) -> str:
    """The bucket of a day's threads: small hashes are packed tightly by Redis."""
    day = int(float(ts)) // DAY
    return f"sb:thread:{channel}:{day}"


def spent(account: str, day: int) -> str:
    return f"sb:{{{account}}}:spent:{day}"


def once(name: str) -> str:
    return f"sb:once:{name}"


def pace(bucket: str) -> str:
    return f"sb:pace:{bucket}"


def alive(process: str) -> str:
    return f"sb:alive:{process}"


def born() -> str:
    return "sb:born"


def name_field(name: str) -> str:
    """The field of an intent's second name; intents' own ids never begin with '='."""
    return f"={name}"
