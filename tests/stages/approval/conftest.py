"""A committee that has come together over four applications."""

import pytest

from tests.approved import Board, convened
from tests.builders import House


@pytest.fixture
def board(house: House) -> Board:
    board = convened(house)
    board.attend()
    return board
