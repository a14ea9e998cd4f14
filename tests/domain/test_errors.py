"""The table of outcomes: which are certain, and which must be settled by a look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbridge.domain.errors import (
    Failure,
    Later,
    Rejected,
    Unauthorized,
    Unknown,
    Unsupported,
    Wire,
    of_status,
    of_wire,
    unreadable,
)


@pytest.mark.parametrize(
    ("status", "retry_after", "write", "read"),
    [
        (401, None, Unauthorized, Unauthorized),
        (429, None, Later, Later),
        (429, 7.0, Later, Later),
        (503, 7.0, Later, Later),
        (503, 0.0, Later, Later),
        (501, None, Unsupported, Unsupported),
        (501, 7.0, Unsupported, Unsupported),
        (408, None, Unknown, Later),
        (500, None, Unknown, Later),
        (500, 7.0, Unknown, Later),
        (502, None, Unknown, Later),
        (503, None, Unknown, Later),
        (504, 7.0, Unknown, Later),
        (505, None, Unknown, Later),
        (599, None, Unknown, Later),
        *((status, None, Rejected, Rejected) for status in (100, 302, 400, 403, 404, 409)),
        *((status, 7.0, Rejected, Rejected) for status in (413, 418, 422, 451)),
    ],
)
def test_status(
    status: int, retry_after: float | None, write: type[Failure], read: type[Failure]
) -> None:
    for wanted, writing in ((write, True), (read, False)):
        found = of_status(status, "why", write=writing, retry_after=retry_after, code="x")
        assert type(found) is wanted
        assert (found.reason, found.code, str(found)) == ("why", "x", "why")


def test_the_time_that_was_asked_for() -> None:
    for status, asked, wait in [(429, None, 2.0), (429, 7.0, 7.0), (503, 7.0, 7.0), (503, 0.0, 0)]:
        found = of_status(status, "why", write=True, retry_after=asked)
        assert isinstance(found, Later)
        assert found.seconds == wait


@given(st.integers(100, 599), st.none() | st.floats(0, 100))
def test_no_read_is_ever_unknown_and_every_write_is_certain_or_unknown(
    status: int, asked: float | None
) -> None:
    assert not isinstance(of_status(status, "", write=False, retry_after=asked), Unknown)
    unknown = isinstance(of_status(status, "", write=True, retry_after=asked), Unknown)
    certain = status == 501 or (status == 503 and asked is not None)
    assert unknown is ((status == 408 or status >= 500) and not certain)


@pytest.mark.parametrize(
    ("wire", "write", "kind"),
    [
        (Wire.NOT_SENT, True, Later),
        (Wire.NOT_SENT, False, Later),
        (Wire.BROKEN, True, Unknown),
        (Wire.BROKEN, False, Later),
    ],
)
def test_wire(wire: Wire, write: bool, kind: type[Failure]) -> None:
    assert type(of_wire(wire, "why", write=write)) is kind


def test_an_answer_that_cannot_be_read() -> None:
    assert type(unreadable("why", write=True)) is Unknown
    assert type(unreadable("why", write=False)) is Later


def test_a_refused_credential_is_a_certain_rejection() -> None:
    assert issubclass(Unauthorized, Rejected)
    assert not issubclass(Unsupported, Rejected)


def test_a_quoted_reason_commands_nothing_in_slack() -> None:
    assert Rejected("<!here> & co").quoted == "&lt;!here&gt; &amp; co"
