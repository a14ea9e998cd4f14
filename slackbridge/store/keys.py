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

`sb` is `redis.prefix`: workspaces with different ones share a server, and read nothing else there.
A record lives until `retention_days` after the ticket's end, a day's threads as long after the last
one. Which server answers, the server epoch, is in no key: see `server_epoch`.
"""

from __future__ import annotations

from dataclasses import dataclass

from slackbridge.domain.model import TicketKey

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Keys:
    """The names, which all begin with `prefix`."""

    prefix: str = "sb"

    def _of(self, account: str, name: str) -> str:
        return f"{self.prefix}:{{{account}}}:{name}"

    def ticket(self, key: TicketKey) -> str:
        return self._of(key.account, f"t:{key.id}")

    def intents(self, key: TicketKey) -> str:
        return self._of(key.account, f"i:{key.id}")

    def spent(self, account: str, day: int) -> str:
        return self._of(account, f"spent:{day}")

    def work(self, account: str) -> str:
        return self._of(account, "work")

    def lease(self, account: str) -> str:
        return self._of(account, "lease")

    def generation(self, account: str) -> str:
        return self._of(account, "gen")

    def sequence(self, account: str) -> str:
        return self._of(account, "seq")

    def seen(self, account: str) -> str:
        return self._of(account, "seen")

    def lately(self, account: str) -> str:
        return self._of(account, "lately")

    def facts(self, account: str) -> str:
        return self._of(account, "facts")

    def stuck(self, account: str) -> str:
        return self._of(account, "stuck")

    def threads(self, channel: str, ts: str) -> str:
        """The bucket of a day's threads: Redis packs small hashes tightly."""
        return f"{self.prefix}:thread:{channel}:{int(float(ts)) // DAY}"

    def once(self, name: str) -> str:
        return f"{self.prefix}:once:{name}"

    def pace(self, bucket: str) -> str:
        return f"{self.prefix}:pace:{bucket}"

    def alive(self, process: str) -> str:
        return f"{self.prefix}:alive:{process}"

    @property
    def rules(self) -> str:
        return f"{self.prefix}:rules"

    @property
    def born(self) -> str:
        return f"{self.prefix}:born"


DEFAULT = Keys()


def name_field(name: str) -> str:
    """The field of an intent's second name; intents' own ids never begin with '='."""
    return f"={name}"
