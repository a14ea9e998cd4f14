"""How a message of the marketplace stands in its thread: the stored value of `m:<message>`."""

from __future__ import annotations

from dataclasses import dataclass, replace

MORE = "+"
OWN = "="


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """Tokens, divided by spaces: the ts of the parts, and then

    | token | means |
    |---|---|
    | `+` | more parts are to come |
    | `=<intent>` | the agent's own Slack message shows it; `=` alone: an unknown form |
    | `/<ts>` | a part of an edit, posted beneath |
    | `~<print>` | the print of the text that is shown; absent = not known |
    | `^<print>` | the print of an edit; the `/<ts>` after it are its parts so far |
    """

    parts: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    print: str = ""
    becoming: str = ""
    begun: tuple[str, ...] = ()
    more: bool = False
    own: str = ""

    @classmethod
    def load(cls, text: str) -> ShownMessage:
        """Read the stored value; '' = nothing is shown."""
        shown = cls()
        for token in text.split():
            shown = shown._with(token)
        return shown

    def _with(self, token: str) -> ShownMessage:
        rest = token[1:]
        match token[0]:
            case "+":
                return replace(self, more=True)
            case "=":
                return replace(self, own=token)
            case "~":
                return replace(self, print=rest)
            case "^":
                return replace(self, becoming=rest, begun=())
            case "/" if self.becoming:
                return replace(self, begun=(*self.begun, rest))
            case "/":
                return replace(self, edits=(*self.edits, rest))
        return replace(self, parts=(*self.parts, token))

    @property
    def text(self) -> str:
        """The stored value."""
        tokens = [*([self.own] if self.own else self.parts)]
        tokens += [f"/{ts}" for ts in self.edits]
        tokens += [f"~{self.print}"] if self.print else []
        if self.becoming:
            tokens += [f"^{self.becoming}", *(f"/{ts}" for ts in self.begun)]
        return " ".join([*tokens, *([MORE] if self.more else [])])

    @property
    def whole(self) -> bool:
        """Whether all parts are shown."""
        return bool(self.own or self.parts) and not self.more

    @property
    def timestamps(self) -> tuple[str, ...]:
        """The ts of every post of it."""
        return (*self.parts, *self.edits, *self.begun)

    def with_part(self, ts: str, *, last: bool, print: str = "") -> ShownMessage:
        """One more part is shown."""
        return replace(self, parts=(*self.parts, ts), more=not last, print=print if last else "")

    def with_edit(self, print: str, ts: str, *, last: bool) -> ShownMessage:
        """One more part of an edit is shown."""
        begun = (*(self.begun if self.becoming == print else ()), ts)
        if not last:
            dropped = () if self.becoming == print else self.begun
            return replace(self, edits=(*self.edits, *dropped), becoming=print, begun=begun)
        before = self.begun if self.becoming != print else ()
        edits = (*self.edits, *before, *begun)
        return replace(self, edits=edits, print=print, becoming="", begun=())

    def printed(self, print: str) -> ShownMessage:
        """The print of what is shown is known now."""
        return replace(self, print=print)
