"""The fault of a cache that mixes its answers up: a call gets another one's answer.

Not any marketplace's documented behaviour. Caches and proxies that leave a part of the request out
of their keys do this, and then a customer's words are in the answer about another's ticket.
"""

from __future__ import annotations

from aiohttp import web

KEPT = 4  # the last answers of each operation


class Answers:
    """The last 2xx answers by operation, each with the request that it answered."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[bytes, web.Response]] = {}

    async def keep(
        self, operation: str, request: web.Request, response: web.StreamResponse
    ) -> None:
        if not isinstance(response, web.Response) or response.status >= 300:
            return
        kept = self._kept.setdefault(operation, {})
        asked = await _asked(request)
        kept.pop(asked, None)
        kept[asked] = response
        if len(kept) > KEPT:
            del kept[next(iter(kept))]

    async def other(self, operation: str, request: web.Request) -> web.Response | None:
        """The newest answer to another request of that operation; None if there was none."""
        asked = await _asked(request)
        others = [one for key, one in self._kept.get(operation, {}).items() if key != asked]
        if not others:
            return None
        told = others[-1]
        body = told.body if isinstance(told.body, bytes) else b""
        return web.Response(status=told.status, body=body, content_type=told.content_type)


async def _asked(request: web.Request) -> bytes:
    return b"\n".join((request.method.encode(), request.path_qs.encode(), await request.read()))
