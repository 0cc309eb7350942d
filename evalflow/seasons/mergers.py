"""Where an entry went that was merged into another one, and what became of that."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from evalflow.i18n import Text
from evalflow.seasons import queries, visibility
from evalflow.seasons.models import Entry, StageRow
from evalflow.seasons.rules import stage_of


@dataclass(frozen=True)
class Merger:
    """into: the entry that it ended in, over as many mergers as there were. stage: where that is now, None once it is
    through. place, tier: as awarded, once awards are public; place None: no award, or none that is known.
    is_over: whether the awards are public.
    """

    into: Entry
    stage: StageRow | None
    is_over: bool
    place: int | None
    tier: Text


def merger(session: Session, entry: Entry) -> Merger | None:
    """None for an entry that was not merged into any."""
    if not entry.merged_into:
        return None
    into = entry
    while into.merged_into:
        into = queries.entry_by_key(session, entry.season_id, into.merged_into)
    season = entry.season
    at = into.position.partition(".")[0]
    is_over = visibility.is_final(season)
    award = queries.stage_of_kind(season, "award")
    outcome = queries.outcome_of(award) if award is not None and is_over else None
    given = outcome.facts["awards"] if outcome else ()
    own = next((one for one in given if one["entry"] == into.key), None)
    tiers = {tier.key: tier.title for tier in getattr(stage_of(award).options, "tier", ())} if award else {}
    return Merger(
        into=into,
        stage=next((row for row in season.stages if row.key == at), None),
        is_over=is_over,
        place=own["place"] if own else None,
        tier=tiers.get(own["tier"], Text("")) if own else Text(""),
    )
