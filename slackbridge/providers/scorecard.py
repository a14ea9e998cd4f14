"""What each marketplace can do, as a Markdown table made from the registry.

`python -m slackbridge.providers.scorecard [FILE]` renews the table in FILE (README.md). No
marketplace is called, so what an account learns only at run time is not in it. A capability or
optional protocol that has no row here gets one by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from slackbridge.domain.files import in_words
from slackbridge.domain.model import QUERY_FIELDS, Capabilities, Status
from slackbridge.ports import capabilities
from slackbridge.providers.factory import Factory
from slackbridge.providers.registry import REGISTRY

BEGIN, END = "<!-- scorecard -->", "<!-- /scorecard -->"
NO = "-"


def _yes(offered: bool) -> str:
    return "yes" if offered else NO


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or NO


def _limit(factory: Factory) -> str:
    most = f"{factory.capabilities.reply_limit:,} characters"
    return f"{most}, fewer if encoded" if _is(factory, capabilities.Measures) else most


def _files(factory: Factory) -> str:
    most = factory.capabilities.files
    if most is None:
        return NO
    return f"up to {most.max_count}, {in_words(most.max_bytes)} each"


def _statuses(factory: Factory) -> str:
    can = factory.capabilities
    return _listed(
        f"{status} (by a form)" if status in can.status_forms else str(status)
        for status in Status
        if status in can.statuses
    )


def _own(factory: Factory, *, money: bool) -> str:
    can = factory.capabilities
    # An action that is the form of a status is listed with the statuses.
    forms = set(can.status_forms.values())
    own = [one for one in can.actions if one.name not in forms and one.money is money]
    return _listed(action.label for action in own)


def _create(factory: Factory) -> str:
    create = factory.capabilities.create
    if create is None:
        return NO
    return f"{create.label} (money)" if create.money else create.label


def _preview(factory: Factory) -> str:
    moves = any(action.money for action in factory.capabilities.actions)
    return _yes(_is(factory, capabilities.Previews)) if moves else "moves none"


def _is(factory: Factory, protocol: type) -> bool:
    """Whether the provider has this capability; a factory function does not tell."""
    return isinstance(factory.provider, type) and issubclass(factory.provider, protocol)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `shows` names the capabilities and protocols that it tells."""

    what: str
    tell: Callable[[Factory], str]
    shows: frozenset[str]


def _row(what: str, tell: Callable[[Factory], str], *shows: str) -> Row:
    return Row(what, tell, frozenset(shows))


def _has(what: str, name: str) -> Row:
    """Whether a capability that is offered or not is offered."""
    return _row(what, lambda factory: _words(getattr(factory.capabilities, name)), name)


def _does(what: str, protocol: type, *shows: str) -> Row:
    """Whether the provider implements an optional protocol."""
    return _row(what, lambda factory: _yes(_is(factory, protocol)), protocol.__name__, *shows)


ROWS = (
    _row("Reply to the customer", lambda factory: "yes"),
    _row("Longest reply", _limit, "reply_limit", "Measures"),
    _row("Files in a reply", _files, "files"),
    _row(
        "Reply and status in one",
        lambda factory: _yes(bool(factory.capabilities.reply_with_status)),
        "reply_with_status",
    ),
    _row("Statuses you can set", _statuses, "statuses", "status_forms"),
    _has("What is closed stays closed", "closed_is_final"),
    _has("Internal notes", "internal_notes"),
    _has("Private notes", "private_notes"),
    _has("Assign", "assign"),
    _has("Follow-up ticket", "follow_up"),
    _row("Opens a ticket", _create, "create"),
    _row("Its own actions", lambda factory: _own(factory, money=False), "actions"),
    _row("Moves money, asked twice", lambda factory: _own(factory, money=True), "actions"),
    _row("Money is shown beforehand", _preview, "Previews"),
    _does("Money is bound to what was shown", capabilities.Pins),
    _does("Tells whether its own action happened", capabilities.Settles),
    _does("The order behind a ticket", capabilities.Orders, "orders"),
    _row(
        "Search, beside key",
        lambda factory: _listed(f for f in QUERY_FIELDS if f in factory.capabilities.searches),
        "searches",
    ),
    _has("Lists what changed last", "recent_first"),
    _does("Webhook", capabilities.Hinted),
    _does("Its own figures", capabilities.Counts),
    _does("Tells whose token it is", capabilities.Identifies),
    _does("Warns before a limit", capabilities.Warns),
    _does("Polls slow down before a limit", capabilities.Stretches),
    _does("Asks for money by the ticket's kind, too", capabilities.Adapts),
)
WORDS = frozenset({"why_not"})  # nothing that is offered


def rows() -> tuple[Row, ...]:
    """The rows above, and one for each capability and protocol that none of them shows."""
    shown = WORDS.union(*(row.shows for row in ROWS))
    more = [_has(_title(f.name), f.name) for f in fields(Capabilities) if f.name not in shown]
    does = [
        _does(_title(name), protocol)
        for name, protocol in vars(capabilities).items()
        if getattr(protocol, "_is_runtime_protocol", False) and name not in shown
    ]
    return (*ROWS, *more, *does)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _words(value: object) -> str:
    """The value of a capability in words."""
    match value:
        case bool():
            return _yes(value)
        case frozenset() | tuple():
            return _listed(sorted(map(str, value)))
        case None:
            return NO
        case _:
            return str(value)


def table(registry: Mapping[str, Factory] = REGISTRY) -> str:
    """The scorecard, a column for each marketplace."""
    head = ["", *(getattr(one.provider, "title", name) for name, one in registry.items())]
    told = [[row.what, *(row.tell(one) for one in registry.values())] for row in rows()]
    lines = [head, ["---"] * len(head), *told]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def renewed(page: str, registry: Mapping[str, Factory] = REGISTRY) -> str:
    """The page with today's table between its marks. Raises ValueError if it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} with an {END} behind it")
    return f"{before}{BEGIN}\n{table(registry)}\n{END}{after}"


def main() -> None:
    """Renew the table in the file named, or in README.md."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "README.md")
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
