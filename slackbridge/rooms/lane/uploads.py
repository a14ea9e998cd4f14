"""Shares customers' files in their threads, beside the lanes: no pass waits for one.

A try is written down under the lease, then made in the background until its deadline. Slack's id
is stored before the call that shows the file; that call is not idempotent, so after an unknown
outcome the thread is read before anything is tried again.
"""

from __future__ import annotations

import asyncio

import structlog

from slackbridge.domain.errors import Failure, Later, Rejected, Unknown
from slackbridge.domain.files import File
from slackbridge.domain.model import Conversation, TicketKey
from slackbridge.domain.record import Change, Patch
from slackbridge.domain.upload import FileUpload, UploadState
from slackbridge.ports.files import MarketplaceFiles, Place, ThreadFiles
from slackbridge.ports.signal import Spawn
from slackbridge.ports.store import Store
from slackbridge.rooms.lane.ticket_pass import TicketPass
from slackbridge.rules import attaching, backoff, uploads
from slackbridge.rules.notice import notice
from slackbridge.rules.uploads import UploadSettings

log = structlog.get_logger(__name__)
AT_ONCE = 3  # files in memory


class Uploads:
    """The files of one account. Nothing of it runs longer than a try's deadline."""

    def __init__(
        self,
        store: Store,
        threads: ThreadFiles,
        source: MarketplaceFiles,
        spawn: Spawn,
        settings: UploadSettings,
    ) -> None:
        self._store = store
        self._threads = threads
        self._source = source
        self._spawn = spawn
        self._settings = settings
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def note(self, pass_: TicketPass, conversation: Conversation) -> None:
        """Write down what is to be shared of a ticket that Slack shows whole."""
        now, types = pass_.now(), self._settings.types
        new = uploads.wanted(pass_.stored, conversation, types, now, self._store.server_epoch())
        if new:
            began = await self._store.map_began()
            new = {name: _doubted(upload, began) for name, upload in new.items()}
            await pass_.write(Change(put=Patch(files=new)))

    async def run(self, pass_: TicketPass) -> None:
        """Begin what is due."""
        stored = pass_.stored
        for name, upload in stored.files.items():
            if not upload.open or not stored.root:
                continue
            if upload.due <= pass_.now():
                upload = await self._begin(pass_, name, upload)
            if upload.open:
                pass_.wake_at(upload.due)

    async def _begin(self, pass_: TicketPass, name: str, upload: FileUpload) -> FileUpload:
        settings = self._settings
        if upload.tries >= uploads.ENDLESS_TRIES:  # each was cut off, perhaps by the file itself
            left = upload.ended(UploadState.LEFT)
            said = notice(f"file:{name}", uploads.told(upload.name, "no try ended"), pass_.now())
            swaps = () if any(i.id == said.id for i in pass_.intents) else ((None, said),)
            await pass_.write(Change(swaps=swaps, put=Patch(files={name: left})))
            pass_.wake_at(pass_.now())
            return left
        taken = upload.taken(pass_.now(), settings.lasts, settings.settle)
        await pass_.write(Change(put=Patch(files={name: taken})))
        place = Place(pass_.stored.channel, pass_.stored.root)
        self._spawn(self._try(_Try(pass_.key, name, place, taken)))
        return taken

    async def _try(self, it: _Try) -> None:
        try:
            async with self._slots:
                after = await self._made(it)
        except Unknown as failure:
            log.warning("file.unknown_outcome", ticket=str(it.key), why=failure.code)
            due = self._store.now() + self._settings.timeout + self._settings.settle
            await self._look_at(it, min(due, it.upload.due))
            return
        except Failure as failure:
            await self._failed(it, failure)
            return
        if after is not None:
            log.info("file.shared", ticket=str(it.key), file=it.field)
            await self._put(it, after)

    async def _made(self, it: _Try) -> FileUpload | None:
        """The upload once it stands in the thread; None = another has taken it over."""
        upload, now = it.upload, self._store.now
        if now() >= upload.deadline:  # it waited for others: a later pass tries again
            return None
        if upload.id or upload.unsure:
            found = await self._threads.find(it.place, upload.since, upload.id, upload.name)
            if found:
                return upload.ended(UploadState.SHARED, found)
        file = await self._source.fetch(upload.name, upload.url, self._settings.most)
        self._check(file)
        id, url = await self._threads.reserve(file.name, len(file.data))
        await self._threads.upload(url, file.data)
        if not await self._put(it, upload.reserved(id)):
            return None
        if now() + self._settings.timeout > upload.deadline:  # the call may arrive too late
            return None
        await self._threads.share(id, file.name, it.place)
        return upload.ended(UploadState.SHARED, id)

    def _check(self, file: File) -> None:
        if not attaching.fits(file.content_type, self._settings.types):
            raise Rejected("it is of a type that is not shown")

    async def _failed(self, it: _Try, failure: Failure) -> None:
        """It was not shared: try again some times, then say so.

        An id in the record stays: an earlier try, or a proxy's refusal, may have shared it.
        """
        log.warning("file.not_shared", ticket=str(it.key), file=it.field, why=failure.loggable)
        settings, tries = self._settings, it.upload.tries
        if isinstance(failure, Later) and tries < uploads.MOST_TRIES:
            pause = backoff.backoff(tries, settings.retry, settings.retry_max)
            await self._look_at(
                it, self._store.now() + max(failure.seconds, pause, settings.settle)
            )
            return
        if await self._mine(it) is None:
            return
        now = self._store.now()
        said = notice(f"file:{it.field}", uploads.told(it.upload.name, failure.quoted), now)
        left = Patch(files={it.field: it.upload.ended(UploadState.LEFT)})
        if not await self._store.write(it.key, Change(swaps=((None, said),), put=left, due=now)):
            await self._store.write(it.key, Change(put=left))  # it was said before

    async def _look_at(self, it: _Try, due: float) -> None:
        """The try is over; what it began may still arrive until then."""
        if (stored := await self._mine(it)) is not None:
            change = Change(put=Patch(files={it.field: stored.later(due)}), due=due)
            await self._store.write(it.key, change)

    async def _put(self, it: _Try, after: FileUpload) -> bool:
        """Write it down, unless another pass has taken it over. Raises Later."""
        if await self._mine(it) is None:
            return False
        return await self._store.write(it.key, Change(put=Patch(files={it.field: after})))

    async def _mine(self, it: _Try) -> FileUpload | None:
        """What is stored of it; None if this is not the latest try: only one is made at a time."""
        stored = (await self._store.load(it.key)).stored.files.get(it.field)
        if stored is None or not stored.open or stored.tries != it.upload.tries:
            return None
        return stored if self._store.now() < it.upload.due else None


class _Try:
    """One try of one file."""

    def __init__(self, key: TicketKey, field: str, place: Place, upload: FileUpload) -> None:
        self.key = key
        self.field = field
        self.place = place
        self.upload = upload


def _doubted(upload: FileUpload, began: str) -> FileUpload:
    """To be looked for first, if the map is younger than the post."""
    try:
        younger = float(began) + uploads.SKEW_SECONDS > upload.since
    except ValueError:
        younger = False
    return upload.model_copy(update={"unsure": upload.unsure or younger})
