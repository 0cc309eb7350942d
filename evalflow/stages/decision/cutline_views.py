"""What if the lines between tiers stood elsewhere: counts and costs beside those of the rules, before the decision."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask import render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from evalflow.access import Permission
from evalflow.analysis import cutlines
from evalflow.analysis.cutlines import CutLines, Line
from evalflow.errors import Conflict, NotFound
from evalflow.kinds.award_tiers import AwardTier
from evalflow.seasons.models import Entry, StageRow
from evalflow.stages.decision import queries
from evalflow.stages.decision.dossier import hidden_from
from evalflow.stages.decision.views import blueprint
from evalflow.tally.ranking import Place
from evalflow.web.current import actor, reading
from evalflow.web.guard import guarded
from evalflow.web.place import place
from evalflow.web.refusals import sentence
from evalflow.workflow import numbers

PLACES, AT_LEAST, SEATS = "places-", "at_least-", "seats"
MOST = 1000
AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


@dataclass(frozen=True)
class Row:
    """One tier, by the rules and with the lines as moved."""

    ruled: Line
    moved: Line


@dataclass(frozen=True)
class Standing:
    """One entry of the ranking and its tier, before and after; None for none."""

    entry: Entry
    place: int
    composite: Fraction | None
    ruled: AwardTier | None
    moved: AwardTier | None

    @property
    def is_moved(self) -> bool:
        return self.ruled is not self.moved


@dataclass(frozen=True)
class CutLinePage:
    """has_seats: whether the number of seats can be moved too: where all tiers have places, these say it.

    left_out: how many entries are not counted, because the reader stepped back from them.
    """

    stage: StageRow
    rows: Sequence[Row]
    ruled: CutLines
    moved: CutLines
    ranking: Sequence[Standing]
    ties: Sequence[Sequence[Entry]]
    has_seats: bool
    seats: int
    field: int
    left_out: int
    faults: Mapping[str, str]

    @property
    def has_fund(self) -> bool:
        return any(row.ruled.tier.amount for row in self.rows)


@blueprint.get("/cut-lines", endpoint="cut_lines")
@guarded(Permission.READ_DOSSIER)
def cut_lines() -> str:
    stage = place().stage
    tiers = queries.tiers_after(stage)
    if not tiers or stage.opened_at is None:
        raise NotFound("not_found")
    try:
        page = _page(reading(), stage, tiers)
    except Conflict as refusal:
        return render_template("stages/decision/cut_lines.html", stage=stage, page=None, problem=sentence(refusal))
    return render_template("stages/decision/cut_lines.html", stage=stage, page=page, problem="")


def _page(session: Session, stage: StageRow, tiers: tuple[AwardTier, ...]) -> CutLinePage:
    stands = queries.standing(session, stage)
    entries, hidden = hidden_from(session, stage, actor())
    places = [one for one in stands.order.places if one.entry not in hidden]
    by_places = all(tier.places is not None for tier in tiers)
    own = queries.options_of(stage).seats
    others, seats, faults = _moved(tiers, own)
    moved_seats = sum(tier.places or 0 for tier in others) if by_places else seats
    field = len(stands.order.places)
    ruled = cutlines.counted(places, tiers, seats=own, field=field)
    moved = cutlines.counted(places, others, seats=moved_seats, field=field)
    return CutLinePage(
        stage=stage,
        rows=[Row(*pair) for pair in zip(ruled.lines, moved.lines, strict=True)],
        ruled=ruled,
        moved=moved,
        ranking=_ranking(places, entries, ruled, moved),
        ties=[[entries[key] for key in group] for group in moved.straddles],
        has_seats=not by_places,
        seats=moved_seats,
        field=field,
        left_out=len(hidden),
        faults=faults,
    )


def _moved(tiers: tuple[AwardTier, ...], seats: int) -> tuple[tuple[AwardTier, ...], int, dict[str, str]]:
    """The tiers and seats as asked for, and what of it can't be; what can't be stays as the rules have it."""
    faults: dict[str, str] = {}
    places: dict[str, int] = {}
    scores: dict[str, str] = {}
    for tier in tiers:
        typed = numbers.plain(request.args.get(f"{PLACES}{tier.key}", ""))
        if typed and (number := count_of(typed)) is not None:
            places[tier.key] = number
        elif typed:
            faults[f"{PLACES}{tier.key}"] = _("A whole number from 0 to %(most)s.", most=MOST)
        score = numbers.plain(request.args.get(f"{AT_LEAST}{tier.key}", ""))
        if AMOUNT.fullmatch(score):
            scores[tier.key] = score
        elif score:
            faults[f"{AT_LEAST}{tier.key}"] = _("This is not a number.")
    typed = numbers.plain(request.args.get(SEATS, ""))
    wanted = count_of(typed) if typed else seats
    if wanted is None:
        faults[SEATS] = _("A whole number from 0 to %(most)s.", most=MOST)
    try:
        return cutlines.moved(tiers, places=places, at_least=scores), seats if wanted is None else wanted, faults
    except ValueError:
        last = max(f"{AT_LEAST}{key}" for key in scores)
        faults[last] = _("A score no higher than in the tier before it.")
        return cutlines.moved(tiers, places=places, at_least={}), seats if wanted is None else wanted, faults


def count_of(typed: str) -> int | None:
    """A number of places as typed; None where it is none."""
    return numbers.whole(typed, most=MOST)


def _ranking(places: Sequence[Place], entries: Mapping[str, Entry], ruled: CutLines, moved: CutLines) -> list[Standing]:
    """Those with a place, best first."""
    tiers = {line.tier.key: line.tier for line in ruled.lines}
    return [
        Standing(
            entries[one.entry],
            one.place,
            one.score,
            tiers.get(ruled.tiers.get(one.entry, "")),
            tiers.get(moved.tiers.get(one.entry, "")),
        )
        for one in places
        if one.place is not None
    ]
