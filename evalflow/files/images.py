"""Pictures made anew: whatever else an upload carries (place, camera, scripts, a second file) stays behind.

What a picture costs is known from its first bytes: its dimensions. Those that would take too much are refused before
anything is decoded, two are read at a time in a process, and no more than a few wait. A JPEG is decoded at the size
that is needed of it, so it may have more pixels than the others.
"""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageCms

from evalflow.errors import Invalid

MAX_PIXELS = {  # so that none takes more than 300 MB while it is read
    "JPEG": 50_000_000,  # what a phone's best camera takes
    "progressive JPEG": 25_000_000,  # is held whole while it is decoded
    "PNG": 25_000_000,  # a scan of A4 at 400 dpi has 15
    "WEBP": 16_000_000,
}
LONGEST_SIDE, SMALL_SIDE = 2560, 640
AT_ONCE, WAITING = 2, 6
LARGEST_PROFILE = 4 * 1024**2
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
_FORMS = {"MPO": "JPEG"}  # what phones take: several pictures in one JPEG, the first of them the photograph
_MODES = {"JPEG": ("RGB", "L"), "PNG": ("RGB", "RGBA", "L", "LA"), "WEBP": ("RGB", "RGBA")}
_TURNS = threading.BoundedSemaphore(AT_ONCE)
_PLACES = threading.BoundedSemaphore(AT_ONCE + WAITING)


def reencode(content: bytes) -> tuple[str, bytes, bytes]:
    """(media type, the picture at most 2560 px wide and high, the same at most 640 px), upright, without metadata.

    Of an animation and of a phone's several pictures in one the first. Colours that a profile describes become those of
    the web (sRGB). Invalid("image_unreadable"), Invalid("image_too_large") by its dimensions, Invalid("images_busy")
    when too many wait.
    """
    if not _PLACES.acquire(blocking=False):
        raise Invalid("images_busy")
    try:
        with _TURNS, _readable():
            opened = Image.open(io.BytesIO(content), formats=tuple(MEDIA_TYPES))
            form = _FORMS.get(opened.format or "", opened.format or "")
            _bounded(opened, form)
            picture = _shown(opened, form)
            large = _saved(picture, form)
            picture.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
            return MEDIA_TYPES[form], large, _saved(picture, form)
    finally:
        _PLACES.release()


@contextmanager
def _readable() -> Iterator[None]:
    """A picture is what strangers wrote, and the library keeps no list of what it raises at it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about large pictures, for which we have our own bound, and odd metadata
            yield
    except Invalid:
        raise
    except Image.DecompressionBombError:
        raise Invalid("image_too_large", megapixels=min(MAX_PIXELS.values()) // 1_000_000) from None
    except Exception as error:
        raise Invalid("image_unreadable") from error


def _bounded(opened: Image.Image, form: str) -> None:
    most = MAX_PIXELS[f"progressive {form}" if "progressive" in opened.info else form]
    if opened.width * opened.height > most:
        raise Invalid("image_too_large", megapixels=most // 1_000_000)


def _shown(opened: Image.Image, form: str) -> Image.Image:
    """Decoded, at most 2560 px, upright, in a mode the format can hold: colours and transparency, no palette."""
    profile = opened.info.get("icc_profile", b"")
    opened.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # decodes a JPEG at 1/2, 1/4 or 1/8 where that is enough
    opened.load()
    picture = _plain(opened, form)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    picture = _upright(_for_the_web(picture, profile), opened)
    return picture if picture.mode in _MODES[form] else picture.convert("RGB")


def _plain(opened: Image.Image, form: str) -> Image.Image:
    if opened.mode.startswith("I"):  # 16-bit grey: the library's own conversion takes all above 255 for white
        return opened.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if opened.mode in ("CMYK", *_MODES[form]):
        return opened
    transparent = form != "JPEG" and opened.has_transparency_data
    return opened.convert("RGBA" if transparent else "RGB")


def _for_the_web(picture: Image.Image, profile: bytes) -> Image.Image:
    """As its colour profile means it; a profile that does not fit the picture, or is none, is left aside."""
    if profile and len(profile) <= LARGEST_PROFILE and picture.mode in ("RGB", "RGBA", "CMYK"):
        try:
            found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = "RGBA" if picture.mode == "RGBA" else "RGB"
            shown = ImageCms.profileToProfile(picture, found, ImageCms.createProfile("sRGB"), outputMode=mode)
            return shown or picture
        except (ImageCms.PyCMSError, OSError, ValueError):
            return picture
    return picture


def _upright(picture: Image.Image, opened: Image.Image) -> Image.Image:
    """Turned as the camera was held; a note of it that can't be read is no reason to refuse a picture."""
    try:
        orientation = opened.getexif().get(0x0112, 1)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError):
        return picture
    turn = _TURNED.get(orientation)
    return picture if turn is None else picture.transpose(turn)


_TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _saved(picture: Image.Image, form: str) -> bytes:
    picture.info = {}  # profiles, comments, texts: the library would write them again
    out = io.BytesIO()
    picture.save(out, form, quality=85)
    return out.getvalue()
