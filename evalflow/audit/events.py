"""What the log says of itself: a change of its key, an older copy that was restored, and what it does not tell yet."""

from evalflow.audit.event import EventType

HELD = "ballot.cast"  # the type that is held back until its stage is over; the database's trigger names it too

KEY_ROTATED = EventType(
    "log.key_rotated",
    zh="更换存证签名密钥（由旧密钥签名确认）",
    en="the key that signs the log was changed; the old one has signed this",
    public=("old", "new"),
)
ROLLBACK_ACCEPTED = EventType(
    "log.rollback_accepted",
    zh="系统管理员确认日志退回到较早的备份（abandoned：被放弃的存证摘要）",
    en="an administrator accepted that the log was set back to an older copy (abandoned: the checkpoint given up)",
    public=("reason", "size", "abandoned"),
)
HELD_NOTED = EventType(
    "log.held_noted",
    zh="每小时对尚未公开入树的投票事件作加盐存证（不透露数量）",
    en="hourly: what waits for the end of a vote was committed to (how much is not told)",
    personal=("leaves",),
)

EVENTS = (KEY_ROTATED, ROLLBACK_ACCEPTED, HELD_NOTED)
