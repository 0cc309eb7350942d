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
    "teller.share_handed_in", zh="监票人交出密钥份额", en="a teller handed a share in", public=("key",)
)
COUNTED = EventType(
    "ballot.counted",
    zh="票箱开启，全部选票混合后一次写入",
    en="the box was opened and all ballots written together, mixed",
    public=("envelopes", "unreadable", "ballots_sha256"),
)

EVENTS = (CAST, KEY_KEPT, SHARE_HANDED_IN, COUNTED)
