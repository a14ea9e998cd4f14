"""Probes: how much one message holds, found by halving, in four shapes.

The size is that of the compact JSON of the blocks with `&`, `<` and `>` escaped. Slack's own rule
is not published: where the four differ, it is another.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slackbridge.domain.errors import Rejected
from slackbridge.slack.blocks import rich_text
from slackbridge.slack.blocks.block_kit import cost
from slackbridge.slack.live.bench import Bench
from slackbridge.slack.live.probe import Probe
from slackbridge.text.document import Document, Listing, Paragraph, Span

SIZES = (
    *(6_000, 8_000, 9_000, 10_000, 11_000, 12_000, 13_000, 14_000),
    *(16_000, 18_000, 20_000, 24_000, 28_000, 32_000, 40_000),
)
"""What is tried: four posts find one of them."""

SAMPLE = 100  # repetitions from which the size of one is known

Shape = Callable[[int], Document]


def prose(count: int) -> Document:
    return Document((Paragraph((Span("lorem ipsum " * count),)),))


def items(count: int) -> Document:
    return Document((Listing(tuple((Span(f"item {n}"),) for n in range(count))),))


def bold(count: int) -> Document:
    return Document((Paragraph(tuple(Span("word ", bold=n % 2 == 0) for n in range(count))),))


def escaped(count: int) -> Document:
    return Document((Paragraph((Span("&<> " * count),)),))


SHAPES: dict[str, tuple[str, Shape]] = {
    "prose": ("prose", prose),
    "items": ("list items", items),
    "bold": ("runs of bold words", bold),
    "escaped": ("& < >", escaped),
}


def filled(shape: Shape, size: int) -> list[dict[str, Any]]:
    """Blocks of a shape that are as large as fits into `size`."""
    unit = cost(rich_text.blocks(shape(2 * SAMPLE))) - cost(rich_text.blocks(shape(SAMPLE)))
    count = size * SAMPLE // unit
    while (over := cost(blocks := rich_text.blocks(shape(count))) - size) > 0:
        count -= max(1, over * SAMPLE // unit)
    return blocks


async def halve(fits: Callable[[int], Awaitable[str]]) -> tuple[int, int, str]:
    """The largest size that fits, the next one, and why that one does not (0 and '' = none)."""
    low, high, why = -1, len(SIZES), ""
    while high - low > 1:
        middle = (low + high) // 2
        if refused := await fits(SIZES[middle]):
            high, why = middle, refused
        else:
            low = middle
    return SIZES[low] if low >= 0 else 0, SIZES[high] if high < len(SIZES) else 0, why


def _look(name: str, shape: Shape) -> Callable[[Bench], Awaitable[str]]:
    async def look(bench: Bench) -> str:
        async def fits(size: int) -> str:
            content = {"text": f"Self-test: {size} of {name}.", "blocks": filled(shape, size)}
            try:
                await bench.post(f"size.{name}", content)
            except Rejected as failure:
                return failure.code
            return ""

        most, refused, why = await halve(fits)
        over = f"{refused:,}: {why}" if refused else "no limit found"
        return f"{most:,} fit, {over}"

    return look


PROBES = tuple(
    Probe(
        f"size.{name}",
        f"how much fits: {words}",
        _look(name, shape),
        "The bridge cuts its messages at 10,000: what fits may be more, but not less.",
    )
    for name, (words, shape) in SHAPES.items()
)
