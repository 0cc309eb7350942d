"""How a composite is made, who is kept out of the ranking and how many of one group can win, as sentences.

Stages stand in quotes by their keys, and fields of a declaration as “STAGE.FIELD”; `workflow.telling` puts their titles
there.
"""

from collections.abc import Iterable
from fractions import Fraction

from evalflow.i18n import N_, say
from evalflow.kinds.barring import Barred, Eligible, Veto
from evalflow.kinds.components import ATTAINMENT, FIGURE, SCORE, Component, is_number
from evalflow.kinds.decision_rules import BRANCH, Budget, Cap, DecisionOptions
from evalflow.tally.rounding import round_half_up

POINTS = {
    "rank_points": N_("rank points"),
    "share_of_votes": N_("share of all votes"),
    "approvals_over_electors": N_("approvals over electors"),
    "share_of_maximum": N_("share of the most votes"),
    "mean_of_grades": N_("mean of the grades"),
    "share_of_full_marks": N_("share of full marks"),
    "head_count_fair": N_("half by votes for the size of the branch, half by rank"),
    "given_points": N_("votes as given"),
    SCORE: N_("score"),
    FIGURE: N_("as it is"),
    ATTAINMENT: N_("attainment of targets"),
}
FIGURES = {
    "votes": N_("votes"),
    "score": N_("score"),
    "composite": N_("composite"),
    "attainment": N_("attainment"),
    "punctuality": N_("punctuality"),
}
ANSWERS = {"yes": N_("yes"), "no": N_("no")}  # the choices of a flag
TARGETS = {
    "baseline": N_("baseline %(target)s: 0 points"),
    "work": N_("work target %(target)s: 100 points"),
    "stretch": N_("stretch target %(target)s: %(points)s points"),
}
BETTER = {"more": N_("%(name)s: more is better; %(targets)s."), "less": N_("%(name)s: less is better; %(targets)s.")}
STEPS = {
    "linear": N_("Between targets points go by equal steps."),
    "log": N_("Between targets points go by equal ratios."),
}
LINES = {
    "above": N_("Veto: %(label)s. Whoever has %(figure)s above %(limit)s is not ranked."),
    "below": N_("Veto: %(label)s. Whoever has %(figure)s below %(limit)s is not ranked."),
    "is": N_("Veto: %(label)s. Whoever has chosen %(limit)s for %(figure)s is not ranked."),
    "at_least": N_("Condition: %(label)s. Only who has %(figure)s of %(limit)s or more is ranked."),
    "at_most": N_("Condition: %(label)s. Only who has %(figure)s of %(limit)s or less is ranked."),
    "only": N_("Condition: %(label)s. Only who has chosen %(limit)s for %(figure)s is ranked."),
}


def words(options: DecisionOptions, locale: str) -> list[str]:
    """The composite, its indicators with their targets, the lines, the cap, the budget."""
    sentences = [_composite(options, locale)]
    sentences += [_targets(part, locale) for part in options.component if part.value]
    sentences += [line_words(line, locale) for line in options.lines]
    sentences += [cap_words(options.cap, locale)] if options.cap else []
    return [*sentences, budget_words(options.budget, locale)] if options.budget else sentences


def _composite(options: DecisionOptions, locale: str) -> str:
    added = [part for part in options.component if not part.subtract]
    taken = [part for part in options.component if part.subtract]
    parts = _listed((_part(part, locale) for part in added), locale)
    if taken:
        less = _listed((_part(part, locale) for part in taken), locale)
        return say(locale, "The ranking adds up: %(parts)s; and subtracts: %(less)s.", parts=parts, less=less)
    if options.combine == "sum":
        return say(locale, "The ranking adds up: %(parts)s.", parts=parts)
    if options.combine == "geometric":
        return _geometric(options, locale)
    return say(locale, "The ranking is made of: %(parts)s.", parts=parts)


def _geometric(options: DecisionOptions, locale: str) -> str:
    """Groups in brackets: their parts are averaged first."""
    groups: dict[str, list[Component]] = {}
    for part in options.component:
        groups.setdefault(f"group {part.group}" if part.group else part.name, []).append(part)
    parts = [
        _part(group[0], locale)
        if len(group) == 1
        else say(locale, "the mean of %(parts)s", parts=" + ".join(_part(part, locale) for part in group))
        for group in groups.values()
    ]
    return say(locale, "The ranking is the geometric mean of: %(parts)s.", parts=_listed(parts, locale))


