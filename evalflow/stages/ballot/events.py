"""What the log says of a vote. Never a choice, and never who sealed which envelope."""

from evalflow.audit.event import EventType

CAST = EventType(
    "ballot.cast",
    zh="一个密封选票投入票箱（replaces：被其替换的选票）",
    en="a sealed envelope was put into the box (replaces: the one it takes the place of)",
    public=("envelope", "replaces"),
    is_held=True,
)
ROLL_FIXED = EventType(
    "ballot.roll_fixed",
    zh="投票开始时名册就此固定（名册各行只以承诺值记入）",
    en="the roll was fixed as the vote opened (its lines are only committed to)",
    public=("electors",),
    personal=("roll",),
)
KEY_KEPT = EventType(
    "teller.key_kept", zh="监票人设置口令，持有密钥份额", en="a teller set a passphrase for a share", public=("key",)
)
KEY_CHECKED = EventType(
    "teller.key_checked",
    zh="监票人在投票开始前确认仍持有口令",
    en="a teller showed before the opening that they still have their passphrase",
    public=("key",),
)
TELLER_RELEASED = EventType(
    "teller.released",
    zh="投票开始前更换监票人，其密钥作废",
    en="a teller was replaced before the opening; their key is void",
    public=("key", "reason"),
    personal=("teller",),
)
SHARE_HANDED_IN = EventType(
    "teller.share_handed_in",
    zh="监票人交出密钥份额，在计票进程的内存密钥下密封（session）",
    en="a teller handed a share in, sealed to the key of a count (session)",
    public=("key", "session"),
)
SHARE_REFUSED = EventType(
    "teller.share_refused",
    zh="某监票人的密钥份额与开箱前公布的摘要不符，不予采用",
    en="a teller's share is not the one that the log committed to, and was refused",
    public=("key",),
)
SESSION_LOST = EventType(
    "count.session_lost",
    zh="计票密钥随进程重启而丢失，已交出份额的监票人须重新交出",
    en="the key of a count was lost with its process; whoever had handed in hands in again",
    public=("session", "shares"),
)
BOX_DESTROYED = EventType(
    "box.destroyed",
    zh="票箱的密封选票与开箱所需的一切已从数据库文件中销毁",
    en="the envelopes, and all that could open them, were destroyed in the database's files",
)
COUNTED = EventType(
    "ballot.counted",
    zh="票箱开启，全部选票混合后一次写入",
    en="the box was opened and all ballots written together, mixed",
    public=("envelopes", "unreadable", "ballots_sha256", "box_sha256", "marks_sha256", "log_size", "differences"),
)
DISPUTE_STATED = EventType(
    "ballot.dispute_stated",
    zh="组织者说明票箱与日志不一致时仍须继续的理由，待纪检监督确认",
    en="the organiser stated why to go on although the box and the log differ; an auditor has to confirm it",
    public=("reason", "differences", "differences_sha256"),
)
BOX_DISPUTED = EventType(
    "ballot.box_disputed",
    zh="纪检监督确认：票箱与日志存在所列不一致，仍予计票",
    en="an auditor confirmed it: the votes are counted although the box and the log differ as listed",
    public=("reason", "differences", "differences_sha256", "listed"),
)
UNOPENABLE_STATED = EventType(
    "ballot.unopenable_stated",
    zh="组织者说明票箱无法开启的理由和重新投票的时间，待纪检监督确认",
    en="the organiser stated why the box can't be opened, and when to vote again; an auditor has to confirm it",
    public=("reason", "handed_in", "needed", "opens_at", "closes_at"),
)
UNOPENABLE = EventType(
    "ballot.unopenable",
    zh="纪检监督确认：票箱无法开启，不予计票，全部密封选票未经开启即行销毁",
    en="an auditor confirmed it: the box can't be opened, nothing is counted, its envelopes are destroyed unopened",
    public=("reason", "envelopes", "receipts_sha256", "differences"),
)

EVENTS = (
    CAST,
    ROLL_FIXED,
    KEY_KEPT,
    KEY_CHECKED,
    TELLER_RELEASED,
    SHARE_HANDED_IN,
    SHARE_REFUSED,
    SESSION_LOST,
    COUNTED,
    BOX_DESTROYED,
    DISPUTE_STATED,
    BOX_DISPUTED,
    UNOPENABLE_STATED,
    UNOPENABLE,
)
