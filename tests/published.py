"""Where published test vectors and real contests lie, beside the project; they are read, never copied into it."""

from pathlib import Path

import pytest

PUBLISHED = Path(__file__).resolve().parents[2] / "shared"


def published(*parts: str) -> Path:
    """A file or folder of published material; the test is skipped, saying so, where it is not there."""
    path = PUBLISHED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"published material is not on this machine: {'/'.join(parts)}")
    return path
