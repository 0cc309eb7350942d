"""When a whole score sheet does not count. The rater is told by the same functions before submitting.

scores: {entry: score} of one rater. Every rule gives the entries that break it, none where the sheet stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalflow.tally.exact import Number, exact


@dataclass(frozen=True)
class Quota:
    """At most so many entries may get `or_more`, e.g. at most three of 90 or more."""

    at_most: int
    or_more: Number


@dataclass(frozen=True)
class Breach:
    """Why a sheet is void: the rule's name, the entries concerned, and the quota where it was one."""

    rule: str
    entries: tuple[str, ...]
    quota: Quota | None = None


def same_score_for_all(scores: Mapping[str, Number]) -> tuple[str, ...]:
    """All entries, where two or more were scored and all alike; else none.

    >>> same_score_for_all({"b1": 90, "b2": 90}), same_score_for_all({"b1": 90, "b2": 91})
    (('b1', 'b2'), ())
    """
    alike = len(scores) > 1 and len({exact(score) for score in scores.values()}) == 1
    return tuple(scores) if alike else ()


def over_quota(scores: Mapping[str, Number], quota: Quota) -> tuple[str, ...]:
    """The entries at or above the quota's score, where they are more than it allows; else none.

    >>> over_quota({"b1": 95, "b2": 90, "b3": 89}, Quota(at_most=1, or_more=90))
    ('b1', 'b2')
    """
    high = tuple(entry for entry, score in scores.items() if exact(score) >= exact(quota.or_more))
    return high if len(high) > quota.at_most else ()


def breaches(
    scores: Mapping[str, Number], *, same_score_void: bool = False, quotas: Sequence[Quota] = ()
) -> tuple[Breach, ...]:
    """Every reason why the sheet is void, by the rules the workflow states; none where it counts.

    An empty sheet breaks no rule. Source: award regulations that void "scores without distinction".

    >>> breaches({"b1": 90, "b2": 90}, same_score_void=True, quotas=[Quota(3, 90)])
    (Breach(rule='same_score_for_all', entries=('b1', 'b2'), quota=None),)
    """
    found = [Breach("same_score_for_all", same_score_for_all(scores))] if same_score_void else []
    found += [Breach("quota", over_quota(scores, quota), quota) for quota in quotas]
    return tuple(breach for breach in found if breach.entries)
