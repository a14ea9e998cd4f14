"""Cards and forms that people have before them are still understood by a newer bridge: ids and
values of everything that can be pressed or filled in, at all four marketplaces.
"""

from __future__ import annotations

import pytest

from tests.golden.forms import Json, lost, recorded
from tests.golden.observed import same, shown

pytestmark = pytest.mark.long
TOLD = frozenset({"sku"})


@pytest.mark.timeout(500)
async def test_every_card_and_every_form_comes_back_by_the_same_names(redis_url: str) -> None:
    """A card is drawn anew only when it says something else: old ones are pressed for weeks."""
    async with shown(redis_url) as gallery:
        assert await same(lambda: lost(gallery.cards(), recorded("cards")), []) == []
        assert lost(await gallery.modals(), still_asked(recorded("modals"))) == []


def still_asked(forms: Json) -> Json:
    """The recorded forms without what the ticket itself tells by now; entered in an old form, it
    still counts.
    """
    shown = {label: form for label, form in forms.items() if isinstance(form, dict)}
    kept = {
        label: {**form, "inputs": [one for one in form["inputs"] if one["block_id"] not in TOLD]}
        for label, form in shown.items()
    }
    return {**forms, **kept}
