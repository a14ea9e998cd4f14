"""What each marketplace can do, as a Markdown table made from the registry.

`python -m slackbridge.providers.scorecard [FILE]` renews the table in FILE (README.md). No
marketplace is called, so what an account learns only at run time is not in it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from slackbridge.domain.model import QUERY_FIELDS, Action, Status
from slackbridge.ports.capabilities import Hinted, Measures, Previews
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
    return f"{most}, fewer if encoded" if _is(factory, Measures) else most


def _statuses(factory: Factory) -> str:
    can = factory.capabilities
    return _listed(
        f"{status} (by a form)" if status in can.status_forms else str(status)
        for status in Status
        if status in can.statuses
    )


def _actions(factory: Factory) -> str:
    can = factory.capabilities
    # An action that is the form of a status is listed with the statuses.
    forms = set(can.status_forms.values())
    own = [action for action in can.actions if action.name not in forms]
    return _listed(map(_action, [*own, *([can.create] if can.create else [])]))


def _action(action: Action) -> str:
    return f"{action.label} (money)" if action.money else action.label


def _preview(factory: Factory) -> str:
    moves = any(action.money for action in factory.capabilities.actions)
    return _yes(_is(factory, Previews)) if moves else "moves none"


def _is(factory: Factory, protocol: type) -> bool:
    """Whether the provider has this capability; a factory function does not tell."""
    return isinstance(factory.provider, type) and issubclass(factory.provider, protocol)


ROWS: Mapping[str, Callable[[Factory], str]] = {
    "Reply to the customer": lambda factory: "yes",
    "Longest reply": _limit,
    "Reply and status in one": lambda factory: _yes(bool(factory.capabilities.reply_with_status)),
    "Statuses you can set": _statuses,
    "Internal notes": lambda factory: _yes(factory.capabilities.internal_notes),
    "Private notes": lambda factory: _yes(factory.capabilities.private_notes),
    "Assign": lambda factory: _yes(factory.capabilities.assign),
    "Follow-up ticket": lambda factory: _yes(factory.capabilities.follow_up),
    "Its own actions": _actions,
    "Search, beside key": lambda factory: _listed(
        name for name in QUERY_FIELDS if name in factory.capabilities.searches
    ),
    "Lists what changed last": lambda factory: _yes(factory.capabilities.recent_first),
    "Webhook": lambda factory: _yes(_is(factory, Hinted)),
    "Money is shown beforehand": _preview,
}


def table(registry: Mapping[str, Factory] = REGISTRY) -> str:
    """The scorecard, a column for each marketplace."""
    head = ["", *(getattr(one.provider, "title", name) for name, one in registry.items())]
    rows = [[what, *(tell(one) for one in registry.values())] for what, tell in ROWS.items()]
    lines = [head, ["---"] * len(head), *rows]
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
