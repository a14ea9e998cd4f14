"""Which addresses are of Slack's own file servers."""

from __future__ import annotations

from urllib.parse import urlsplit


class FileHosts:
    """`api_url` is the Web API's address: files are there, or at `files.` before its host."""

    def __init__(self, api_url: str) -> None:
        self._api = urlsplit(api_url)

    def ours(self, url: str) -> bool:
        """Whether files and the token may go to an address."""
        try:
            to = urlsplit(url)
            same = (to.scheme, to.hostname, to.port)
        except ValueError:
            return False
        if same == (self._api.scheme, self._api.hostname, self._api.port):
            return True
        return same == ("https", f"files.{self._api.hostname}", None)
