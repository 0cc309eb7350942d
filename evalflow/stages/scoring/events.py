"""What the log says of score sheets: that they came in, with a salted digest; never a point."""

from evalflow.audit.event import EventType

HANDED_IN = EventType(
    "sheet.handed_in",
    zh="交出评分表（内容仅以加盐摘要存证）",
    en="a score sheet was handed in (its content only committed to)",
    public=("rater", "entries"),
    personal=("sheet",),
)
TAKEN_BACK = EventType("sheet.taken_back", zh="取回评分表修改", en="a score sheet was taken back", public=("rater",))
RECUSED = EventType(
    "sheet.recused", zh="评分人对某一参评对象回避", en="a rater stepped back from an entry", public=("rater", "entry")
)
RECUSAL_TAKEN_BACK = EventType(
    "sheet.recusal_taken_back",
    zh="评分人撤销对某一参评对象的回避",
    en="a rater took it back that they stepped back from an entry",
    public=("rater", "entry"),
    personal=("reason",),
)
MARKS_CONFIRMED = EventType(
    "marks.confirmed",
    zh="组织者核对了偏离较大的评分，照原样计分",
    en="the organiser has looked at the marks far from the others and left them as they are",
    public=("marks",),
)

EVENTS = (HANDED_IN, TAKEN_BACK, RECUSED, RECUSAL_TAKEN_BACK, MARKS_CONFIRMED)
