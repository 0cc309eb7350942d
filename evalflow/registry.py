"""Which package answers for which kind. Explicit imports, nothing else."""

from evalflow.seasons.lifecycle import Lifecycle
from evalflow.seasons.play import Play
from evalflow.stages.ballot import lifecycle as ballot_lifecycle
from evalflow.stages.ballot import play as ballot_play

LIFECYCLES: dict[str, Lifecycle] = {
    "ballot": ballot_lifecycle,
}

PLAYS: dict[str, Play] = {
    "ballot": ballot_play,
}
