"""The smallest workflow that has every kind a test of refusals needs, and a short way to misprint it."""

from dataclasses import replace

from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS
from evalflow.workflow import reader

SMALL = """\
format = 1
key = "small"
title = { zh = "小", en = "Small" }
moves = "together"
starts = "03-02"

[entry]
noun = { zh = "品牌" }

[[stage]]
key = "declaration"
kind = "submission"
title = { zh = "申报" }
opens = "start"
closes = "start + 9 days"
field = [{ key = "name", type = "text", role = "title", label = { zh = "名称" }, required = true }]

[[stage]]
key = "vote"
kind = "ballot"
title = { zh = "投票" }
closes = "opening + 5 days"
min_entries = 4
method = "approval"
choose = { min = 1, max = 3 }

[[stage]]
key = "peers"
kind = "scoring"
title = { zh = "互评" }
closes = "opening + 5 days"
raters = "each_branch"
aggregate = { method = "trimmed_mean" }
criterion = [
  { key = "fame", label = { zh = "知名度" }, weight = 40 },
  { key = "results", label = { zh = "成效" }, weight = 60 },
]

[[stage]]
key = "meeting"
kind = "decision"
title = { zh = "研究" }
seats = 3
quorum = { present = "2/3", ayes = "1/2 of entitled" }
tie_break = ["peers", "motion"]
component = [
  { from = "vote", as = "rank_points", weight = 40 },
  { from = "peers", as = "score", weight = 60 },
]

[[stage]]
key = "names"
kind = "notice"
title = { zh = "公示" }
closes = "opening + 5 working days"

[[stage]]
key = "ceremony"
kind = "award"
title = { zh = "授牌" }
honour = { zh = "优秀" }
"""


def misprinted(right: str, wrong: str) -> str:
    """The lines printed for the small workflow with one text in place of another, which must stand there once."""
    assert SMALL.count(right) == 1, f"{right!r} stands {SMALL.count(right)} times"
    return refusal(SMALL.replace(right, wrong))


def without(key: str) -> str:
    """The lines printed for the small workflow without one of its stages."""
    parts = SMALL.split("[[stage]]\n")
    kept = [part for part in parts if not part.startswith(f'key = "{key}"')]
    assert len(kept) == len(parts) - 1
    return refusal("[[stage]]\n".join(kept))


def refusal(text: str) -> str:
    """What `workflow check` prints but for the lines; "" where nothing is wrong."""
    try:
        reader.read(text, KINDS, file="small.toml")
    except DefinitionError as error:
        return "\n".join(str(replace(flaw, line=None)) for flaw in error.flaws)
    return ""
