"""What the log says of a meeting. Who attended and who stepped back are personal; counts and results are public."""

from evalflow.audit.event import EventType

ATTENDANCE_TAKEN = EventType(
    "meeting.attendance_taken",
    zh="登记应到、实到人数",
    en="the attendance of a meeting was taken",
    public=("entitled", "present"),
    personal=("offices",),
)
RECUSED = EventType(
    "meeting.recused",
    zh="委员对某一参评对象回避",
    en="a member stepped back from an entry",
    public=("entry",),
    personal=("office",),
)
DIVIDED = EventType(
    "motion.divided",
    zh="动议付诸表决",
    en="a motion was put to the vote",
    public=("number", "about", "ayes", "noes", "abstentions", "entitled", "present", "recused", "result"),
)
DECIDED = EventType(
    "decision.taken",
    zh="作出决定（left_empty：空缺名额）",
    en="the decision was taken (left_empty: seats that stay empty)",
    public=("decided", "deviations", "left_empty"),
)

EVENTS = (ATTENDANCE_TAKEN, RECUSED, DIVIDED, DECIDED)
