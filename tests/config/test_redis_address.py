"""Every form of Redis' address, and what is said of a wrong one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slackbridge.ports.redis_address import RedisKind, redis_address

PAGE = Path(__file__).parents[2] / "docs" / "redis.md"
S, K, C = RedisKind.SINGLE, RedisKind.SENTINEL, RedisKind.CLUSTER


@pytest.mark.parametrize(
    ("url", "kind", "tls", "hosts", "plain"),
    [
        ("redis://h:1/2", S, False, (), "redis://h:1/2"),
        ("rediss://u:p@h", S, True, (), "rediss://u:p@h"),
        ("unix:///run/r.sock?db=1", S, False, (), "unix:///run/r.sock?db=1"),
        ("redis+sentinel://h/m", K, False, (("h", 26379),), "redis://h:26379"),
        (
            "rediss+sentinel://u:p@a:1,b/m?db=3&sentinel_password=x&ssl_ca_certs=/ca.pem",
            *(K, True, (("a", 1), ("b", 26379))),
            "rediss://u:p@a:1?db=3&ssl_ca_certs=%2Fca.pem",
        ),
        ("redis+cluster://a:1,[::1]:2", C, False, (("a", 1), ("::1", 2)), "redis://a:1"),
        ("rediss+cluster://:p@[::1]", C, True, (("::1", 6379),), "rediss://:p@[::1]:6379"),
        ("redis+cluster://a/0", C, False, (("a", 6379),), "redis://a:6379"),
    ],
)
def test_what_is_read(
    url: str, kind: RedisKind, tls: bool, hosts: tuple[tuple[str, int], ...], plain: str
) -> None:
    address = redis_address(url)
    assert (address.kind, address.tls, address.hosts) == (kind, tls, hosts)
    assert address.plain == plain
    assert address.master == ("m" if kind is K else "")


def test_every_password_is_a_secret_as_it_is_written_and_as_it_is_sent() -> None:
    url = "redis+sentinel://u:a%2Fb@h/m?sentinel_username=w&sentinel_password=c%26d&password=e"
    address = redis_address(url)
    assert set(address.secrets) == {"a%2Fb", "a/b", "c%26d", "c&d", "e"}
    assert (address.sentinel_user, address.sentinel_password) == ("w", "c&d")
    assert "a%2Fb" not in repr(address)
    assert redis_address("redis://h").secrets == ()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("localhost", "must begin with redis://"),
        ("redis:h", "must begin with redis://"),
        ("redis-sentinel://h/m", "must begin with redis://"),
        ("redis+sentinel://h", "name of the master"),
        ("redis+sentinel://h/m/0", "name of the master"),
        ("redis+cluster://h/1", "no database numbers"),
        ("redis+cluster://h?db=2", "no database numbers"),
        ("redis+cluster://h:0", "host:port,host:port"),
        ("redis+cluster://a,,b", "host:port,host:port"),
        ("redis+sentinel://u:pa/ss@h/m", "host:port,host:port"),
        ("redis://h?ssl_cacerts=/x", "has no parameter 'ssl_cacerts'; there are "),
        ("redis://h?sentinel_password=x", "has no parameter 'sentinel_password'"),
    ],
)
def test_what_is_wrong(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as refused:
        redis_address(url)
    assert words in str(refused.value)
    assert "pa/ss" not in str(refused.value)


def test_the_page_shows_addresses_that_are_read() -> None:
    shown = re.findall(r"`((?:rediss?|unix)[^` ]*://[^` ]+)`", PAGE.read_text("utf-8"))
    whole = [url for url in shown if not url.endswith("://...")]
    assert {redis_address(url).kind for url in whole} == {S, K, C}
    assert len(whole) >= 6
