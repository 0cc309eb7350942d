"""Projects that simulated branches apply for: plausible plants, plausible figures; all invented and marked so (示例).

Only the overhaul's days come from a published case: 7.5 used of 10 planned.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from evalflow.workflow.indicators import told

MARK = "（示例）"
COLUMNS = ("name", "unit", "better", "baseline", "work", "stretch", "weight")
Figures = tuple[str, str, str, str, str, str, int]  # name, unit, better, baseline, work, stretch, weight


@dataclass(frozen=True)
class Project:
    """What a branch could apply for. milestones: names, spread evenly over the season.

    stations: {indicator: its interim targets as (per cent of the time gone, value)}; of others the way is straight.
    """

    branch: str
    title: str
    source: str
    figures: tuple[Figures, ...]
    milestones: tuple[str, ...]
    stations: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def heading(self) -> str:
        return f"{self.title}{MARK}"

    def indicators(self, first: date, last: date) -> list[dict[str, str]]:
        """The rows of an answer of type "indicators"; figures are due every month. first, last: days of the season."""
        given = {"source": self.source, "every": "month"}
        rows = [{**dict(zip(COLUMNS, map(str, line), strict=True)), **given} for line in self.figures]
        return [row | {"way": self._way(row["name"], first, last)} for row in rows]

    def _way(self, name: str, first: date, last: date) -> str:
        stated = self.stations.get(name, ())
        return told([(first + (last - first) * gone // 100, Decimal(value)) for gone, value in stated])

    def planned(self, first: date, last: date) -> list[dict[str, str]]:
        """The rows of an answer of type "milestones": the names spread evenly between the two days, the last on it."""
        step = (last - first) / len(self.milestones)
        return [
            {"name": name, "due": (first + step * number).isoformat()} for number, name in enumerate(self.milestones, 1)
        ]


PROJECTS = (
    Project(
        "smelting",
        "大修提速先锋工程",
        "大修指挥部日报",
        (
            ("大修工期", "天", "less", "10", "9", "8", 60),
            ("检修一次合格率", "%", "more", "95", "97.5", "99", 40),
        ),
        ("方案评审", "备件到位", "停炉检修", "烘炉投料"),
        {"大修工期": ((40, "10"), (55, "9"))},
    ),
    Project(
        "refining",
        "金银回收率提升工程",
        "化验中心月报",
        (
            ("金回收率", "%", "more", "98.20", "98.50", "98.80", 60),
            ("银回收率", "%", "more", "96.10", "96.60", "97.00", 40),
        ),
        ("查找损失点", "改造还原工序", "稳定运行"),
    ),
    Project(
        "electrolysis",
        "精·智电解直流电耗攻关",
        "能源管理系统",
        (
            ("吨铜直流电耗", "千瓦时/吨", "less", "310", "300", "292", 70),
            ("电流效率", "%", "more", "97.0", "97.8", "98.4", 30),
        ),
        ("极板整治", "短路在线监测上线", "全系列推广"),
    ),
    Project(
        "admin-1",
        "机关服务提速工程",
        "办公系统统计",
        (
            ("公文平均办理时长", "小时", "less", "48", "36", "24", 50),
            ("基层满意度", "分", "more", "86", "90", "94", 50),
        ),
        ("流程梳理", "系统改造", "满意度测评"),
    ),
    Project(
        "sulphuric-acid",
        "尾气减排先锋工程",
        "在线监测数据",
        (
            ("二氧化硫排放浓度", "毫克/立方米", "less", "120", "90", "70", 60),
            ("吨酸蒸汽回收量", "吨", "more", "1.05", "1.12", "1.18", 40),
        ),
        ("催化剂更换", "余热回收改造", "达标验收"),
    ),
    Project(
        "concentrate",
        "配料精准化工程",
        "质检日报",
        (
            ("配料成分合格率", "%", "more", "91", "95", "97", 60),
            ("物料损失率", "%", "less", "0.80", "0.60", "0.45", 40),
        ),
        ("皮带秤校准", "模型上线", "闭环控制"),
    ),
    Project(
        "power",
        "余热发电增效工程",
        "电量结算单",
        (
            ("余热发电量", "万千瓦时", "more", "5200", "5600", "5900", 60),
            ("厂用电率", "%", "less", "7.8", "7.2", "6.8", 40),
        ),
        ("汽轮机检修", "管网改造", "并网优化"),
        {"余热发电量": ((25, "5240"), (50, "5350"), (75, "5500"))},
    ),
    Project(
        "rare-metals",
        "铂钯提取攻关工程",
        "化验中心月报",
        (
            ("铂钯综合回收率", "%", "more", "88", "91", "93", 70),
            ("试剂单耗", "千克/千克", "less", "14", "12", "10.5", 30),
        ),
        ("小试", "中试", "工业化"),
    ),
    Project(
        "maintenance",
        "设备零故障示范工程",
        "设备台账",
        (
            ("非计划停机时间", "小时", "less", "160", "110", "80", 60),
            ("点检完成率", "%", "more", "93", "97", "99", 40),
        ),
        ("点检标准修订", "智能点检上线", "关键设备全覆盖"),
    ),
    Project(
        "laboratory",
        "化验提速保准工程",
        "实验室系统",
        (
            ("炉前样报出时间", "分钟", "less", "25", "18", "14", 50),
            ("比对合格率", "%", "more", "95.0", "97.0", "98.5", 50),
        ),
        ("制样自动化", "方法确认", "能力验证"),
    ),
    Project(
        "logistics",
        "厂内物流周转提效工程",
        "物流系统",
        (
            ("车辆平均在厂时间", "分钟", "less", "140", "110", "90", 60),
            ("装卸差错", "次", "less", "24", "12", "6", 40),
        ),
        ("预约进厂", "一卡通行", "无人计量"),
    ),
    Project(
        "purchasing",
        "阳光采购降本工程",
        "采购平台",
        (("采购节约额", "万元", "more", "0", "800", "1200", 70), ("网上采购率", "%", "more", "82", "92", "97", 30)),
        ("目录整合", "长协谈判", "年度评估"),
    ),
    Project(
        "marketing",
        "副产品增收工程",
        "销售结算单",
        (
            ("副产品增收", "万元", "more", "0", "600", "900", 60),
            ("货款回收及时率", "%", "more", "96", "98.5", "99.5", 40),
        ),
        ("客户走访", "新渠道签约", "年度结算"),
    ),
    Project(
        "research",
        "关键技术攻关揭榜工程",
        "科技管理台账",
        (("课题结题数", "项", "more", "0", "6", "9", 50), ("专利受理数", "件", "more", "0", "10", "15", 50)),
        ("揭榜立项", "中期检查", "成果鉴定"),
        {"课题结题数": ((50, "2"), (75, "4"))},
    ),
    Project(
        "digital",
        "数据上云贯通工程",
        "平台统计",
        (("系统接入率", "%", "more", "62", "85", "95", 60), ("报表人工填报项", "项", "less", "180", "90", "50", 40)),
        ("数据标准", "平台上线", "应用推广"),
    ),
    Project(
        "environment",
        "班组安全达标工程",
        "安全检查记录",
        (
            ("隐患按期整改率", "%", "more", "90", "97", "100", 60),
            ("轻伤及以上事故", "起", "less", "3", "1", "0", 40),
        ),
        ("班组对标", "专项整治", "达标验收"),
    ),
    Project(
        "admin-2",
        "一站式后勤服务工程",
        "服务热线记录",
        (
            ("报修平均响应时间", "分钟", "less", "90", "45", "30", 60),
            ("职工食堂满意度", "分", "more", "80", "88", "92", 40),
        ),
        ("热线整合", "服务承诺", "回访测评"),
    ),
    Project(
        "retired",
        "银发助企工程",
        "活动台账",
        (
            ("传帮带课时", "课时", "more", "0", "120", "180", 60),
            ("参与老党员人次", "人次", "more", "150", "300", "400", 40),
        ),
        ("师资建库", "走进班组", "成果汇编"),
    ),
    Project(
        "projects",
        "渣选改造提前投产工程",
        "工程月报",
        (
            ("工程形象进度", "%", "more", "0", "95", "100", 60),
            ("工程签证费用占比", "%", "less", "5.0", "3.5", "2.5", 40),
        ),
        ("施工图交付", "设备安装", "联动试车"),
    ),
    Project(
        "smelting",
        "渣含铜降低攻关工程",
        "化验中心月报",
        (
            ("渣含铜", "%", "less", "0.62", "0.55", "0.50", 70),
            ("吨铜综合能耗", "千克标煤/吨", "less", "228", "220", "214", 30),
        ),
        ("渣型试验", "制度固化", "推广全炉次"),
    ),
    Project(
        "refining",
        "阳极板合格率提升工程",
        "质检日报",
        (("阳极板物理合格率", "%", "more", "96.5", "98.0", "98.8", 100),),
        ("模具改进", "浇铸参数优化", "固化标准"),
    ),
    Project(
        "electrolysis",
        "阴极铜优质品先锋工程",
        "质检日报",
        (
            ("高纯阴极铜比例", "%", "more", "97.2", "98.5", "99.2", 70),
            ("残极率", "%", "less", "15.5", "14.5", "13.8", 30),
        ),
        ("添加剂试验", "槽面管理", "达标评审"),
    ),
    Project(
        "maintenance",
        "修旧利废降本工程",
        "物资系统",
        (("修旧利废价值", "万元", "more", "0", "320", "450", 100),),
        ("旧件建库", "工作室挂牌", "成果盘点"),
    ),
    Project(
        "laboratory",
        "进厂原料检验公正工程",
        "检验系统",
        (("商检比对偏差", "克/吨", "less", "0.60", "0.40", "0.30", 60), ("客户异议", "起", "less", "8", "4", "2", 40)),
        ("盲样制度", "全程监控", "第三方比对"),
    ),
    Project(
        "power",
        "节水先锋工程",
        "能源管理系统",
        (("吨铜新水消耗", "吨", "less", "9.8", "8.8", "8.2", 100),),
        ("管网查漏", "中水回用", "水平衡测试"),
    ),
    Project(
        "digital",
        "网络安全护航工程",
        "安全平台统计",
        (("高危漏洞按期修复率", "%", "more", "88", "97", "100", 100),),
        ("资产清查", "攻防演练", "等级测评"),
    ),
)


def of_branch(branch: str, number: int) -> Project:
    """The branch's project, 0 its first; of branches not named above, one of the others'.

    >>> of_branch("smelting", 0).title, of_branch("smelting", 1).title, of_branch("branch-20", 0).title
    ('大修提速先锋工程', '渣含铜降低攻关工程', '大修提速先锋工程')
    """
    own = [project for project in PROJECTS if project.branch == branch] or list(PROJECTS)
    return own[number % len(own)]


def how_many(branch: str) -> int:
    """How many projects this branch would apply for."""
    return max(1, sum(project.branch == branch for project in PROJECTS))
