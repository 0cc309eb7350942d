"""What a decision is: earlier stages make a ranking, and a committee that meets decides who is awarded.

Evidence: `attendance.csv` names who should attend each sitting and who does, `recusals.csv` who stepped back from which
entry and from which sitting on, `motions.csv` every division with its stated result, `decided.csv` the entries decided
with their places (no place: passed over) and the reason where that is not what the ranking says. That nobody is awarded
is a motion of its own, "nobody", of which the last one decides.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evalflow.errors import BundleError
from evalflow.i18n import Text
from evalflow.kinds import decision_check, lots, meeting, standing
from evalflow.kinds.columns import count_of, one_of, unique
from evalflow.kinds.component_words import kept_out_words
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.decision_words import words
from evalflow.kinds.meeting import Meeting, Result
from evalflow.kinds.quorum_rule import QuorumRule
from evalflow.kinds.standing import Standing
from evalflow.tally.ranking import rank
from evalflow.workflow.kind import Kind
from evalflow.workflow.outcome import Case, Outcome

FILE = "decided.csv"
MOST = 1000  # entries that one motion can name
NOBODY = "nobody"  # the subject of a motion that nobody is awarded
SUBJECTS: meeting.Subjects = {"award": (1, 1), "tie": (2, MOST), "list": (0, 0), NOBODY: (0, 0), "text": (0, 0)}


@dataclass(frozen=True)
class Choice:
    """One line of what was decided: an entry with its place, or passed over (None)."""

    entry: str
    place: int | None
    reason: str
    line: int


@dataclass(frozen=True)
class Deviation:
    """What was decided otherwise than the ranking says. ranked: the place it would have had among those decided."""

    entry: str
    ranked: int | None
    decided: int | None
    reason: str


def proposed(case: Case) -> Standing:
    """Where the entries stand, from the meeting as far as it got."""
    options = options_of(case)
    held = _held(case, options.quorum) if options.quorum else None
    return standing.stand(case, options, held)


def options_of(case: Case) -> DecisionOptions:
    options = case.stage.options
    assert isinstance(options, DecisionOptions)
    return options


def outcome(case: Case) -> Outcome:
    """The ranking, and who was decided by whom. Raises BundleError for a decision that breaks its own rules."""
    options = options_of(case)
    drawn = lots.told(case, are_drawn="draw" in options.tie_break)
    if options.quorum is None:
        _nobody_met(case)
        stands = standing.stand(case, options)
        return _told(stands, options, by_ranking(stands), (), drawn)
    held = _held(case, options.quorum)
    told = meeting.facts(held, options.quorum)
    stands = standing.stand(case, options, held)
    choices = chosen(case, options)
    _check_barred(stands, choices)
    decided = {choice.entry: choice.place for choice in choices if choice.place is not None}
    _check_places(stands, choices, options)
    _check_motions(held, choices)
    found = deviations(stands, choices)
    _check_reasons(found, choices, options)
    return _told(stands, options, decided, found, {**told, **drawn})


def by_ranking(stands: Standing) -> dict[str, int]:
    """{entry: place among the winners} of those above the line, where the ranking alone decides."""
    return first_places(stands, stands.cut.winners)


def first_places(stands: Standing, decided: Collection[str]) -> dict[str, int]:
    """{entry: place} of those decided in the order of the ranking; who shares a place there shares it here."""
    return {entry: places.start for entry, places in _places_by_ranking(stands, decided).items()}


def misplaced(stands: Standing, decided: Mapping[str, int], options: DecisionOptions) -> frozenset[str]:
    """Whose places can't be: one is given to several only where the ranking leaves them equal and asks for no motion.

    Who shares a place takes the next ones too: after two firsts comes a third, and there are no more than the seats.
    """
    ranked = {place.entry: place.place for place in stands.order.places}
    asked = {entry for group in open_ties(stands, options) for entry in group}
    wrong: set[str] = set()
    for place in set(decided.values()):
        sharing = {entry for entry, given in decided.items() if given == place}
        last = place + len(sharing) - 1
        within = {entry for entry, given in decided.items() if place < given <= last}
        is_shared = len({ranked.get(entry) for entry in sharing}) == 1 and not asked & sharing
        if len(sharing) > 1 and (not is_shared or within or last > options.seats):
            wrong |= sharing | within
    return frozenset(wrong)


def chosen(case: Case, options: DecisionOptions) -> tuple[Choice, ...]:
    """What the committee decided. BundleError: an entry unknown or twice, a place beyond the seats."""
    rows = case.rows("decided")
    unique(rows, FILE, "entry")
    choices: list[Choice] = []
    for line, row in enumerate(rows, 2):
        entry = one_of(row, "entry", FILE, line, known=case.keys)
        place = count_of(row, "place", FILE, line) if row["place"] else None
        if place is not None and not 1 <= place <= options.seats:
            raise BundleError(FILE, "place", expected=f"1 to {options.seats}, the seats", found=str(place), line=line)
        choices.append(Choice(entry, place, row["reason"].strip(), line))
    return tuple(choices)


def deviations(stands: Standing, choices: tuple[Choice, ...]) -> tuple[Deviation, ...]:
    """Where the decision is not what the ranking says, best ranked first; the same function asks for the reasons.

    Choosing among entries that tie for the last seats is no deviation, nor is an order within a tie or that they share
    its first place, nor that a cap or a budget passes somebody over. More of one group than the cap allows is one, and
    more than the budget pays, for those whom the ranking does not put in.
    """
    decided = {choice.entry: choice.place for choice in choices if choice.place is not None}
    reasons = {choice.entry: choice.reason for choice in choices}
    open_seats = {*stands.cut.winners} | ({*stands.cut.tied} - stands.rule.crowded(decided))
    allowed = _places_by_ranking(stands, decided)
    found = []
    for place in stands.order.places:
        entry, given = place.entry, decided.get(place.entry)
        passed_over = given is None and entry in stands.cut.winners
        let_in = given is not None and entry not in open_seats
        is_shared = list(decided.values()).count(given or 0) > 1
        moved = given is not None and given not in (allowed[entry][:1] if is_shared else allowed[entry])
        if passed_over or let_in or moved:
            found.append(Deviation(entry, place.place, given, reasons.get(entry, "")))
    return tuple(found)


def is_nobody(divisions: Iterable[tuple[str, str]]) -> bool:
    """Whether it is carried that nobody is awarded. divisions: (about, result) of all, in their order.

    The last one on it decides, so that it can be revoked; one without a quorum, or annulled, decides nothing.
    """
    void = (Result.INQUORATE, Result.ANNULLED)
    found = [result for about, result in divisions if about == NOBODY and result not in void]
    return found[-1:] == [Result.CARRIED]


def open_ties(stands: Standing, options: DecisionOptions) -> tuple[tuple[str, ...], ...]:
    """Entries that still share a place among the seats, where the chain asks for a motion; best places first.

    Whom a cap or a budget passes over is ordered with those he ties with: a motion on some of them orders nobody.
    """
    if "motion" not in options.tie_break:
        return ()
    above = {*stands.cut.tied} if options.ties == "at_line" else {*stands.cut.winners, *stands.cut.tied}
    groups: dict[int, list[str]] = {}
    for place in stands.order.places:
        if place.tied and place.place is not None:
            groups.setdefault(place.place, []).append(place.entry)
    return tuple(tuple(group) for group in groups.values() if len(above.intersection(group)) > 1)


def _places_by_ranking(stands: Standing, decided: Collection[str]) -> dict[str, range]:
    """{decided entry: the places it can have} where only those decided are placed, in the order of the ranking."""
    last = len(stands.order.places) + 1
    again = rank({p.entry: Fraction(-(p.place or last)) for p in stands.order.places if p.entry in decided})
    shared = {place.place: sum(1 for other in again if other.place == place.place) for place in again}
    return {p.entry: range(p.place, p.place + shared[p.place]) for p in again if p.place is not None}


def _held(case: Case, rule: QuorumRule) -> Meeting:
    decided = [row["entry"] for row in case.rows("decided") if row["place"]]
    return meeting.read(case, rule, SUBJECTS, decided=decided)


def _nobody_met(case: Case) -> None:
    for table in DECISION.tables:
        if case.rows(table):
            raise BundleError(
                f"{table}.csv",
                expected="no rows, as by these rules nobody meets: the ranking decides",
                found="some",
                line=2,
            )


def _check_barred(stands: Standing, choices: tuple[Choice, ...]) -> None:
    """No committee can award what a veto took out; it would take other rules."""
    reasons = {one.entry: kept_out_words(one, "en") for one in stands.barred}
    for choice in choices:
        if choice.place is not None and choice.entry in reasons:
            raise BundleError(
                FILE,
                f"entry {choice.entry!r}",
                expected="no place, as it takes no part in the ranking",
                found=reasons[choice.entry],
                line=choice.line,
            )


def _check_places(stands: Standing, choices: tuple[Choice, ...], options: DecisionOptions) -> None:
    decided = {choice.entry: choice.place for choice in choices if choice.place is not None}
    wrong = misplaced(stands, decided, options)
    for choice in choices:
        if choice.entry in wrong:
            expected = "one that nobody has, or that the ranking lets it share"
            raise BundleError(FILE, "place", expected=expected, found=str(choice.place), line=choice.line)


def _check_motions(held: Meeting, choices: tuple[Choice, ...]) -> None:
    """Every entry decided is in a carried motion: its own, or one on the whole list. Nobody may be, by a motion too."""
    placed = [choice for choice in choices if choice.place is not None]
    says_nobody = is_nobody((motion.about, motion.result) for motion in held.motions)
    if says_nobody and (placed or held.carried("list") or held.carried("award")):
        raise BundleError(
            meeting.FILE, expected="either that nobody is awarded, or that somebody is", found="both carried"
        )
    if not placed and not says_nobody:
        raise BundleError(
            FILE, expected="a place for somebody, or a carried motion that nobody is awarded", found="neither"
        )
    if held.carried("list"):
        return
    carried = {entry for motion in held.carried("award") for entry in motion.entries}
    for choice in placed:
        if choice.entry not in carried:
            raise BundleError(
                FILE,
                f"entry {choice.entry!r}",
                expected="a carried motion that awards it",
                found="none",
                line=choice.line,
            )


def _check_reasons(found: tuple[Deviation, ...], choices: tuple[Choice, ...], options: DecisionOptions) -> None:
    lines = {choice.entry: choice.line for choice in choices}
    for one in found:
        what, decided = f"entry {one.entry!r}", f"ranked {one.ranked or 'nowhere'} and decided {one.decided or 'out'}"
        if options.deviation == "refused":
            raise BundleError(
                FILE, what, expected="no deviation, as these rules refuse any", found=decided, line=lines.get(one.entry)
            )
        if not one.reason:
            raise BundleError(FILE, what, expected="a reason", found=f"{decided}, and none", line=lines.get(one.entry))


def _told(
    stands: Standing,
    options: DecisionOptions,
    decided: Mapping[str, int],
    found: tuple[Deviation, ...],
    more: Mapping[str, Any],
) -> Outcome:
    figures = {f"points.{name}": points for name, points in stands.points.items()}
    composite = {entry: value for entry, value in stands.composite.items() if value is not None}
    places = {p.entry: Fraction(p.place) for p in stands.order.places if p.place is not None}
    cut, unworkable = stands.cut, stands.unworkable
    return Outcome(
        {"composite": composite, "place": places, **figures},
        {
            "ranking": [{"entry": p.entry, "place": p.place, "tied": p.tied} for p in stands.order.places],
            "ties": [
                {"link": one.link, "groups": [list(group) for group in one.groups]} for one in stands.order.decisions
            ],
            "cut": {
                "winners": list(cut.winners),
                "tied": list(cut.tied),
                "seats_left": cut.seats_left,
                "below": list(cut.below),
                **({"passed_over": list(stands.passed_over)} if options.cap or options.budget else {}),
                **({"left": str(stands.left)} if stands.left is not None else {}),
            },
            "decided": [
                {"entry": entry, "place": place}
                for entry, place in sorted(decided.items(), key=lambda pair: (pair[1], pair[0]))
            ],
            "seats": options.seats,
            "deviations": [
                {"entry": d.entry, "ranked": d.ranked, "decided": d.decided, "reason": d.reason} for d in found
            ],
            **({"vetoed": [one.to_json() for one in stands.barred]} if options.lines else {}),
            **({"unworkable": {name: list(keys) for name, keys in unworkable.items()}} if unworkable else {}),
            **more,
        },
    )


DECISION = Kind(
    name="decision",
    title=Text("研究决定", "Decision"),
    options=DecisionOptions,
    words=words,
    outcome=outcome,
    tables={
        **meeting.TABLES,
        "decided": ("entry", "place", "reason"),
    },
    figures=("composite", "place"),
    check=decision_check.check,
    check_new=decision_check.check_new,
    gathers=True,
)
