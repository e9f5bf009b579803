"""Pictures and documents as telephones and shops make them, with all that they tell besides."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any, Final

from PIL import Image, PngImagePlugin

PLACE: Final = b"Xq7-secret-place"
"""What must not be found in anything that is kept."""
XMP: Final = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + PLACE + b"</x:xmpmeta>"
PDF: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\n0000000000 65535 f \n"
    b"trailer<</Root 1 0 R>>\nstartxref\n41\n%%EOF\n"
)


def pixels(mode: str = "RGB", size: tuple[int, int] = (24, 16), seed: int = 1) -> Image.Image:
    """A picture of noise."""
    some = random.Random(seed)
    bands = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, size, some.randbytes(size[0] * size[1] * bands))


def exif(orientation: int = 6) -> Image.Exif:
    """What a telephone writes: its make, the owner's name, the place, and which way up."""
    told = Image.Exif()
    told[0x010F] = PLACE.decode()  # make
    told[0x013B] = PLACE.decode()  # artist
    told[0x0112] = orientation
    place = told.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 31.0, 12.0)
    place[0x1D] = PLACE.decode()
    return told


def jpeg(image: Image.Image | None = None, *, orientation: int = 6, **more: Any) -> bytes:
    """A JPEG with EXIF, XMP, a comment, and another file behind its end."""
    out = io.BytesIO()
    one = image or pixels()
    one.save(
        out,
        "JPEG",
        exif=exif(orientation),
        xmp=XMP,
        comment=PLACE,
        icc_profile=more.pop("icc_profile", None),
        **more,
    )
    return out.getvalue() + b"PK\x03\x04" + PLACE


def png(image: Image.Image | None = None, *, orientation: int = 6, **more: Any) -> bytes:
    """A PNG with texts, EXIF, a private chunk, and another file behind its end."""
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", PLACE.decode())
    told.add_text("Location", PLACE.decode(), zip=True)
    told.add_itxt("XML:com.adobe.xmp", XMP.decode())
    told.add(b"prVt", PLACE)
    out = io.BytesIO()
    (image or pixels()).save(out, "PNG", pnginfo=told, exif=exif(orientation), **more)
    return out.getvalue() + PLACE


def webp(image: Image.Image | None = None, *, orientation: int = 6, **more: Any) -> bytes:
    """A WebP with EXIF, XMP, and another file behind its end."""
    out = io.BytesIO()
    (image or pixels()).save(out, "WEBP", exif=exif(orientation), xmp=XMP, **more)
    return out.getvalue() + PLACE


def claiming(width: int, height: int) -> bytes:
    """A small PNG that says it is as large as this."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 1_000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
