"""The dossier: what the committee has before it, without what a recused member must not see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, may
from evalflow.i18n import Text
from evalflow.kinds import meeting
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.stages.decision import queries
from evalflow.stages.decision.models import Attendance, Decided, Motion


@dataclass(frozen=True)
class Column:
    """A component of the composite. weight: per cent, None where parts are only added up."""

    title: Text
    weight: int | None


@dataclass(frozen=True)
class Rank:
    """An entry in the ranking. place None: unranked. points: one for each column.

    base: who may vote on it, as (entitled, present, recused). motion: the last division on it, if it may be seen.
    is_hidden: the reader stepped back from it: neither points nor counts are shown.
    """

    entry: Entry
    place: int | None
    is_tied: bool
    is_proposed: bool
    composite: Fraction | None
    points: Sequence[Fraction | None]
    base: meeting.Base
    motion: Motion | None
    decided: Decided | None
    is_hidden: bool


@dataclass(frozen=True)
class Dossier:
    """ties: (link, names best first) as broken. open_ties: groups that still share a place which a seat depends on.

    present, needed: members, for the quorum. recused_count: {entry id: members who stepped back}.
    """

    columns: Sequence[Column]
    ranking: Sequence[Rank]
    ties: Sequence[tuple[str, str]]
    open_ties: Sequence[Sequence[Entry]]
    attendance: Sequence[Attendance]
    present: int
    needed: int
    motions: Sequence[Motion]
    own_recusals: frozenset[int]
    recused_count: Mapping[int, int]


def dossier(session: Session, stage: StageRow, reader: Actor) -> Dossier:
    """Everything in a few queries, however many entries there are."""
    entries = {one.key: one for one in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)}
    stands = queries.standing(session, stage)
    everybody = queries.attendance(session, stage.id)
    own = frozenset(queries.own_recusals(session, stage.id, reader))
    hides = not may(reader, Permission.KEEP_MINUTES, season=stage.season_id)
    motions = queries.motions(session, stage.id)
    last = {one.about: one for one in motions}
    decided = {one.entry_id: one for one in queries.decided(session, stage.id)}
    recused: dict[int, int] = {}
    for recusal in queries.recusals(session, stage.id):
        recused[recusal.entry_id] = recused.get(recusal.entry_id, 0) + 1
    bases = queries.bases(session, stage, tuple(entries))
    proposed = {*stands.cut.winners}
    ranking = [
        Rank(
            entry=entries[place.entry],
            place=place.place,
            is_tied=place.tied,
            is_proposed=place.entry in proposed,
            composite=stands.composite.get(place.entry),
            points=[column.get(place.entry) for column in stands.points.values()],
            base=bases[place.entry],
            motion=last.get(f"award:{place.entry}"),
            decided=decided.get(entries[place.entry].id),
            is_hidden=hides and entries[place.entry].id in own,
        )
        for place in stands.order.places
    ]
    hidden = {one.entry.key for one in ranking if one.is_hidden}
    return Dossier(
        columns=_columns(stage),
        ranking=ranking,
        ties=[(one.link, _names(one.groups, entries)) for one in stands.order.decisions],
        open_ties=_open_ties(ranking, stage),
        attendance=everybody,
        present=sum(one.is_present for one in everybody),
        needed=queries.needed(stage, len(everybody)),
        motions=[one for one in motions if not hidden & set(meeting.entries_of(one.about))],
        own_recusals=own,
        recused_count=recused,
    )


def _columns(stage: StageRow) -> list[Column]:
    definition = definition_of(stage.season)
    return [
        Column(definition.stage(part.source).rule.title, part.weight) for part in queries.options_of(stage).component
    ]


def _names(groups: Sequence[Sequence[str]], entries: Mapping[str, Entry]) -> str:
    return " > ".join(" = ".join(entries[key].title for key in group) for group in groups)


def _open_ties(ranking: Sequence[Rank], stage: StageRow) -> list[list[Entry]]:
    """Entries that share a place which a seat depends on, where the chain asks for a motion."""
    options = queries.options_of(stage)
    if "motion" not in options.tie_break:
        return []
    groups: dict[int, list[Entry]] = {}
    for one in ranking:
        if one.place is not None and one.place <= options.seats:
            groups.setdefault(one.place, []).append(one.entry)
    return [group for group in groups.values() if len(group) > 1]
