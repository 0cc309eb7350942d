"""What each kind of stage is: pure, one module a kind, and the table of them all."""

from evalflow.kinds.award import AWARD
from evalflow.kinds.ballot import BALLOT
from evalflow.kinds.decision import DECISION
from evalflow.kinds.inspection import INSPECTION
from evalflow.kinds.notice import NOTICE
from evalflow.kinds.promotion import PROMOTION
from evalflow.kinds.scoring import SCORING
from evalflow.kinds.submission import SUBMISSION
from evalflow.kinds.tracking import TRACKING
from evalflow.workflow.kind import Kinds

KINDS: Kinds = {
    kind.name: kind for kind in (SUBMISSION, PROMOTION, BALLOT, SCORING, DECISION, NOTICE, AWARD, TRACKING, INSPECTION)
}
