"""What simulated branches write: the four brands known by name, and answers that suit any question of a form.

The four brands and what they stand for come from a published case; everything else is invented and says so (示例).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from evalflow.files.content import Cleaned, cleaned_file, cleaned_image
from evalflow.files.covers import cover
from evalflow.stages.submission.projects import Project
from evalflow.workflow.fields import Field

BRANDS = {
    "smelting": ("铜花飞扬 筑梦中冶", "创新创效、降本增效、技术革新，让党旗在炉台高高飘扬"),
    "refining": ("炉火纯青 铸梦想金路", "至纯、至真、至新，锻造新时代“黄金工匠”"),
    "electrolysis": ("精·智电解", "精、细、严、实、智，以精益管理和智能制造提升电解质量"),
    "admin-1": ("清朗机关 七彩阳光", "七种品质塑造服务型机关，做基层的贴心人"),
}
FIRST = ("红心", "匠心", "同心", "初心", "先锋", "领航", "聚力", "赋能", "红帆", "星火")
SECOND = ("向党", "铸魂", "护航", "攻坚", "争先", "筑基", "致远", "暖人", "强企", "增效")
LEADS = (
    "把支部建在生产一线，让党员冲在攻坚前沿",
    "党建与生产经营同频共振，以品牌凝聚队伍",
    "一名党员一面旗，一个岗位一份责任",
    "以精细管理促安全，以优质服务促发展",
)
OPENINGS = ("支部坚持把学习贯彻新思想作为首要任务，", "支部围绕全年生产经营目标，", "支部立足岗位实际，")
MIDDLES = (
    "设立党员责任区和示范岗，推行“党员带班、骨干领题、班组落实”的工作法，",
    "组建党员攻关小组，把难点列成清单，逐项明确责任人和完成时限，",
    "建立“月计划、周督办、日对标”机制，每月公开进度，接受党员群众监督，",
    "开展结对帮带和岗位练兵，把关键技术手把手传给青年职工，",
)
ENDINGS = (
    "形成了可复制、可推广的做法，职工满意度持续提升。",
    "全年未发生一般及以上安全事故，主要指标好于上年。",
    "解决了一批长期影响生产的难题，得到兄弟支部认可。",
    "党员作用看得见、摸得着，队伍的凝聚力明显增强。",
)
REMARK = "请补充可核验的数据，例如完成数量、与上年相比的变化。"
AMENDMENT = "补充数据：全年完成攻关课题12项，主要能耗指标比上年下降3.6%，相关台账可供核验。"


@dataclass(frozen=True)
class Subject:
    """What a simulated branch declares; project: where it is one."""

    branch: str
    title: str
    project: Project | None = None


MONEY = 100_000
SHORT = "http://a.cn"  # an address for whoever has little room


def title_of(branch: str, place: int) -> str:
    """The brand's name; of an invented one by the branch's place, so that the first hundred differ.

    >>> title_of("smelting", 0), title_of("power", 4), title_of("digital", 14)
    ('铜花飞扬 筑梦中冶', '先锋攻坚（示例）', '先锋争先（示例）')
    """
    if branch in BRANDS:
        return BRANDS[branch][0]
    return f"{FIRST[place % 10]}{SECOND[(place * 3 + place // 10 + 1) % 10]}（示例）"


def answer(field: Field, *, subject: Subject, chance: Random, today: date) -> str:
    """A plausible answer to a question that is answered by a text."""
    branch, title = subject.branch, subject.title
    if field.role == "title":
        return title[: field.longest]
    if field.role == "lead":
        return (BRANDS[branch][1] if branch in BRANDS else chance.choice(LEADS))[: field.longest]
    match field.type:
        case "number":
            return _number(field, chance)
        case "choice":
            return str(chance.choice(field.choice).key)
        case "date":
            return (today - timedelta(days=chance.randint(30, 900))).isoformat()
        case "link":
            address = f"https://example.com/{branch}"
            return address if len(address) <= field.longest else SHORT
        case "text":
            return chance.choice(LEADS)[: field.longest]
    return _paragraphs(field, branch, title, chance)[: field.longest]


def files(field: Field, *, title: str, chance: Random) -> list[Cleaned]:
    """Pictures or a table for a question that is answered by files."""
    if field.type == "image":
        count = 1 if field.role == "picture" else min(field.max_files, chance.randint(1, 2))
        return [cleaned_image(f"{title}{number}.jpg", cover(chance)) for number in range(1, count + 1)]
    lines = ["月份,计划,完成", *(f"{month},{100},{chance.randint(92, 118)}" for month in range(1, 13))]
    return [cleaned_file(f"{title}月度数据（示例）.csv", "\ufeff".encode() + "\r\n".join(lines).encode())]


def _number(field: Field, chance: Random) -> str:
    least, most = field.minimum, field.maximum
    low = least if least is not None else 1 if most is None else min(1, most)
    if most is not None and most > MONEY:  # a sum of money
        return str(max(low, most // 1000 * chance.randint(1, 30)))
    high = min(low + 100, most) if most is not None else low + 100
    return str(chance.randint(low, high))


def _paragraphs(field: Field, branch: str, title: str, chance: Random) -> str:
    about = f"“{title}”是支部在{field.label.zh}方面的集中体现。"
    if branch in BRANDS:
        about = f"“{title}”品牌以“{BRANDS[branch][1]}”为主线，在{field.label.zh}方面持续用力。"
    sentences = [
        f"{opening}{middle}{ending}"
        for opening, middle, ending in zip(
            chance.sample(OPENINGS, 2), chance.sample(MIDDLES, 2), chance.sample(ENDINGS, 2), strict=True
        )
    ]
    return "\n\n".join([about + sentences[0], sentences[1]])
