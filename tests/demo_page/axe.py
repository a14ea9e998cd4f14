"""Accessibility findings of axe-core."""

from __future__ import annotations

import json
from importlib.resources import files

from tests.demo_page.browser import Page

GRAVE = {"serious", "critical"}
# A page that is still being drawn has one colour from before and one from after.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


async def findings(page: Page, *rules: str) -> list[str]:
    """Serious and critical findings with their elements; of these rules, by default of all."""
    if not await page.evaluate("'axe' in window"):
        # Injected through the debugger, which the content security policy does not restrict.
        source = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
        await page.evaluate(f"{source}; undefined")
    await page.evaluate(DRAWN)
    only = {"runOnly": rules} if rules else {}
    how = json.dumps({"resultTypes": ["violations"], **only})
    result = await page.evaluate(f"axe.run({how})")
    return [
        f"{found['id']}: {[node['html'][:160] for node in found['nodes']]}"
        for found in result["violations"]
        if found["impact"] in GRAVE
    ]
