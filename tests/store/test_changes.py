"""What one writer does not know of is not removed by it."""

from __future__ import annotations

import pytest

from slackbridge.domain.fields import Writing
from slackbridge.domain.record import Change, Patch
from slackbridge.store.redis import RedisStore
from tests.values import KEY


@pytest.mark.parametrize(
    ("before", "meanwhile"),
    [
        (Patch(unread_at=1.0), Patch(unread_at=2.0)),
        (Patch(), Patch(unread_at=2.0)),
        (Patch(writing=Writing(user="U1", at=1.0)), Patch(writing=Writing(user="U2", at=2.0))),
    ],
)
async def test_a_field_that_was_set_anew_meanwhile_stays(
    store: RedisStore, before: Patch, meanwhile: Patch
) -> None:
    if before:
        await store.write(KEY, Change(put=before))
    known = (await store.load(KEY)).stored
    await store.write(KEY, Change(put=meanwhile))
    after = (await store.load(KEY)).stored
    gone = Patch(unread_at=None, writing=None)
    assert await store.write(KEY, Change(put=gone).as_known(known))
    assert (await store.load(KEY)).stored == after


async def test_a_field_that_is_as_it_was_known_is_removed(store: RedisStore) -> None:
    await store.write(KEY, Change(put=Patch(unread_at=1.0, tries=2)))
    known = (await store.load(KEY)).stored
    await store.write(KEY, Change(put=Patch(unread_at=None)).as_known(known))
    after = (await store.load(KEY)).stored
    assert (after.unread_at, after.tries) == (0.0, 2)
