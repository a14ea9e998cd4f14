"""The example of docs/providers.md, and how it is installed as a package."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PAGE = (Path(__file__).parent.parent / "docs" / "providers.md").read_text(encoding="utf-8")
MODULE = "acme_bridge"


def blocks(language: str) -> list[str]:
    """The examples of the page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def with_orders() -> str:
    """The provider that reads orders, too: what the page adds to the whole one."""
    whole, more = blocks("python")[:2]
    return f"{whole}\nfrom slackbridge.sdk import Fact, Order, Rejected\n\n\n{more}"


def install(folder: Path, source: str) -> None:
    """Put the example there as pip would, with the entry point that the page names."""
    project = tomllib.loads(blocks("toml")[0])["project"]
    (folder / f"{MODULE}.py").write_text(source, encoding="utf-8")
    info = folder / f"{MODULE}-{project['version']}.dist-info"
    info.mkdir()
    about = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(about, encoding="utf-8")
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
