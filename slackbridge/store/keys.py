"""Every Redis key: its name, type, content and lifetime. No other file spells one.

All keys of one account share the hash tag `{account}`, so that scripts work on a Redis Cluster.
No key holds a customer's text; an intent holds an agent's text until its outcome is settled.
`domain/fields.py` lists the fields of tickets, intents and facts.

    sb:{a}:t:<id>          hash     a ticket's record
    sb:{a}:i:<id>          hash     the record's intents: id -> JSON, `=<second name>` -> id
    sb:{a}:work            zset     ticket by when it is due, or when its lease ends (ms)
    sb:{a}:lease           hash     ticket -> token of its lease
    sb:{a}:gen             hash     ticket -> generation: the number of its latest mark
    sb:{a}:seq             counter  tokens and generations
    sb:{a}:seen            hash     active ticket -> revision last seen by a poll
    sb:{a}:lately          zset     ticket by when its thread was last active (s)
    sb:{a}:facts           hash     the account's facts
    sb:{a}:stuck           hash     ticket -> `<since>|<why>` while its passes fail
    sb:{a}:spent:<day>     counter  calls made that day, for two days
    sb:thread:<ch>:<day>   hash     root ts -> ticket key
    sb:once:<name>         string   something that is done once within the key's lifetime
    sb:pace:<bucket>       hash     a rate limit, for two minutes
    sb:alive:<process>     string   heartbeat of a process, for 30 s
    sb:rules               hash     the settings in force: digest, since (s), detail (JSON)
    sb:born                string   since when a bridge keeps its map here; `rebuilding` meanwhile

A record lives until `retention_days` after the ticket's end, a day's threads as long after the last
one. Which server answers, the server epoch, is in no key: see `server_epoch`.
"""

from __future__ import annotations

from collections.abc import Callable

from slackbridge.domain.model import TicketKey

DAY = 86_400
BORN = "sb:born"
RULES = "sb:rules"


def _of_account(name: str) -> Callable[[str], str]:
    return lambda account: f"sb:{{{account}}}:{name}"


work = _of_account("work")
lease = _of_account("lease")
generation = _of_account("gen")
sequence = _of_account("seq")
seen = _of_account("seen")
lately = _of_account("lately")
facts = _of_account("facts")
stuck = _of_account("stuck")


def ticket(key: TicketKey) -> str:
    return f"sb:{{{key.account}}}:t:{key.id}"


def intents(key: TicketKey) -> str:
    return f"sb:{{{key.account}}}:i:{key.id}"


def spent(account: str, day: int) -> str:
    return f"sb:{{{account}}}:spent:{day}"


def threads(channel: str, ts: str) -> str:
    """The bucket of a day's threads: Redis packs small hashes tightly."""
    return f"sb:thread:{channel}:{int(float(ts)) // DAY}"


def once(name: str) -> str:
    return f"sb:once:{name}"


def pace(bucket: str) -> str:
    return f"sb:pace:{bucket}"


def alive(process: str) -> str:
    return f"sb:alive:{process}"


def name_field(name: str) -> str:
    """The field of an intent's second name; intents' own ids never begin with '='."""
    return f"={name}"
