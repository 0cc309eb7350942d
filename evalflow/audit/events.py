"""What the log says of itself: when its key was changed, and when it was set back to an older copy."""

from evalflow.audit.event import EventType

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

EVENTS = (KEY_ROTATED, ROLLBACK_ACCEPTED)