def _part(part: Component, locale: str) -> str:
    counted = part.figure or part.value
    told = (
        figure_words(part.source, counted, locale) if counted else bracketed(part.source, POINTS[part.points], locale)
    )
    return f"{told} {part.weight}%" if part.weight is not None else told


def _targets(part: Component, locale: str) -> str:
    """An indicator's targets, what each is worth, and what lies between and beyond."""
    written = {name: part.target(name) for name in TARGETS}
    targets = _listed(
        (
            say(locale, TARGETS[name], target=_target(part.source, target, locale), points=part.stretch_points)
            for name, target in written.items()
            if target is not None
        ),
        locale,
    )
    name = figure_words(part.source, part.value or "", locale)
    beyond = N_("Beyond them nothing is added or taken.") if part.capped else N_("Beyond them they go on alike.")
    sentences = [
        say(locale, BETTER[part.better], name=name, targets=targets),
        say(locale, STEPS[part.scale]),
        say(locale, beyond),
    ]
    return ("" if locale.startswith("zh") else " ").join(sentences)


def line_words(line: Veto | Eligible, locale: str) -> str:
    """Who is kept out of the ranking, and why."""
    kind, limit = line.condition
    limit = limit if line.choice is None else choice_words(line, limit, locale)
    figure = figure_words(line.source, line.figure, locale)
    return say(locale, LINES[kind], label=line.label.to(locale), figure=figure, limit=limit)


def kept_out_words(barred: Barred, locale: str) -> str:
    """Why an entry is not ranked, with the number or choice that says so.

    A veto's label is the reason; that of a condition says what would have been needed, so it stands behind "not met".
    """
    line, value = barred.line, barred.value
    label = line.label.to(locale)
    if isinstance(line, Veto):
        return _with(label, number_words(value), locale) if isinstance(value, Fraction) else label
    if value is None:
        told = say(locale, "nothing was stated")
    else:
        told = number_words(value) if isinstance(value, Fraction) else choice_words(line, value, locale)
    return _with(say(locale, "not met: %(label)s", label=label), told, locale)


def choice_words(line: Veto | Eligible, choice: str, locale: str) -> str:
    """A choice of a declaration as “STAGE.FIELD=CHOICE”; the yes and no of a flag in words."""
    return say(locale, ANSWERS[choice]) if choice in ANSWERS else f"“{line.source}.{line.figure}={choice}”"


def number_words(value: Fraction) -> str:
    """A number with up to six decimals, as figures have.

    >>> number_words(Fraction(145, 2)), number_words(Fraction(2, 3)), number_words(Fraction(100))
    ('72.5', '0.666667', '100')
    """
    written = f"{round_half_up(value, 6):f}"
    return written.rstrip("0").rstrip(".")


def _with(told: str, more: str, locale: str) -> str:
    return f"{told}（{more}）" if locale.startswith("zh") else f"{told} ({more})"


def budget_words(budget: Budget, locale: str) -> str:
    """How far the money goes."""
    return say(
        locale,
        "%(amount)s are spent down the ranking; whoever costs more than is left is passed over.",
        amount=budget.amount,
    )


def cap_words(cap: Cap, locale: str) -> str:
    """How many of one group can win."""
    if cap.per == BRANCH:
        return say(
            locale, "At most %(at_most)s of one branch can win; further ones are passed over.", at_most=cap.at_most
        )
    return say(
        locale,
        "At most %(at_most)s with the same %(group)s can win; further ones are passed over.",
        at_most=cap.at_most,
        group=f"“{cap.per}”",
    )


def figure_words(stage: str, figure: str, locale: str) -> str:
    """A number of a stage: a vote's votes, or “STAGE.FIELD” of a declaration."""
    return bracketed(stage, FIGURES[figure], locale) if figure in FIGURES else f"“{stage}.{figure}”"


def bracketed(stage: str, what: str, locale: str) -> str:
    """A stage with what of it is meant."""
    return _with(f"“{stage}”", say(locale, what), locale)


def _target(stage: str, target: str, locale: str) -> str:
    return target if is_number(target) else figure_words(stage, target, locale)


def _listed(parts: Iterable[str], locale: str) -> str:
    return ("，" if locale.startswith("zh") else ", ").join(parts)
