"""Attachments: stored bytes behind public links, and small sample files."""

from __future__ import annotations

import binascii
import mimetypes
import struct
import zlib
from pathlib import PurePosixPath
from urllib.parse import quote

from slackbridge.sandbox.refurbed.records import Attachment

Upload = tuple[str, bytes]


class Files:
    """All files of one service, by id. Links need no token, as at refurbed."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[Attachment, bytes]] = {}

    def put(self, upload: Upload) -> Attachment:
        """Store a file under its bare name."""
        name = PurePosixPath(upload[0].replace("\\", "/")).name or "file"
        key = f"{len(self._files) + 1:06d}"
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        attachment = Attachment(name, f"/files/{key}/{quote(name, safe='')}", kind)
        self._files[key] = (attachment, upload[1])
        return attachment

    def get(self, key: str) -> tuple[Attachment, bytes] | None:
        return self._files.get(key)


def sample(filename: str) -> Upload:
    """A small valid file for a name: a PNG, a PDF, or plain text."""
    match PurePosixPath(filename).suffix.lower():
        case ".png":
            return filename, _png(96, 64, zlib.crc32(filename.encode()))
        case ".pdf":
            return filename, _pdf(filename)
        case _:
            return filename, f"{filename}\n".encode()


def _png(width: int, height: int, colour: int) -> bytes:
    row = b"\0" + struct.pack(">I", colour)[1:] * width
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(row * height)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", binascii.crc32(kind + data))
    )


def _pdf(title: str) -> bytes:
    """One A6 page that shows `title`."""
    shown = title.encode("ascii", "replace").replace(b"(", b"[").replace(b")", b"]")
    stream = b"BT /F1 14 Tf 20 380 Td (" + shown.replace(b"\\", b"/") + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 298 420]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    return _pdf_file(objects)


def _pdf_file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets: list[int] = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + table
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)
