"""What the ceremony and the results ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from evalflow.access import Actor, Permission, may
from evalflow.audit.models import Checkpoint, EventRow, Leaf
from evalflow.funds import queries as books
from evalflow.i18n import N_, Text, say
from evalflow.kinds import award, barring, money, notice
from evalflow.kinds.award import AwardOptions
from evalflow.kinds.award_tiers import AwardTier
from evalflow.kinds.barring import Barred
from evalflow.kinds.components import title_of
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.seasons import cases
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, Phase, StageRow
from evalflow.seasons.rules import definition_of, stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.award.events import FINALISED
from evalflow.stages.award.models import Award
from evalflow.workflow.outcome import Case


@dataclass(frozen=True)
class Awarded:
    """An entry with its place, the key of its tier ("" where there are none), and the tier."""

    entry: Entry
    place: int
    key: str
    tier: AwardTier | None


@dataclass(frozen=True)
class Component:
    """One column of the results. weight: per cent, None where parts are only added up."""

    title: Text
    weight: int | None
    points: Mapping[str, Fraction]
    is_subtracted: bool = False

    def share_of(self, entry: str) -> Fraction:
        """What it adds to the entry's composite."""
        weight = Fraction(-1 if self.is_subtracted else 1) if self.weight is None else Fraction(self.weight, 100)
        return self.points.get(entry, Fraction(0)) * weight


@dataclass(frozen=True)
class Results:
    """Every entry that took part with every component, best first.

    ranked: {entry key: place by the ranking}; awarded: {entry key: place awarded}; tiers: {entry key: tier awarded}.
    ties: (link of the chain, titles best first). deviations: (title, reason). vetoed: (title, why). passed_over:
    titles. adds_up: whether the components, weighted, add up to the composite. decimals: of composites as shown.
    struck: keys of those struck from the notice.
    """

    entries: Sequence[Entry]
    components: Sequence[Component]
    composite: Mapping[str, Fraction]
    ranked: Mapping[str, int]
    awarded: Mapping[str, int]
    ties: Sequence[tuple[str, str]]
    deviations: Sequence[tuple[str, str]]
    vetoed: Sequence[tuple[str, Barred]] = ()
    passed_over: Sequence[str] = ()
    has_budget: bool = False
    tiers: Mapping[str, AwardTier] = field(default_factory=dict)
    adds_up: bool = True
    struck: frozenset[str] = frozenset()
    decimals: int = 2


def options_of(stage: StageRow) -> AwardOptions:
    options = stage_of(stage).options
    assert isinstance(options, AwardOptions)
    return options


def tiers(stage: StageRow) -> Mapping[str, AwardTier]:
    """By their keys; none where all are awarded alike."""
    return {str(tier.key): tier for tier in options_of(stage).tier}


def awards(session: Session, stage_id: int) -> Sequence[Award]:
    query = select(Award).where(Award.stage_id == stage_id).options(joinedload(Award.entry).joinedload(Entry.branch))
    return session.scalars(query.order_by(Award.place, Award.entry_id)).all()


def case(session: Session, stage: StageRow) -> Case:
    rows = [{"entry": one.entry.key, "place": str(one.place), "tier": one.tier} for one in awards(session, stage.id)]
    return cases.case_of(session, stage, {"awards": rows})


def due(session: Session, stage: StageRow) -> list[Awarded]:
    """Who is to be awarded: for those who may know it before it is final, and for the moment that makes it so."""
    entries = {entry.key: entry for entry in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)}
    given = tiers(stage)
    return [
        Awarded(entries[one["entry"]], one["place"], one["tier"], given.get(one["tier"]))
        for one in award.due(case(session, stage))
    ]


def grants(session: Session, stage: StageRow) -> dict[str, dict[str, str]]:
    """{entry key: {branch key: amount}} that the awards written bring; none where no tier has an amount."""
    found: dict[str, dict[str, str]] = award.outcome(case(session, stage)).facts.get("grants", {})
    return found


def fund(session: Session, stage: StageRow, locale: str) -> dict[str, list[tuple[str, int]]]:
    """{entry key: (who has it, how many hundredths)}: branches, then units that have theirs through the lead branch."""
    facts = stage.outcome["facts"] if stage.outcome else {}
    names = {key: branch.name(locale) for key, branch in books.branches(session).items()} if "grants" in facts else {}
    found = {
        entry: [(names[key], money.read(amount)) for key, amount in parts.items()]
        for entry, parts in facts.get("grants", {}).items()
    }
    told = N_("of it for %(unit)s, which is no branch")
    for entry, units in facts.get("through_lead", {}).items():
        found[entry] += [(say(locale, told, unit=one["unit"]), money.read(one["amount"])) for one in units]
    return found


