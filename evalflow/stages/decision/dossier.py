"""The dossier: what the committee has before it, without what a recused member must not see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, may
from evalflow.i18n import Text
from evalflow.kinds import decision, meeting
from evalflow.kinds.award_tiers import AwardTier
from evalflow.kinds.barring import Barred
from evalflow.kinds.components import title_of
from evalflow.kinds.standing import Standing
from evalflow.meetings import queries as meetings
from evalflow.meetings.models import Motion
from evalflow.meetings.queries import Assembly
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.stages.decision import queries
from evalflow.stages.decision.models import Decided
from evalflow.tally.ranking import Decision
from evalflow.workflow.outcome import Case


@dataclass(frozen=True)
class Column:
    """A component of the composite. weight: per cent, None where parts are only added up, or multiplied."""

    title: Text
    weight: int | None
    is_subtracted: bool = False


@dataclass(frozen=True)
class Rank:
    """An entry in the ranking. place None: unranked. points: one for each column; shares: what each adds to composite.

    base: who may vote on it. motion: the last division on it. is_carried: whether one was carried.
    awards: the place it would have, were the decision that of the ranking, among those carried.
    is_hidden: the reader stepped back from it: neither points nor counts may be shown. tier: that goes with the place
    decided, or before there is a decision with the place proposed; None where there is none.
    """

    entry: Entry
    place: int | None
    is_tied: bool
    is_proposed: bool
    composite: Fraction | None
    points: Sequence[Fraction | None]
    shares: Sequence[Fraction]
    base: meeting.Base
    motion: Motion | None
    is_carried: bool
    awards: int | None
    decided: Decided | None
    is_hidden: bool
    tier: AwardTier | None


@dataclass(frozen=True)
class Tie:
    """Entries of equal points and the link of the chain that put them apart. told: their titles, best first."""

    link: str
    told: str


@dataclass(frozen=True)
class Dossier:
    """ties: as broken. open_ties: groups that share a place and wait for a motion.

    at_the_line: those who tie for the last seats where the rules leave the choice to the committee; seats_left: these.
    barred: (title, why) of those kept out by a veto or a condition. passed_over: their group has enough winners, or,
    with a budget, they cost too much. unworkable: without points, because their targets contradict. assembly None:
    nobody meets. left_out: motions kept from the reader. adds_up: whether the parts, weighted, add up to the composite.
    decimals: that composites are shown with.
    """

    columns: Sequence[Column]
    ranking: Sequence[Rank]
    ties: Sequence[Tie]
    open_ties: Sequence[Sequence[Entry]]
    at_the_line: Sequence[Entry]
    seats_left: int
    barred: Sequence[tuple[str, Barred]]
    passed_over: Sequence[Entry]
    has_budget: bool
    unworkable: Sequence[Entry]
    assembly: Assembly | None
    motions: Sequence[Motion]
    left_out: int
    own_recusals: frozenset[int]
    adds_up: bool
    decimals: int


def dossier(session: Session, stage: StageRow, reader: Actor) -> Dossier:
    """Everything in a few queries, however many entries there are. BundleError where earlier outcomes rank nobody."""
    entries, hidden = hidden_from(session, stage, reader)
    case = queries.case(session, stage)
    stands = queries.standing_of(case)
    own = frozenset(meetings.own_recusals(session, stage.id, reader))
    motions = meetings.motions(session, stage.id)
    seen = [one for one in motions if not hidden & set(meeting.entries_of(one.about))]
    open_ties = decision.open_ties(stands, queries.options_of(stage))
    waits = {key for group in open_ties for key in group}
    return Dossier(
        columns=_columns(stage),
        ranking=_ranking(session, stage, case, stands, entries, hidden),
        ties=[_tie(one, entries) for one in stands.order.decisions if not hidden & _names(one)],
        open_ties=[[entries[key] for key in group] for group in open_ties],
        at_the_line=[entries[key] for key in stands.cut.tied if key not in waits],
        seats_left=stands.cut.seats_left,
        barred=[(entries[one.entry].title, one) for one in stands.barred if one.entry not in hidden],
        passed_over=[entries[key] for key in stands.passed_over],
        has_budget=stands.left is not None,
        unworkable=[entries[key] for key in sorted({key for keys in stands.unworkable.values() for key in keys})],
        assembly=meetings.assembly(session, stage),
        motions=seen,
        left_out=len(motions) - len(seen),
        own_recusals=own,
        adds_up=queries.options_of(stage).adds_up,
        decimals=queries.options_of(stage).round.decimals,
    )


def hidden_from(session: Session, stage: StageRow, reader: Actor) -> tuple[Mapping[str, Entry], frozenset[str]]:
    """({entry key: entry} of all that take part, the keys of those that the reader must not see)."""
    entries = {one.key: one for one in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)}
    if may(reader, Permission.KEEP_MINUTES, season=stage.season_id):
        return entries, frozenset()
    own = meetings.own_recusals(session, stage.id, reader)
    return entries, frozenset(key for key, entry in entries.items() if entry.id in own)


def _ranking(
    session: Session,
    stage: StageRow,
    case: Case,
    stands: Standing,
    entries: Mapping[str, Entry],
    hidden: frozenset[str],
) -> list[Rank]:
    last = {one.about: one for one in meetings.valid(session, stage.id)}
    carried = meetings.carried(session, stage.id, "award")
    lines = queries.decided(session, stage.id)
    decided = {one.entry_id: one for one in lines}
    tiers = queries.tiers(case, stands, lines)
    bases = meetings.bases(session, stage, [f"award:{key}" for key in entries])
    awards = _awards(stands, carried, queries.options_of(stage).seats)
    columns = _columns(stage)
    ranking = []
    for place in stands.order.places:
        points = [column.get(place.entry) for column in stands.points.values()]
        ranking.append(
            Rank(
                entry=entries[place.entry],
                place=place.place,
                is_tied=place.tied,
                is_proposed=place.entry in stands.cut.winners,
                composite=stands.composite.get(place.entry),
                points=points,
                shares=[_share(one, column) for one, column in zip(points, columns, strict=True)],
                base=bases[f"award:{place.entry}"],
                motion=last.get(f"award:{place.entry}"),
                is_carried=place.entry in carried,
                awards=awards.get(place.entry),
                decided=decided.get(entries[place.entry].id),
                is_hidden=place.entry in hidden,
                tier=tiers.get(place.entry),
            )
        )
    return ranking


def _awards(stands: Standing, carried: set[str], seats: int) -> dict[str, int]:
    """{entry: place} of those carried as the ranking places them, as far as there are seats."""
    names = [place.entry for place in stands.order.places if place.entry in carried]
    return decision.first_places(stands, names[:seats])


def _share(points: Fraction | None, column: Column) -> Fraction:
    """What points add to the composite; nothing where there are none."""
    whole = -1 if column.is_subtracted else 1
    return (points or Fraction(0)) * (Fraction(column.weight, 100) if column.weight is not None else whole)


def _columns(stage: StageRow) -> list[Column]:
    definition = definition_of(stage.season)
    return [
        Column(title_of(part, definition.stage(part.source)), part.weight, part.subtract)
        for part in queries.options_of(stage).component
    ]


def _names(broken: Decision) -> set[str]:
    return {key for group in broken.groups for key in group}


def _tie(broken: Decision, entries: Mapping[str, Entry]) -> Tie:
    return Tie(broken.link, " > ".join(" = ".join(entries[key].title for key in group) for group in broken.groups))
