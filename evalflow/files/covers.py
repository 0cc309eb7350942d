"""Pictures of simulated entries and reports: calm patterns in deep red and gold, the same for the same chance."""

import io
import math
from random import Random

from PIL import Image, ImageDraw

SIZE = (960, 540)
REDS = ((122, 12, 22), (146, 20, 28), (168, 32, 34), (94, 8, 18))
GOLDS = ((206, 164, 84), (226, 192, 120), (184, 138, 58))


def cover(chance: Random) -> bytes:
    """A JPEG of 960 × 540 pixels."""
    picture = _ground(chance.choice(REDS), chance.choice(REDS))
    chance.choice((_waves, _rays, _petals))(ImageDraw.Draw(picture), chance)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def _ground(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Image.Image:
    """From one red at the top to another at the bottom."""
    column = Image.new("RGB", (1, SIZE[1]))
    for y in range(SIZE[1]):
        share = y / (SIZE[1] - 1)
        column.putpixel((0, y), tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)))
    return column.resize(SIZE)


def _waves(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """Ribbons across the lower half, like metal flowing."""
    for ribbon in range(chance.randint(4, 7)):
        height, length = chance.uniform(18, 60), chance.uniform(260, 620)
        base, shift = SIZE[1] * (0.42 + 0.08 * ribbon), chance.uniform(0, math.tau)
        line = [(x, base + height * math.sin(x / length * math.tau + shift)) for x in range(0, SIZE[0] + 8, 8)]
        draw.line(line, fill=chance.choice(GOLDS), width=chance.choice((2, 3, 6)), joint="curve")


def _rays(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """Light from below the lower edge."""
    x, y = chance.uniform(0.3, 0.7) * SIZE[0], SIZE[1] * 1.08
    count = chance.randint(18, 30)
    for ray in range(count):
        angle = math.pi * (ray + 0.5) / count
        reach = chance.uniform(0.55, 1.0) * SIZE[0]
        end = (x + reach * math.cos(angle), y - reach * math.sin(angle))
        draw.line([(x, y), end], fill=chance.choice(GOLDS), width=chance.choice((1, 2, 4)))
    draw.circle((x, y), SIZE[1] * 0.3, fill=GOLDS[1])


def _petals(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """Circles that meet in the middle, like a flower."""
    x, y, count = SIZE[0] / 2, SIZE[1] / 2, chance.randint(5, 9)
    turn, radius = chance.uniform(0, math.tau), chance.uniform(90, 130)
    for petal in range(count):
        angle = turn + math.tau * petal / count
        middle = (x + radius * math.cos(angle), y + radius * math.sin(angle))
        draw.circle(middle, radius, outline=chance.choice(GOLDS), width=4)
    draw.circle((x, y), radius * 0.28, fill=GOLDS[0])
