"""Lots, where a stage's rules draw them: from a seed of its own that its outcome tells, so that anyone can repeat it.

The season's seed stays secret until nobody can choose anything any more in view of it; what one stage is drawn from
(`tally.ranking.stage_seed`) tells nothing of it, nor of any other stage's lots.
"""

from evalflow.errors import BundleError
from evalflow.tally import ranking
from evalflow.workflow.outcome import Case

FACT = "lots"  # of an outcome: what the lots were drawn from, in hex


def drawn(case: Case) -> dict[str, int]:
    """{entry: lot}, the highest drawn first. BundleError without a seed to draw from."""
    return ranking.lots(case.keys, bytes.fromhex(_seed(case)))


def told(case: Case, *, are_drawn: bool) -> dict[str, str]:
    """The part of the outcome's facts that says what was drawn from; none where the rules draw no lots."""
    return {FACT: _seed(case)} if are_drawn else {}


def _seed(case: Case) -> str:
    if not case.seed:
        raise BundleError(
            "bundle.json",
            "draw_seed",
            expected="a seed in hex that was published beforehand, as lots are drawn",
            found=f"{case.seed!r}",
        )
    return case.seed
