"""Which package answers for which kind, and all that the log may record. Explicit imports, nothing else."""

from evalflow import sendings
from evalflow.audit.event import EventType
from evalflow.audit.events import EVENTS as LOG_EVENTS
from evalflow.files import waiting
from evalflow.funds.events import EVENTS as FUND_EVENTS
from evalflow.meetings.events import EVENTS as MEETING_EVENTS
from evalflow.people import unsent
from evalflow.people.events import EVENTS as PEOPLE_EVENTS
from evalflow.reminding.events import EVENTS as REMINDER_EVENTS
from evalflow.seasons.events import EVENTS as SEASON_EVENTS
from evalflow.seasons.lifecycle import Lifecycle, Upkeep
from evalflow.seasons.play import Play
from evalflow.seasons.printing import Printing
from evalflow.seasons.tasks import Tasks
from evalflow.stages.approval import lifecycle as approval_lifecycle
from evalflow.stages.approval import play as approval_play
from evalflow.stages.approval import printing as approval_printing
from evalflow.stages.approval import queries as approval_queries
from evalflow.stages.approval.events import EVENTS as APPROVAL_EVENTS
from evalflow.stages.award import lifecycle as award_lifecycle
from evalflow.stages.award import play as award_play
from evalflow.stages.award import printing as award_printing
from evalflow.stages.award import queries as award_queries
from evalflow.stages.award.events import EVENTS as AWARD_EVENTS
from evalflow.stages.ballot import lifecycle as ballot_lifecycle
from evalflow.stages.ballot import play as ballot_play
from evalflow.stages.ballot import queries as ballot_queries
from evalflow.stages.ballot import upkeep as ballot_upkeep
from evalflow.stages.ballot.events import EVENTS as BALLOT_EVENTS
from evalflow.stages.decision import lifecycle as decision_lifecycle
from evalflow.stages.decision import play as decision_play
from evalflow.stages.decision import printing as decision_printing
from evalflow.stages.decision import queries as decision_queries
from evalflow.stages.decision.events import EVENTS as DECISION_EVENTS
from evalflow.stages.inspection import lifecycle as inspection_lifecycle
from evalflow.stages.inspection import play as inspection_play
from evalflow.stages.inspection import queries as inspection_queries
from evalflow.stages.inspection.events import EVENTS as INSPECTION_EVENTS
from evalflow.stages.notice import lifecycle as notice_lifecycle
from evalflow.stages.notice import play as notice_play
from evalflow.stages.notice import printing as notice_printing
from evalflow.stages.notice import queries as notice_queries
from evalflow.stages.notice.events import EVENTS as NOTICE_EVENTS
from evalflow.stages.promotion import lifecycle as promotion_lifecycle
from evalflow.stages.promotion import play as promotion_play
from evalflow.stages.promotion import queries as promotion_queries
from evalflow.stages.promotion.events import EVENTS as PROMOTION_EVENTS
from evalflow.stages.scoring import lifecycle as scoring_lifecycle
from evalflow.stages.scoring import play as scoring_play
from evalflow.stages.scoring import queries as scoring_queries
from evalflow.stages.scoring.events import EVENTS as SCORING_EVENTS
from evalflow.stages.submission import lifecycle as submission_lifecycle
from evalflow.stages.submission import play as submission_play
from evalflow.stages.submission import queries as submission_queries
from evalflow.stages.submission.events import EVENTS as SUBMISSION_EVENTS
from evalflow.stages.tracking import lifecycle as tracking_lifecycle
from evalflow.stages.tracking import play as tracking_play
from evalflow.stages.tracking import queries as tracking_queries
from evalflow.stages.tracking.events import EVENTS as TRACKING_EVENTS

UPKEEP: tuple[Upkeep, ...] = (ballot_upkeep.upkeep, sendings.upkeep, unsent.upkeep, waiting.upkeep)

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

TASKS: dict[str, Tasks] = {
    "approval": approval_queries.tasks,
    "award": award_queries.tasks,
    "ballot": ballot_queries.tasks,
    "decision": decision_queries.tasks,
    "inspection": inspection_queries.tasks,
    "notice": notice_queries.tasks,
    "promotion": promotion_queries.tasks,
    "scoring": scoring_queries.tasks,
    "submission": submission_queries.tasks,
    "tracking": tracking_queries.tasks,
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
    *LOG_EVENTS,
    *PEOPLE_EVENTS,
    *SEASON_EVENTS,
    *MEETING_EVENTS,
    *FUND_EVENTS,
    *REMINDER_EVENTS,
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
