"""What each kind of stage is: pure, one module a kind, and the table of them all."""

from evalflow.kinds.ballot import BALLOT
from evalflow.workflow.kind import Kinds

KINDS: Kinds = {kind.name: kind for kind in (BALLOT,)}
