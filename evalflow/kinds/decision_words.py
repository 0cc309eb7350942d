"""A decision's rules as sentences. Stages stand in quotes by their keys; `workflow.telling` puts their titles there."""

from fractions import Fraction

from evalflow.i18n import N_, say
from evalflow.kinds import component_words, quorum_rule
from evalflow.kinds.barring import Barred
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.tally.rounding import round_half_up
from evalflow.workflow.definition import Definition
from evalflow.workflow.telling import titled

NOTHING = "–"
OF_POINTS = 2  # decimals that the parts of a composite have at least; they are not rounded before they are combined

LINKS = {"number": N_("order of presentation"), "motion": N_("a motion"), "draw": N_("lots from the published seed")}
SHEETS = {"givers": N_("how many gave any points"), "countback": N_("how often which points were given")}


def words(options: DecisionOptions, locale: str) -> list[str]:
    """How the ranking is made and what the committee needs to decide."""
    sentences = [
        say(locale, "Entries that can be awarded: at most %(seats)s; places may stay empty.", seats=options.seats)
    ]
    sentences += component_words.words(options, locale)
    sentences.append(
        say(
            locale,
            "Figures are rounded half up (decimals: %(decimals)s), once, at the end.",
            decimals=options.round.decimals,
        )
    )
    if options.tie_break:
        chain = " → ".join(link_words(name, locale) for name in options.tie_break)
        every = N_("Ties are broken in this order: %(chain)s.")
        at_line = N_("Only a tie over who is awarded is broken, in this order: %(chain)s; others share their place.")
        sentence = at_line if options.ties == "at_line" else every
        sentences.append(say(locale, sentence, chain=chain))
    if options.quorum is None:
        sentences.append(say(locale, "Nobody meets: the ranking decides."))
    else:
        sentences += quorum_rule.words(options.quorum, locale)
        sentences.append(_deviation(options, locale))
        sentences.append(say(locale, "That nobody is awarded takes a motion of its own."))
        public = N_(
            "Points, divisions and reasons are public once the awards are final; the committee reads them before."
        )
        sentences.append(say(locale, public))
    return sentences


def link_words(name: str, locale: str) -> str:
    """What a link of the tie-break chain is called; a stage stands in quotes by its key."""
    stage, _, sheets = name.partition(".")
    if sheets in SHEETS:
        return component_words.bracketed(stage, SHEETS[sheets], locale)
    return say(locale, LINKS[name]) if name in LINKS else f"“{name}”"


def tie_words(link: str, order: str, definition: Definition, locale: str) -> str:
    """How a tie was broken. order: the titles of the entries, best first."""
    told = titled(link_words(link, locale), definition, locale)
    return say(locale, "Tie broken by %(link)s: %(order)s", link=told, order=order)


def not_ranked_words(title: str, barred: Barred, definition: Definition, locale: str) -> str:
    """Which entry is kept out of the ranking, and why."""
    reason = titled(component_words.kept_out_words(barred, locale), definition, locale)
    return say(locale, "Not ranked: %(entry)s. Reason: %(reason)s", entry=title, reason=reason)


def figure_words(value: Fraction | None, decimals: int) -> str:
    """A composite or points as papers have them: all decimals, rounded half up; a dash where there is none.

    >>> figure_words(Fraction(191, 2), 2), figure_words(Fraction(191, 2), 0), figure_words(None, 2)
    ('95.50', '96', '–')
    """
    return NOTHING if value is None else f"{round_half_up(value, decimals):f}"


def passed_over_words(names: str, locale: str, *, has_budget: bool) -> str:
    """Who would have been in, but for a cap or a budget."""
    full = N_("Passed over, because their group has enough winners: %(names)s.")
    dear = N_("Passed over, because they cost more than was left: %(names)s.")
    return say(locale, dear if has_budget else full, names=names)


def _deviation(options: DecisionOptions, locale: str) -> str:
    if options.deviation == "refused":
        return say(locale, "The committee confirms the ranking; it can't deviate from it.")
    return say(locale, "A decision other than the ranking says needs a written reason.")
