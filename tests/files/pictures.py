"""Odd pictures, each made here: what phones, scanners, old programs and people who mean harm send."""

import io
import struct
import zlib
from collections.abc import Iterator
from random import Random

from PIL import Image, ImageCms

SIZE = (64, 48)


def saved(picture: Image.Image, form: str, **named: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **named)
    return out.getvalue()


def plain(form: str = "JPEG", colour: str = "darkred", **named: object) -> bytes:
    return saved(Image.new("RGB", SIZE, colour), form, **named)


def phone() -> bytes:
    """Two pictures in one file, as phones take them (MPO); the first is red."""
    second = Image.new("RGB", SIZE, "navy")
    return saved(Image.new("RGB", SIZE, "darkred"), "MPO", save_all=True, append_images=[second])


def grey16() -> bytes:
    """A 16-bit scan: from black at the left to white at the right."""
    ramp = Image.new("I;16", (256, 16))
    for x in range(256):
        for y in range(16):
            ramp.putpixel((x, y), x * 257)
    return saved(ramp, "PNG")


def turned(orientation: int) -> bytes:
    """64 × 48 as the camera kept it, with a white corner at the top left, and how to hold it."""
    picture = Image.new("RGB", SIZE, "black")
    picture.paste("white", (0, 0, 16, 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(picture, "JPEG", exif=exif, quality=95)


def profiled() -> bytes:
    """A picture of pure red whose profile says that its red is green, and its green red."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    turned = srgb.replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ").replace(b"----", b"gXYZ")
    return plain("PNG", "red", icc_profile=turned)


def _no_picture() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()


def kept() -> Iterator[tuple[str, bytes]]:
    """(what it is, bytes) of every picture that can be shown."""
    still = Image.new("RGB", SIZE, "darkred")
    others = [Image.new("RGB", SIZE, "navy")] * 3
    clear = Image.new("RGBA", SIZE, (139, 0, 0, 90))
    palette = still.quantize(8)
    for form in ("JPEG", "PNG", "WEBP"):
        yield f"{form} in colour", plain(form)
        yield f"{form} in grey", saved(still.convert("L"), form)
        yield f"{form} of one pixel", saved(Image.new("RGB", (1, 1)), form)
        yield f"{form} with a line of 3000 pixels", saved(Image.new("RGB", (3000, 1)), form)
        yield f"{form} with a broken profile", plain(form, icc_profile=b"\x00" * 200)
        yield f"{form} with broken EXIF", plain(form, exif=b"Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff" + bytes(40))
    yield "a phone's two pictures in one", phone()
    yield "progressive", plain(progressive=True)
    yield "CMYK", saved(still.convert("CMYK"), "JPEG")
    yield "with something behind it", plain() + b"PK\x03\x04<script>alert(1)</script>"
    yield "16-bit grey", grey16()
    yield "16-bit colour", png(2, 16, b"\x00" + b"\x8b\x00\x00\x00\x00\x00" * 4, (4, 1))
    yield "16-bit grey with transparency", png(4, 16, b"\x00" + b"\x80\x00\xff\xff" * 4, (4, 1))
    yield "black and white", saved(still.convert("1"), "PNG")
    yield "grey with transparency", saved(clear.convert("LA"), "PNG")
    yield "colour with transparency", saved(clear, "PNG")
    yield "WebP with transparency", saved(clear, "WEBP")
    yield "a palette", saved(palette, "PNG")
    yield "a palette with one clear colour", saved(palette, "PNG", transparency=0)
    yield "a palette with degrees of transparency", saved(palette, "PNG", transparency=bytes(range(0, 256, 32)))
    yield "one clear colour", saved(still, "PNG", transparency=(139, 0, 0))
    yield "an animated PNG", saved(still, "PNG", save_all=True, append_images=others)
    yield "an animated WebP", saved(still, "WEBP", save_all=True, append_images=others)
    yield "a profile of its own", profiled()
    yield "a profile for no picture", plain("PNG", icc_profile=_no_picture())
    for orientation in range(1, 9):
        yield f"turned, {orientation}", turned(orientation)


def refused() -> Iterator[tuple[str, bytes, str]]:
    """(what it is, bytes, why) of everything else that is sent as a picture."""
    for form in ("JPEG", "PNG", "WEBP"):
        whole = plain(form)
        for share in (1, 2, 3):
            yield f"{form} cut off after {share}/4", whole[: len(whole) * share // 4], "image_unreadable"
    yield "PNG of no width", png(2, 8, b"\x00", (0, 1)), "image_unreadable"
    yield "JPEG of no height", dimensions(plain(), 0, 48), "image_unreadable"
    yield "PNG with a damaged part", plain("PNG").replace(b"IDAT", b"IDAX", 1), "image_unreadable"
    yield "texts that unpack to 64 MB", with_part(plain("PNG"), b"zTXt", b"a\x00\x00" + zeros(64)), "image_unreadable"
    yield "PNG of 30,000 × 30,000", png(0, 1, b"", (30_000, 30_000)), "image_too_large"
    yield "PNG of nothing but its line", png(0, 1, b"", (2**31 - 1, 1)), "image_too_large"
    yield "JPEG of 65,000 × 65,000", dimensions(plain(), 65_000, 65_000), "image_too_large"
    yield "WebP of 16,383 × 16,383", canvas(16_383, 16_383), "image_too_large"
    yield "black, 7,000 × 7,000, with transparency", bomb(7000), "image_too_large"
    yield "GIF", plain("GIF"), "image_unreadable"
    yield "BMP", plain("BMP"), "image_unreadable"
    yield "TIFF", plain("TIFF"), "image_unreadable"
    yield "AVIF", b"\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1miaf" + bytes(64), "image_unreadable"
    yield "SVG", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image_unreadable"
    yield "HEIC", b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic" + bytes(64), "image_heic"
    yield "HEIC of several", b"\x00\x00\x00\x18ftypmsf1\x00\x00\x00\x00msf1hevc" + bytes(64), "image_heic"
    yield "nothing", b"", "file_empty"


def damaged(times: int) -> Iterator[bytes]:
    """So often one of the pictures with some bytes changed at random; of a JPEG and a WebP most are still read."""
    chance, whole = Random("damaged"), [content for _, content in kept()]
    for _ in range(times):
        picture = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 12)):
            picture[chance.randrange(len(picture))] = chance.randrange(256)
        yield bytes(picture)


def bomb(side: int) -> bytes:
    """A square PNG of transparent black: some 190 kB for 7,000 pixels a side, which unpack to 196 MB."""
    return saved(Image.new("RGBA", (side, side)), "PNG")


def png(colours: int, depth: int, lines: bytes, size: tuple[int, int]) -> bytes:
    """A PNG written by hand; colours: 0 grey, 2 RGB, 4 grey with transparency."""
    head = struct.pack(">IIBBBBB", *size, depth, colours, 0, 0, 0)
    body = part(b"IHDR", head) + part(b"IDAT", zlib.compress(lines)) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def part(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def with_part(picture: bytes, name: bytes, content: bytes) -> bytes:
    """The PNG with one more part, after its head."""
    return picture[:33] + part(name, content) + picture[33:]


def zeros(megabytes: int) -> bytes:
    return zlib.compress(bytes(megabytes * 1024**2))


def dimensions(picture: bytes, height: int, width: int) -> bytes:
    """The JPEG whose frame says another size."""
    frame = picture.index(b"\xff\xc0")
    return picture[: frame + 5] + struct.pack(">HH", height, width) + picture[frame + 9 :]


def canvas(width: int, height: int) -> bytes:
    """A small WebP on a huge canvas."""
    frame = plain("WEBP")[12:]
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + b"\x00\x00\x00\x00" + size + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body
