"""A season past its declarations: entries of two branches, accepted, the next stage waiting."""

from evalflow.access import Actor, Role
from evalflow.seasons.models import Entry, Season
from evalflow.stages.submission import commands
from evalflow.workflow.fields import Answers
from evalflow.workflow.rows import COLUMNS
from tests.builders import House

SUBMISSION = """
format = 1
key = "small"
title = { zh = "小小评选", en = "Small awards" }
moves = "together"
entry = { noun = { zh = "品牌", en = "brand" } }

[[stage]]
key = "declare"
kind = "submission"
title = { zh = "申报", en = "Declaration" }
opens = "start"
closes = "start + 7 days"
review = "none"
field = [
  { key = "name", type = "text", label = { zh = "名称", en = "Name" }, required = true, role = "title" },
  { key = "slogan", type = "text", label = { zh = "口号", en = "Slogan" }, role = "lead" },
  { key = "story", type = "long_text", label = { zh = "事迹", en = "Story" } },
  { key = "tonnes", type = "number", label = { zh = "吨数", en = "Tonnes" } },
  { key = "site", type = "link", label = { zh = "网址", en = "Web site" } },
  { key = "phone", type = "text", label = { zh = "联系电话", en = "Telephone" } },
]
"""

PROJECT = SUBMISSION.replace(
    "field = [",
    """field = [
  { key = "plan", type = "indicators", label = { zh = "指标", en = "Indicators" } },
  { key = "steps", type = "milestones", label = { zh = "节点", en = "Milestones" } },
  { key = "others", type = "partners", label = { zh = "参与", en = "Partners" } },""",
)
YEAR = """
[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "跟踪推进", en = "Tracking" }
closes = "start + 300 days"
"""
PLAN: Answers = {
    "plan": [
        dict(zip(COLUMNS["indicators"], row.split(), strict=False))  # `way` is blank
        for row in ("回收率 % more 90 96 97 60 化验 month", "工期 天 less 10 9 7.5 40 日报 month")
    ],
    "steps": [{"name": "投料", "due": "2026-06-30"}, {"name": "方案", "due": "2026-05-10"}],
}


def secretaries(house: House) -> dict[str, Actor]:
    """{branch key: its secretary}, for the two branches of the house."""
    branches = {"smelting": house.smelting, "refining": house.refining}
    return {
        key: house.actor(f"{key}-secretary", Role.BRANCH_SECRETARY, branch_id=branch_id)
        for key, branch_id in branches.items()
    }


def declared(
    house: House,
    toml: str,
    *,
    by: dict[str, Actor],
    answers: Answers | None = None,
    key: str = "test-2026",
    form: str = SUBMISSION,
    more: int = 0,
    uploads: commands.Uploads | None = None,
) -> Season:
    """One accepted entry of each branch, called like it; more answers and files may be given, the same for both.

    more: so many further entries of the first branch, where the form allows them.
    """
    season = house.season(form + toml, key=key, starts_on=house.now.date())
    stage = house.open(season, "declare")
    for branch_key in [*by, *[next(iter(by))] * more]:
        secretary = by[branch_key]
        branch_id = {"smelting": house.smelting, "refining": house.refining}[branch_key]
        entry: Entry = house.act(commands.begin, stage.id, branch_id, actor=secretary)
        told = {"name": f"{branch_key} brand", **(answers or {})}
        page = {"page": "test", "uploads": uploads or {}, "actor": secretary}
        saved = house.act(commands.save, stage.id, entry.id, told, version=0, **page)
        house.act(commands.submit, stage.id, entry.id, version=saved.version, actor=secretary)
    house.close(season, "declare")
    house.settle(season, "declare")
    return season
