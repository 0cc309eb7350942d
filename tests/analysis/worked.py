"""A season worked by hand: five branches, a void sheet, trimmed and missing marks, a tie, a decision that deviates.

The marks, by entry (rater mark): known counts 40 % of 10 points, works 60 % of 100.

    a   b 70 (works alone)   c 75   d 80            mean 75      3rd by votes, 98 points    84.2   3rd
    b   c 78   d 82   a gave none                   mean 80      1st, 100                   88     2nd by the tie-break
    c   a 80   b 82   d 80                          mean 242/3   2nd, 99                    88     1st by the tie-break
    d   a 50   b 60   c 55                          mean 55      4th, 97                    71.8   5th
    e   a 60 and d 95 dropped   b 70   c 75         mean 72.5    5th, 96                    81.9   4th

e's sheet gave 70 to everybody and is void. The committee awards c and, for a reason, a in place of b; an objection
against a is upheld.
"""

from dataclasses import replace

from evalflow.bundle.format import BranchLine, Bundle, EntryLine
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.outcome import Row

TOML = """\
format = 1
key = "worked"
title = { zh = "小小评选", en = "Small awards" }
moves = "together"
entry = { noun = { zh = "品牌", en = "brand" } }

[[stage]]
key = "form"
kind = "submission"
title = { zh = "申报", en = "Declaration" }
field = [{ key = "name", type = "text", role = "title", label = { zh = "名称" }, required = true }]

[[stage]]
key = "vote"
kind = "ballot"
title = { zh = "投票", en = "Vote" }
method = "approval"
secrecy = "named"
choose = { min = 1, max = 5 }

[[stage]]
key = "peers"
kind = "scoring"
title = { zh = "互评", en = "Peers" }
raters = "each_branch"
aggregate = { method = "trimmed_mean", trim_when_more_than = 3 }
void = [{ rule = "same_score_for_all" }]
criterion = [
  { key = "known", label = { zh = "知名度", en = "Awareness" }, weight = 40, max = 10, step = "0.5" },
  { key = "works", label = { zh = "成效", en = "Results" }, weight = 60 },
]

[[stage]]
key = "decide"
kind = "decision"
title = { zh = "研究决定", en = "Decision" }
seats = 2
quorum = { present = "1/2", ayes = "1/2 of present" }
tie_break = ["peers", "number"]
component = [{ from = "vote", as = "rank_points", weight = 40 }, { from = "peers", as = "score", weight = 60 }]

[[stage]]
key = "put_up"
kind = "notice"
title = { zh = "公示", en = "Notice" }
closes = "opening + 5 working days"
working_days = 5

[[stage]]
key = "ceremony"
kind = "award"
title = { zh = "表彰", en = "Ceremony" }
honour = { zh = "优秀品牌", en = "Outstanding brand" }
"""
PARTS = (
    'component = [{ from = "vote", as = "rank_points", weight = 40 }, { from = "peers", as = "score", weight = 60 }]'
)
MARKS = {  # rater: {entry: (known, works)}; None: left out
    "a": {"c": ("8", "80"), "d": ("5", "50"), "e": ("6", "60")},
    "b": {"a": (None, "70"), "c": ("8.5", "80"), "d": ("6", "60"), "e": ("7", "70")},
    "c": {"a": ("7.5", "75"), "b": ("7.5", "80"), "d": ("5.5", "55"), "e": ("7.5", "75")},
    "d": {"a": ("8", "80"), "b": ("8.5", "80"), "c": ("8", "80"), "e": ("9.5", "95")},
    "e": {"a": ("7", "70"), "b": ("7", "70"), "c": ("7", "70"), "d": ("7", "70")},
}
BALLOTS = {"b|c|a|d|e": 1, "b|c|a|d": 1, "b|c|a": 1, "b|c": 1, "b": 1, "": 1}  # the last is invalid


def worked(toml: str = TOML) -> Bundle:
    """The season, every stage done."""
    return Bundle(
        season="worked-2026",
        digest="",
        draw_seed="",
        definition=reader.read(toml, KINDS, file="worked.toml"),
        branches=tuple(BranchLine(key, f"{key.upper()}支部") for key in "abcde"),
        entries=tuple(EntryLine(key, number, key, f"品牌{key}", "accepted") for number, key in enumerate("abcde", 1)),
        tables={
            "form": {"submissions": [{"entry": key, "revision": "1", "state": "accepted"} for key in "abcde"]},
            "vote": {
                "ballots": [
                    {"ballot": str(number), "choices": choices, "votes": str(votes)}
                    for number, (choices, votes) in enumerate(BALLOTS.items())
                ],
                "roll": [{"branch": key, "electors": "2", "voted": "2" if key == "a" else "1"} for key in "abcde"],
            },
            "peers": {"sheets": _sheets()},
            "decide": _meeting(),
            "put_up": {
                "names": [{"entry": "c", "place": "1"}, {"entry": "a", "place": "2"}],
                "objections": [{"number": "1", "entry": "a", "state": "upheld", "decided": "2026-06-20"}],
            },
            "ceremony": {"awards": [{"entry": "c", "place": "1", "tier": ""}]},
        },
        outcomes=None,
    )


def _sheets() -> list[Row]:
    return [
        {"rater": rater, "entry": entry, "criterion": criterion, "points": points}
        for rater, by_entry in MARKS.items()
        for entry, (known, works) in by_entry.items()
        for criterion, points in (("known", known), ("works", works))
        if points is not None
    ]


def _meeting() -> dict[str, list[Row]]:
    base = {"abstentions": "0", "recused": "0", "entitled": "3", "present": "3", "result": "carried"}
    return {
        "attendance": [{"sitting": "1", "member": f"member-{number}", "present": "yes"} for number in (1, 2, 3)],
        "recusals": [],
        "motions": [
            {"motion": "1", "sitting": "1", "about": "award:c", "ayes": "3", "noes": "0", **base},
            {"motion": "2", "sitting": "1", "about": "award:a", "ayes": "2", "noes": "1", **base},
        ],
        "decided": [
            {"entry": "c", "place": "1", "reason": ""},
            {"entry": "a", "place": "2", "reason": "先行先试"},
            {"entry": "b", "place": "", "reason": "今年已获上级表彰"},
        ],
    }


def unmet(toml: str) -> Bundle:
    """The same evidence where nobody meets and the ranking decides, up to the decision."""
    whole = worked(toml.replace('quorum = { present = "1/2", ayes = "1/2 of present" }\n', ""))
    tables = {key: whole.tables[key] for key in ("form", "vote", "peers")}
    return replace(whole, tables={**tables, "decide": {}})
