"""A measured figure with its floor and bounds, and the table of figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`target` bounds ours / floor, `limit` bounds ours; from above, with `more` from below.

    A figure without bounds is informative only.
    """

    id: str
    name: str
    unit: str
    ours: float
    floor: float
    target: float | None = None
    limit: float | None = None
    more: bool = False

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None

    @property
    def ok(self) -> bool:
        """Whether all its bounds hold."""
        return self._holds(self.ratio, self.target) and self._holds(self.ours, self.limit)

    def _holds(self, value: float | None, bound: float | None) -> bool:
        if value is None or bound is None:
            return True
        return value >= bound if self.more else value <= bound

    @property
    def bound(self) -> str:
        """The bounds as text, such as `≤ 2x, ≤ 50 ms`."""
        sign = "≥" if self.more else "≤"
        parts = [f"{sign} {self.target:g}x"] if self.target is not None else []
        parts += [f"{sign} {self.limit:g} {self.unit}"] if self.limit is not None else []
        return ", ".join(parts)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "ok": self.ok}


def quantile(values: Sequence[float], share: float) -> float:
    """The quantile of `values` at `share`, rounded up to a member."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def table(figures: Iterable[Figure]) -> str:
    """The figures as aligned text."""
    rows: list[tuple[str, ...]] = [("", "figure", "ours", "floor", "ratio", "target", "")]
    rows += [_row(figure) for figure in figures]
    widths = [max(len(row[i]) for row in rows) for i in range(7)]
    return "\n".join(_line(row, widths) for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    verdict = "" if not figure.bound else "ok" if figure.ok else "OVER"
    ours = f"{_number(figure.ours)} {figure.unit}".strip()
    return figure.id, figure.name, ours, _number(figure.floor), ratio, figure.bound, verdict


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    left = (0, 1, 5, 6)
    cells = [
        cell.ljust(width) if i in left else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
