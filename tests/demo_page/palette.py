"""Reduces a picture to 256 colours, which takes a third of the bytes."""

from __future__ import annotations

import base64
import struct
import zlib

from tests.demo_page.browser import BrowserContext

REDUCE = """async (png) => {
  const picture = await createImageBitmap(await (await fetch(png)).blob());
  const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  pen.drawImage(picture, 0, 0);
  const pixels = new Uint32Array(pen.getImageData(0, 0, picture.width, picture.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const far = ([r, g, b], [x, y, z]) => (r - x) ** 2 + (g - y) ** 2 + (b - z) ** 2;
  const colours = [...counts.keys()].map((colour) => [colour, parts(colour)]);
  const chosen = [];
  const open = colours.map(([colour, at]) => ({ colour, at, gap: Infinity, best: 0 }));
  while (chosen.length < Math.min(256, open.length)) {
    const worst = open.reduce((a, b) => (weight(b) > weight(a) ? b : a));
    chosen.push(worst.at);
    for (const each of open) {
      const gap = far(each.at, worst.at);
      if (gap < each.gap) [each.gap, each.best] = [gap, chosen.length - 1];
    }
  }
  function weight({ colour, gap }) {
    return Math.min(gap, 4e5) * Math.sqrt(counts.get(colour));
  }
  const index = new Map(open.map(({ colour, best }) => [colour, best]));
  const rows = Uint8Array.from(pixels, (pixel) => index.get(pixel));
  const text = [];
  for (let at = 0; at < rows.length; at += 8192)
    text.push(String.fromCharCode(...rows.subarray(at, at + 8192)));
  return [picture.width, picture.height, chosen.flat(), btoa(text.join(""))];
}"""


async def reduced(context: BrowserContext, png: bytes) -> bytes:
    """The same picture without transparency. The colours are computed in an empty browser page."""
    page = await context.new_page()
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    width, height, colours, packed = await page.evaluate(REDUCE, address)
    await page.close()
    pixels = base64.b64decode(packed)
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes(colours)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
