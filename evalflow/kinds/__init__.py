"""What each kind of stage is: pure, one module a kind, and the table of them all."""

from evalflow.kinds.approval import APPROVAL
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

IN_ORDER = (SUBMISSION, APPROVAL, PROMOTION, BALLOT, SCORING, DECISION, NOTICE, AWARD, TRACKING, INSPECTION)
KINDS: Kinds = {kind.name: kind for kind in IN_ORDER}
