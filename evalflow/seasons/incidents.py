"""What goes wrong in a year, planned beforehand from a seed: simulated users let it happen where their stage knows it.

Pure. Nothing here decides what comes of an incident: that is what a rehearsal is played for.
"""

import enum
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

FEWEST_FOR_A_TIE = 5  # entries; of fewer, somebody may have only the two that tie to judge


class Incident(enum.StrEnum):
    """What may happen. Each has one sentence in `TOLD`."""

    TIE = "tie"
    LATE_ENTRY = "late_entry"
    EXTENDED = "extended_deadline"
    RETURNED = "returned_entry"
    WITHDRAWN = "withdrawn_entry"
    GIVEN_UP = "given_up"
    REJECTED = "rejected_entry"
    MERGED = "merged_entry"
    LATE_APPROVAL = "late_approval"
    NO_QUORUM = "no_quorum"
    AWAY = "member_away"
    RECUSED = "recusal"
    TELLER_AWAY = "teller_away"
    LATE_SHEET = "late_sheet"
    NO_REPORT = "report_not_filed"
    LATE_ASSESSMENT = "late_assessment"
    CORRECTED = "corrected_figure"
    OBJECTION = "objection"


TOLD: Mapping[Incident, str] = {
    Incident.TIE: "two entries are alike in everything that people judge",
    Incident.LATE_ENTRY: "a branch hands in after the deadline",
    Incident.EXTENDED: "a branch asks for more time and is given it",
    Incident.RETURNED: "an entry is returned for amendment",
    Incident.WITHDRAWN: "a branch withdraws its entry",
    Incident.GIVEN_UP: "a branch gives up its project in the midst of it",
    Incident.REJECTED: "an entry is rejected",
    Incident.MERGED: "an entry is merged into another one",
    Incident.LATE_APPROVAL: "the committee does not get to an application before the deadline",
    Incident.NO_QUORUM: "too few come to a meeting",
    Incident.AWAY: "a member of the committee is away all the time",
    Incident.RECUSED: "a member of the committee steps back",
    Incident.TELLER_AWAY: "a teller does not come",
    Incident.LATE_SHEET: "a rater fills in half of a sheet and never hands it in",
    Incident.NO_REPORT: "a branch forgets a report",
    Incident.LATE_ASSESSMENT: "a branch does not assess itself in time",
    Incident.CORRECTED: "an inspector corrects a figure",
    Incident.OBJECTION: "somebody objects to a name",
}


@dataclass(frozen=True)
class Happening:
    """An incident that happened. about: the entry or office concerned; came: what came of it, as a short remark."""

    at: datetime
    stage: str
    incident: Incident
    about: str = ""
    came: str = ""


@dataclass(frozen=True)
class Incidents:
    """wanted: what is to happen wherever it can. seats: at how many places the line runs that a tie is to meet."""

    wanted: frozenset[Incident] = frozenset()
    seed: str = ""
    seats: int = 0

    def pick(self, incident: Incident, stage: str, among: Collection[str], number: int = 1) -> tuple[str, ...]:
        """Whom it befalls in a stage, by the seed alone; nobody where the incident is not wanted.

        >>> Incidents().pick(Incident.AWAY, "decision", ["a", "b"])
        ()
        >>> everything("7").pick(Incident.AWAY, "decision", ["a", "b", "c"], 2)
        ('a', 'c')
        """
        if incident not in self.wanted:
            return ()
        return tuple(sorted(among, key=lambda one: self._lot(f"{incident}:{stage}:{one}"))[:number])

    def twins(self, best_first: Sequence[str]) -> tuple[str, ...]:
        """The two that are to tie, at the line after the seats where there is one; none where there are too few.

        >>> everything("7", seats=2).twins(["a", "b", "c", "d", "e"])
        ('b', 'c')
        >>> everything("7", seats=9).twins(["a", "b", "c", "d", "e"])
        ('d', 'e')
        """
        if Incident.TIE not in self.wanted or len(best_first) < FEWEST_FOR_A_TIE:
            return ()
        second = min(max(self.seats, 1), len(best_first) - 1)
        return tuple(best_first[second - 1 : second + 1])

    def _lot(self, text: str) -> bytes:
        return hashlib.sha256(f"{self.seed}:{text}".encode()).digest()


NOTHING = Incidents()


def everything(seed: str, *, seats: int = 0) -> Incidents:
    """All that may happen; the seed says to whom."""
    return Incidents(frozenset(Incident), seed, seats)
