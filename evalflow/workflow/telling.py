"""A workflow in words: its stages in order, when they open and close, and by which rules."""

import re

from evalflow.i18n import N_, say, say_count
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.kind import Kinds
from evalflow.workflow.when import When

_ANCHORS = {
    "start": N_("the season's first day"),
    "opening": N_("the opening of this stage"),
    "previous": N_("the closing of the stage before"),
}


def tell(definition: Definition, kinds: Kinds, locale: str) -> str:
    """Plain text, one paragraph a stage."""
    heading = definition.heading
    lines = [heading.title.to(locale), "=" * 40]
    if heading.summary.zh:
        lines.append(heading.summary.to(locale))
    together = say(locale, "All entries go through the stages together.")
    apart = say(locale, "Each entry goes through the stages by itself.")
    lines += [together if heading.moves == "together" else apart, f"SHA-256 {definition.digest}", ""]
    for number, (stage, sentences) in enumerate(tell_stages(definition, kinds, locale), 1):
        kind = kinds[stage.kind].title.to(locale)
        brackets = f"（{kind}）" if locale.startswith("zh") else f" ({kind})"
        lines.append(f"{number}. {stage.rule.title.to(locale)}{brackets}")
        lines += [f"   - {sentence}" for sentence in sentences]
        lines.append("")
    return "\n".join(lines)


def tell_stages(definition: Definition, kinds: Kinds, locale: str) -> list[tuple[Stage, list[str]]]:
    """Every stage with its window and rules, a sentence each; stages that rules refer to are called by their titles."""
    return [
        (stage, [titled(sentence, definition, locale) for sentence in tell_stage(stage, kinds, locale)])
        for stage in definition.stages
    ]


def tell_stage(stage: Stage, kinds: Kinds, locale: str) -> list[str]:
    """A stage's window and rules, one sentence each; other stages are called by their keys."""
    return [*_window(stage, locale), *kinds[stage.kind].words(stage.options, locale)]


def titled(sentence: str, definition: Definition, locale: str) -> str:
    """The sentence with the stages it quotes by their keys called by their titles, “STAGE.FIELD” by both,
    and “STAGE.FIELD=CHOICE” by what the choice is called.
    """
    titles = {f"“{stage.key}”": f"“{stage.rule.title.to(locale)}”" for stage in definition.stages}
    for stage in definition.stages:
        for field in (*getattr(stage.options, "field", ()), *getattr(stage.options, "flag", ())):
            told = f"“{stage.rule.title.to(locale)} · {field.label.to(locale)}”"
            titles[f"“{stage.key}.{field.key}”"] = told
            for choice in getattr(field, "choice", ()):
                titles[f"“{stage.key}.{field.key}={choice.key}”"] = f"“{choice.label.to(locale)}”"
    return re.sub("“[^”]*”", lambda found: titles.get(found[0], found[0]), sentence)


def _window(stage: Stage, locale: str) -> list[str]:
    sentences = [say(locale, "Opens: %(moment)s.", moment=_moment(stage.rule.opens, locale))]
    if stage.rule.closes:
        sentences.append(say(locale, "Closes: %(moment)s.", moment=_moment(stage.rule.closes, locale)))
    else:
        sentences.append(say(locale, "Is closed by the organiser."))
    if stage.rule.min_entries:
        sentences.append(
            say(locale, "Opens once there are enough entries: at least %(count)s.", count=stage.rule.min_entries)
        )
    if stage.rule.reopen:
        sentences.append(say(locale, "May be reopened, with a reason that is logged."))
    return sentences


def _count(number: int, unit: str, locale: str) -> str:
    if unit == "week":
        return say_count(locale, "%(num)s week", "%(num)s weeks", number)
    if unit == "working day":
        return say_count(locale, "%(num)s working day", "%(num)s working days", number)
    return say_count(locale, "%(num)s day", "%(num)s days", number)


def _moment(when: When, locale: str) -> str:
    day = say(locale, _ANCHORS[when.anchor]) if when.anchor in _ANCHORS else when.anchor
    shift = ""
    if when.offset:
        number = abs(when.offset)
        count = _count(number, when.unit, locale)
        pattern = N_("%(count)s after %(day)s") if when.offset > 0 else N_("%(count)s before %(day)s")
        shift = say(locale, pattern, count=count, day=day)
    comma = "" if locale.startswith("zh") else ","
    clock = f"{comma} {when.at:%H:%M}" if when.at else ""
    return (shift or day) + clock
