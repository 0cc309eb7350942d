"""What a workflow file may say of a ballot: the method, what voters write on the paper, who opens the envelopes."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from evalflow.i18n import phrase
from evalflow.workflow.definition import BilingualText, Key, Options, Strict, listed

MAX_ENTRIES = 62  # names chosen are bits of one 64-bit integer, marks the bytes of an envelope of one length
DEFAULT = "*"  # the default option on a paper; no entry can have this key


@dataclass(frozen=True)
class Method:
    """What one method has on its paper, and which of the options below are its own.

    form: "names" (choose some), "points", "grades" or "ranks". orders: it gives an order instead of votes to compare.
    unclear: how far the rule that the method follows counts a paper with a rank left out or given twice.
    """

    form: Literal["names", "points", "grades", "ranks"]
    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    orders: bool = False
    unclear: Literal["void", "to_gap", "over_gaps"] = "void"


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "approval": Method("names", needs=frozenset({"choose"})),
        "plurality": Method("names"),
        "score": Method("points", needs=frozenset({"points"}), may=frozenset({"no_opinion"})),
        "cumulative": Method("points", needs=frozenset({"points"})),
        "grade": Method("grades", needs=frozenset({"grade"}), may=frozenset({"no_opinion"})),
        "positional": Method("ranks", needs=frozenset({"ranks"}), may=frozenset({"unclear"})),
        "star": Method("points", needs=frozenset({"points"}), orders=True),
        "schulze": Method("ranks", may=frozenset({"equal_ranks", "no_opinion", "default"}), orders=True),
        "instant_runoff": Method("ranks", may=frozenset({"draw", "unclear"}), orders=True, unclear="over_gaps"),
        "stv": Method(
            "ranks", needs=frozenset({"seats"}), may=frozenset({"draw", "unclear"}), orders=True, unclear="to_gap"
        ),
        "meek": Method(
            "ranks", needs=frozenset({"seats"}), may=frozenset({"draw", "unclear"}), orders=True, unclear="to_gap"
        ),
    }
)
_OWN = frozenset().union(*(method.needs | method.may for method in METHODS.values()))


class Choose(Strict):
    """How many entries one ballot names; min 0 lets a voter abstain by an empty ballot."""

    minimum: Annotated[int, Field(ge=0, le=MAX_ENTRIES, alias="min")] = 1
    maximum: Annotated[int, Field(ge=1, le=MAX_ENTRIES, alias="max")]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError(phrase("max not below min"))
        return self


class Grade(Strict):
    """A grade that voters may give, and the points it is worth."""

    key: Key
    label: BilingualText
    worth: Annotated[int, Field(ge=0, le=1000)]


class Default(Strict):
    """The default option ("none of these"): what an entry must beat to be in at all.

    quorum: how many ballots must prefer an entry to it. majority: the entry's preferers must be more than this multiple
    of the others ("1", "3", "3/2"), or the number field of the declaration that says so for each entry ("STAGE.FIELD").
    strict: false where just as many as the multiple says suffice, if they are more than the others.
    """

    title: BilingualText
    quorum: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$")] = "0"
    majority: Annotated[
        str,
        StringConstraints(pattern=r"^([0-9]{1,4}(/[1-9][0-9]{0,3})?|[a-z][a-z0-9_-]{0,39}\.[a-z][a-z0-9_-]{0,39})$"),
    ] = "1"
    strict: bool = True

    @property
    def votes_needed(self) -> Fraction:
        return Fraction(self.quorum)


class Tellers(Strict):
    """The private key is split into `shares`; any `needed` of them open the envelopes."""

    shares: Annotated[int, Field(ge=1, le=20)] = 3
    needed: Annotated[int, Field(ge=1, le=20)] = 2

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.needed > self.shares:
            raise ValueError(phrase("needed not above shares"))
        return self


def _distinct_grades(grades: tuple[Grade, ...]) -> tuple[Grade, ...]:
    if len({grade.key for grade in grades}) < len(grades):
        raise ValueError(phrase("each grade key once"))
    return grades


class BallotOptions(Options):
    """method: how ballots are counted; docs/counting.md tells each with its source.

    choose: names on an approval ballot. points: the most an entry can get (score, star), or all a voter hands out
    (cumulative). grade: the grades of a grade ballot. ranks: what a first, second, … place is worth (positional).
    seats: how many are elected (stv, meek). equal_ranks: entries may share a rank. no_opinion: an entry may be
    left without a mark, and that says nothing of it. default: the option that entries must beat (schulze).
    unclear: how a paper with a rank left out or given twice counts: "void" not at all, "to_gap" up to there,
    "over_gaps" up to a rank given twice, one left out being passed over; without a clear first rank it is void. Left
    out: as the rule that the method follows, "to_gap" for stv (SSI 2011/399) and meek (New Zealand's Local Electoral
    Regulations 2001, schedule 1A), "over_gaps" for instant_runoff (San Francisco Charter, section 13.102), "void" for
    positional.
    draw: ties that no rule breaks while counting are broken by lots from the published seed; else they are told.
    establishment: the number field of the declaration ("STAGE.FIELD") that holds the branch's headcount, for
    head-count-fair points. secrecy: "sealed" keeps every choice encrypted until the count; "named" is an open vote.
    small_branch: turnout of a branch with fewer electors than this is shown only together with the other small ones.
    weights: "equal": every elector counts once; "roll": as often as the roll says when the vote opens, 1 to 1000 times.
    A sealed vote then opens only where at least small_branch electors share each weight, or all have the same.
    """

    method: Literal[
        "approval",
        "plurality",
        "score",
        "cumulative",
        "grade",
        "positional",
        "star",
        "schulze",
        "instant_runoff",
        "stv",
        "meek",
    ]
    choose: Choose | None = None
    points: Annotated[int | None, Field(ge=1, le=250)] = None
    grade: Annotated[listed(Grade, max_length=20), AfterValidator(_distinct_grades)] = ()  # type: ignore[valid-type]
    ranks: listed(Annotated[int, Field(ge=0, le=1000)], max_length=MAX_ENTRIES) = ()  # type: ignore[valid-type]
    seats: Annotated[int | None, Field(ge=1, le=MAX_ENTRIES)] = None
    equal_ranks: bool = False
    no_opinion: bool = False
    unclear: Literal["void", "to_gap", "over_gaps"] | None = None
    default: Default | None = None
    draw: bool = False
    establishment: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_-]*\.[a-z][a-z0-9_-]*)?$")] = ""
    secrecy: Literal["sealed", "named"] = "sealed"
    tellers: Tellers = Tellers()
    revote: bool = True
    small_branch: Annotated[int, Field(ge=1, le=100)] = 5
    weights: Literal["equal", "roll"] = "equal"

    @model_validator(mode="after")
    def _own_options(self) -> Self:
        """What another method needs says nothing here, and would be read as if it did."""
        said = self.model_fields_set & _OWN
        rule = METHODS[self.method]
        if rule.needs - said:
            raise ValueError(
                phrase("%(key)s where method is %(method)s", key=min(rule.needs - said), method=self.method)
            )
        if said - rule.needs - rule.may:
            raise ValueError(
                phrase(
                    "no %(key)s where method is %(method)s", key=min(said - rule.needs - rule.may), method=self.method
                )
            )
        if self.form == "grades" and len(self.grade) < 2:
            raise ValueError(phrase("two grades or more"))
        if "ranks" in said and list(self.ranks) != sorted(self.ranks, reverse=True):
            raise ValueError(phrase("ranks that do not rise"))
        return self

    @property
    def room(self) -> int:
        """How many entries one paper has room for; the default option takes a place."""
        return MAX_ENTRIES - (self.default is not None)

    @property
    def form(self) -> str:
        return METHODS[self.method].form

    @property
    def orders(self) -> bool:
        return METHODS[self.method].orders

    @property
    def reading(self) -> str:
        """How far a paper with a rank left out or given twice counts."""
        return self.unclear or METHODS[self.method].unclear

    @property
    def bounds(self) -> Choose:
        """How many names a ballot may have: one, where votes go to one entry only."""
        return self.choose or Choose.model_validate({"min": 1, "max": 1})

    @property
    def top(self) -> int | None:
        """The most points that one ballot can give an entry; None where points are not what it gives."""
        if self.method == "grade":
            return max(int(grade.worth) for grade in self.grade)
        return self.points if self.method in ("score", "cumulative") else None
