"""refurbed's adapter: files with a reply and with an internal message."""

from __future__ import annotations

import pytest

from slackbridge.domain.files import File
from slackbridge.domain.model import Act, Kind
from slackbridge.providers.refurbed.provider import Refurbed
from slackbridge.sandbox.refurbed.app import RefurbedSandbox

FILES = (File("a.pdf", "application/pdf", b"%PDF"), File("b.png", "image/png", b"\x89PNG"))


@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.INTERNAL])
async def test_files_go_with_the_message(
    shop: RefurbedSandbox, refurbed: Refurbed, kind: Kind
) -> None:
    ticket = shop.customer_opens()
    answer = await refurbed.perform(str(ticket), Act(kind, "Here", files=FILES), 5)
    assert answer is not None
    told = answer.messages[-1]
    assert [file.name for file in told.attachments] == ["a.pdf", "b.png"]
    kept = [shop.files.get(file.url.split("/")[-2]) for file in told.attachments]
    assert [each[1] for each in kept if each] == [file.data for file in FILES]
