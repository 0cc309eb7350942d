"""Which package answers for which kind, and all that the log may record. Explicit imports, nothing else."""

from evalflow.audit.event import EventType
from evalflow.funds.events import EVENTS as FUND_EVENTS
from evalflow.meetings.events import EVENTS as MEETING_EVENTS
from evalflow.people.events import EVENTS as PEOPLE_EVENTS
from evalflow.seasons.events import EVENTS as SEASON_EVENTS
from evalflow.seasons.lifecycle import Lifecycle
from evalflow.seasons.play import Play
from evalflow.seasons.printing import Printing
from evalflow.stages.approval import lifecycle as approval_lifecycle
from evalflow.stages.approval import play as approval_play
from evalflow.stages.approval import printing as approval_printing
from evalflow.stages.approval.events import EVENTS as APPROVAL_EVENTS
from evalflow.stages.award import lifecycle as award_lifecycle
from evalflow.stages.award import play as award_play
from evalflow.stages.award import printing as award_printing
from evalflow.stages.award.events import EVENTS as AWARD_EVENTS
from evalflow.stages.ballot import lifecycle as ballot_lifecycle
from evalflow.stages.ballot import play as ballot_play
from evalflow.stages.ballot.events import EVENTS as BALLOT_EVENTS
from evalflow.stages.decision import lifecycle as decision_lifecycle
from evalflow.stages.decision import play as decision_play
from evalflow.stages.decision import printing as decision_printing
from evalflow.stages.decision.events import EVENTS as DECISION_EVENTS
from evalflow.stages.inspection import lifecycle as inspection_lifecycle
from evalflow.stages.inspection import play as inspection_play
from evalflow.stages.inspection.events import EVENTS as INSPECTION_EVENTS
from evalflow.stages.notice import lifecycle as notice_lifecycle
from evalflow.stages.notice import play as notice_play
from evalflow.stages.notice import printing as notice_printing
from evalflow.stages.notice.events import EVENTS as NOTICE_EVENTS
from evalflow.stages.promotion import lifecycle as promotion_lifecycle
from evalflow.stages.promotion import play as promotion_play
from evalflow.stages.promotion.events import EVENTS as PROMOTION_EVENTS
from evalflow.stages.scoring import lifecycle as scoring_lifecycle
from evalflow.stages.scoring import play as scoring_play
from evalflow.stages.scoring.events import EVENTS as SCORING_EVENTS
from evalflow.stages.submission import lifecycle as submission_lifecycle
from evalflow.stages.submission import play as submission_play
from evalflow.stages.submission.events import EVENTS as SUBMISSION_EVENTS
from evalflow.stages.tracking import lifecycle as tracking_lifecycle
from evalflow.stages.tracking import play as tracking_play
from evalflow.stages.tracking.events import EVENTS as TRACKING_EVENTS

LIFECYCLES: dict[str, Lifecycle] = {
    "approval": approval_lifecycle,
    "award": award_lifecycle,
    "ballot": ballot_lifecycle,
    "decision": decision_lifecycle,
    "inspection": inspection_lifecycle,
    "notice": notice_lifecycle,
    "promotion": promotion_lifecycle,
    "scoring": scoring_lifecycle,
    "submission": submission_lifecycle,
    "tracking": tracking_lifecycle,
}

PLAYS: dict[str, Play] = {
    "approval": approval_play,
    "award": award_play,
    "ballot": ballot_play,
    "decision": decision_play,
    "inspection": inspection_play,
    "notice": notice_play,
    "promotion": promotion_play,
    "scoring": scoring_play,
    "submission": submission_play,
    "tracking": tracking_play,
}

PRINTINGS: dict[str, Printing] = {
    "approval": approval_printing,
    "award": award_printing,
    "decision": decision_printing,
    "notice": notice_printing,
}

EVENT_TYPES: tuple[EventType, ...] = (
    *PEOPLE_EVENTS,
    *SEASON_EVENTS,
    *MEETING_EVENTS,
    *FUND_EVENTS,
    *APPROVAL_EVENTS,
    *AWARD_EVENTS,
    *BALLOT_EVENTS,
    *DECISION_EVENTS,
    *INSPECTION_EVENTS,
    *NOTICE_EVENTS,
    *PROMOTION_EVENTS,
    *SCORING_EVENTS,
    *SUBMISSION_EVENTS,
    *TRACKING_EVENTS,
)
