"""What the log says of a vote. Never a choice, and never who sealed which envelope."""

from evalflow.audit.event import EventType

CAST = EventType(
    "ballot.cast",
    zh="一个密封选票投入票箱（replaces：被其替换的选票）",
    en="a sealed envelope was put into the box (replaces: the one it takes the place of)",
    public=("envelope", "replaces"),
    is_held=True,
)
KEY_KEPT = EventType(
    "teller.key_kept", zh="监票人设置口令，持有密钥份额", en="a teller set a passphrase for a share", public=("key",)
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
    public=("envelopes", "unreadable", "ballots_sha256"),
)

EVENTS = (CAST, KEY_KEPT, SHARE_HANDED_IN, SHARE_REFUSED, SESSION_LOST, COUNTED, BOX_DESTROYED)
