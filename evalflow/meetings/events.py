"""What the log says of a meeting. Who attended and who stepped back are personal; counts and results are public."""

from evalflow.audit.event import EventType

CONVENED = EventType(
    "meeting.convened", zh="召集新一次会议", en="another sitting was called", public=("sitting", "entitled")
)
ATTENDANCE_TAKEN = EventType(
    "meeting.attendance_taken",
    zh="登记应到、实到人数",
    en="the attendance of a sitting was taken",
    public=("sitting", "entitled", "present"),
    personal=("offices",),
)
RECUSED = EventType(
    "meeting.recused",
    zh="委员对某一参评对象回避",
    en="a member stepped back from an entry",
    public=("entry", "sitting"),
    personal=("office",),
)
RECUSAL_TAKEN_BACK = EventType(
    "meeting.recusal_taken_back",
    zh="委员撤销对某一参评对象的回避",
    en="a member took it back that they stepped back from an entry",
    public=("entry", "sitting"),
    personal=("office", "reason"),
)
ANNULLED = EventType(
    "motion.annulled",
    zh="误记的表决作废",
    en="a division that was recorded by mistake was annulled",
    public=("number", "sitting", "about", "result"),
    personal=("reason",),
)
DIVIDED = EventType(
    "motion.divided",
    zh="动议付诸表决",
    en="a motion was put to the vote",
    public=(
        "number",
        "sitting",
        "about",
        "ayes",
        "noes",
        "abstentions",
        "entitled",
        "present",
        "recused",
        "result",
    ),
)

EVENTS = (CONVENED, ATTENDANCE_TAKEN, RECUSED, RECUSAL_TAKEN_BACK, DIVIDED, ANNULLED)
