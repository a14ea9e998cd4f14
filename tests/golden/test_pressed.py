"""Cards and forms that people have before them are still understood by a newer bridge: ids and
values of everything that can be pressed or filled in, at all four marketplaces.
"""

from __future__ import annotations

import pytest

from tests.golden.forms import lost, recorded
from tests.golden.observed import same, shown

pytestmark = pytest.mark.long


@pytest.mark.timeout(500)
async def test_every_card_and_every_form_comes_back_by_the_same_names(redis_url: str) -> None:
    """A card is drawn anew only when it says something else: old ones are pressed for weeks."""
    async with shown(redis_url) as gallery:
        assert await same(lambda: lost(gallery.cards(), recorded("cards")), []) == []
        assert lost(await gallery.modals(), recorded("modals")) == []
