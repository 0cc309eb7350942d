"""A workflow as a mermaid state diagram, as text; every word of the definition escaped."""

from evalflow.workflow.definition import Definition
from evalflow.workflow.machine import FINAL, moves, start

_ENTITIES = str.maketrans(
    {"#": "#35;", "&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "\\": "#92;", "`": "#96;", ";": "#59;"}
)


def mermaid(definition: Definition, locale: str) -> str:
    """`stateDiagram-v2` of every position and arrow; a stage is a composite of its phases."""
    names = {position: f"s{number}" for number, position in enumerate(_positions(definition))}
    lines = ["stateDiagram-v2", f"    [*] --> {names[start(definition)]}"]
    for stage in definition.stages:
        lines.append(f'    state "{_escaped(stage.rule.title.to(locale))}" as {_room(stage.key)} {{')
        lines += [
            f'        state "{phase}" as {names[f"{stage.key}.{phase}"]}' for phase in ("waiting", "open", "closed")
        ]
        lines.append("    }")
    lines += [f'    state "{position}" as {names[position]}' for position in FINAL if position in names]
    lines += [f"    {names[move.source]} --> {names[move.dest]}: {move.trigger}" for move in moves(definition)]
    lines += [f"    {names[position]} --> [*]" for position in FINAL if position in names]
    return "\n".join(lines)


def _positions(definition: Definition) -> list[str]:
    return list(dict.fromkeys(position for move in moves(definition) for position in (move.source, move.dest)))


def _room(key: str) -> str:
    """A mermaid id: letters and digits only, so that no key can say anything else there."""
    return "stage_" + "".join(letter if letter.isalnum() else "_" for letter in key)


def _escaped(text: str) -> str:
    """Mermaid's own entities ("#quot;"): no title can end its string or be read as markup."""
    return " ".join(text.split()).translate(_ENTITIES)