def results(session: Session, stage: StageRow) -> Results:
    """From the outcome of the nearest decision before the award."""
    decision = seasons.stage_of_kind(stage.season, "decision", before=stage)
    outcome = seasons.outcome_of(decision) if decision else None
    entries = seasons.entries(session, stage.season_id, EntryState.ACCEPTED)
    made, given = awards(session, stage.id), tiers(stage)
    awarded = {one.entry.key: one.place for one in made}
    tiered = {one.entry.key: given[one.tier] for one in made if one.tier in given}
    if decision is None or outcome is None:
        return Results(entries, (), {}, {}, awarded, (), (), tiers=tiered)
    ranked = {key: int(place) for key, place in outcome.figures["place"].items()}
    last = len(entries) + 1
    titles = {entry.key: entry.title for entry in entries}
    lines = _options(decision).lines
    return Results(
        entries=sorted(entries, key=lambda one: (awarded.get(one.key, last), ranked.get(one.key, last), one.id)),
        components=_components(decision, outcome.figures),
        composite=outcome.figures["composite"],
        ranked=ranked,
        awarded=awarded,
        ties=[_tie(one, titles) for one in outcome.facts["ties"]],
        deviations=[(titles[one["entry"]], one["reason"]) for one in outcome.facts["deviations"]],
        vetoed=[
            (titles[one["entry"]], barring.told(one["entry"], Text(**one["label"]), one["value"], lines))
            for one in outcome.facts.get("vetoed", ())
        ],
        decimals=_options(decision).round.decimals,
        struck=_struck(stage),
        adds_up=_options(decision).adds_up,
        passed_over=[titles[key] for key in outcome.facts["cut"].get("passed_over", ())],
        has_budget=_options(decision).budget is not None,
        tiers=tiered,
    )


def afterwards(session: Session, stage: StageRow, locale: str) -> list[str]:
    """Who was struck, why, and who moved up, as the notice before the award told it."""
    put_up = seasons.stage_of_kind(stage.season, "notice", before=stage)
    outcome = seasons.outcome_of(put_up) if put_up else None
    if outcome is None:
        return []
    titles = {entry.key: entry.title for entry in seasons.entries(session, stage.season_id)}
    return notice.afterwards(outcome.facts, titles, locale)


def _struck(stage: StageRow) -> frozenset[str]:
    put_up = seasons.stage_of_kind(stage.season, "notice", before=stage)
    outcome = seasons.outcome_of(put_up) if put_up else None
    return frozenset(outcome.facts["struck"]) if outcome else frozenset()


def _components(decision: StageRow, figures: Mapping[str, Mapping[str, Fraction]]) -> list[Component]:
    definition = definition_of(decision.season)
    return [
        Component(
            title_of(part, definition.stage(part.source)), part.weight, figures[f"points.{part.name}"], part.subtract
        )
        for part in _options(decision).component
    ]


def _options(decision: StageRow) -> DecisionOptions:
    options = stage_of(decision).options
    assert isinstance(options, DecisionOptions)
    return options


def _tie(one: Mapping[str, object], titles: Mapping[str, str]) -> tuple[str, str]:
    groups = one["groups"]
    assert isinstance(groups, list)
    told = " > ".join(" = ".join(titles[entry] for entry in group) for group in groups)
    return str(one["link"]), told


def checkpoint(session: Session, stage: StageRow) -> str:
    """The first signed checkpoint that covers the awards; "" before there is one."""
    covers = (
        select(func.max(Leaf.number))
        .join(EventRow, EventRow.id == Leaf.event_id)
        .where(EventRow.type == FINALISED.name, EventRow.season == stage.season.key)
        .scalar_subquery()
    )
    query = select(Checkpoint.note).where(Checkpoint.size > covers).order_by(Checkpoint.size).limit(1)
    return session.scalars(query).first() or ""


def can_be_finalised(stage: StageRow) -> bool:
    """From its opening until it is done: its deadline only hurries the committee."""
    return stage.phase in (Phase.OPEN, Phase.CLOSED) and stage.season.cancelled_at is None


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """The committee makes the awards final."""
    if not can_be_finalised(stage) or not may(actor, Permission.FINALISE, season=stage.season_id):
        return []
    is_done = bool(awards(session, stage.id)) or not due(session, stage)
    return [Task("Make the awards final", "award.home", stage, due=stage.closes_at, is_done=is_done)]
