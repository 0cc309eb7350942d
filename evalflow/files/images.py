"""Pictures made anew: whatever else an upload carries (place, camera, scripts, a second file) stays behind."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from evalflow.errors import Invalid

MAX_PIXELS = 50_000_000  # what a phone's best camera takes; a decompression bomb has more
LONGEST_SIDE, SMALL_SIDE = 2560, 640
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
_MODES = {"JPEG": ("RGB", "L"), "PNG": ("RGB", "RGBA", "L", "LA"), "WEBP": ("RGB", "RGBA")}


def reencode(content: bytes) -> tuple[str, bytes, bytes]:
    """(media type, the picture at most 2560 px wide and high, the same at most 640 px), upright, without metadata.

    Of an animation the first frame. Invalid("image_unreadable") or Invalid("image_too_large").
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound is below
            opened = Image.open(io.BytesIO(content), formats=tuple(MEDIA_TYPES))
        if opened.width * opened.height > MAX_PIXELS:
            raise Invalid("image_too_large", megapixels=MAX_PIXELS // 1_000_000)
        form = opened.format or ""
        picture = ImageOps.exif_transpose(_plain(opened, form))
    except Image.DecompressionBombError:
        raise Invalid("image_too_large", megapixels=MAX_PIXELS // 1_000_000) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise Invalid("image_unreadable") from None
    return MEDIA_TYPES[form], _saved(picture, form, LONGEST_SIDE), _saved(picture, form, SMALL_SIDE)


def _plain(opened: Image.Image, form: str) -> Image.Image:
    """Decoded, in a mode the format can hold: colours and transparency, no palette."""
    opened.load()
    if opened.mode in _MODES[form]:
        return opened
    transparent = form != "JPEG" and opened.has_transparency_data
    return opened.convert("RGBA" if transparent else "RGB")


def _saved(picture: Image.Image, form: str, side: int) -> bytes:
    smaller = picture.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    smaller.info = {}  # profiles, comments, texts: Pillow would write them again
    out = io.BytesIO()
    smaller.save(out, form, quality=85, optimize=form == "PNG")
    return out.getvalue()
