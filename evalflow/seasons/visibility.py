"""Who may see what of a season, and when: the one policy that pages, counters, exports and feeds all ask.

entries    everybody, once they are promoted; before that the organiser, auditors and the committee
turnout    whoever follows it, while the vote runs; everybody who is signed in, once it is over
outcome    of a stage: nobody before it is done; then those who read the dossier; everybody once awards are final
proposal   the names put to the committee's public notice: everybody, from the notice's opening
awards     everybody, from the moment they are final; nobody else earlier than the notice tells them
"""

from evalflow.access import Actor, Permission, may
from evalflow.seasons.models import Phase, Season, StageRow
from evalflow.seasons.queries import stage_of_kind


def has_begun(season: Season, kind: str) -> bool:
    """Whether a stage of this kind was ever opened."""
    row = stage_of_kind(season, kind)
    return row is not None and row.opened_at is not None


def is_final(season: Season) -> bool:
    """Whether the awards are public: the last award stage is done."""
    row = stage_of_kind(season, "award")
    return row is not None and row.phase == Phase.DONE


def sees_entries(actor: Actor, season: Season) -> bool:
    begun = has_begun(season, "promotion") or is_final(season)
    return begun or may(actor, Permission.READ_DOSSIER, season=season.id)


def sees_turnout(actor: Actor, stage: StageRow) -> bool:
    over = stage.phase in (Phase.CLOSED, Phase.DONE) and actor.is_authenticated
    return over or may(actor, Permission.FOLLOW_TURNOUT, season=stage.season_id)


def sees_outcome(actor: Actor, stage: StageRow) -> bool:
    if stage.phase != Phase.DONE:
        return False
    return is_final(stage.season) or may(actor, Permission.READ_DOSSIER, season=stage.season_id)


def sees_proposal(actor: Actor, season: Season) -> bool:
    return has_begun(season, "notice") or may(actor, Permission.READ_DOSSIER, season=season.id)
