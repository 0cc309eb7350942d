"""What the log says of an inspection: what was stated, and every figure and flag as it was found."""

from evalflow.audit.event import EventType

HANDED_IN = EventType(
    "assessment.handed_in",
    zh="支部交出年终自评",
    en="a branch handed in its self-assessment",
    public=("entry", "figures", "flags", "text_sha256", "files"),
)
TAKEN_BACK = EventType(
    "assessment.taken_back", zh="支部取回年终自评修改", en="a branch took its self-assessment back", public=("entry",)
)
FIGURE_INSPECTED = EventType(
    "figure.inspected",
    zh="核定一项指标数据（认可或更正）",
    en="a figure was inspected: accepted or corrected",
    public=("entry", "indicator", "claimed", "value", "state", "reason"),
)
FLAG_INSPECTED = EventType(
    "flag.inspected",
    zh="核实一项申报事项",
    en="a declaration of yes or no was inspected",
    public=("entry", "flag", "declared", "found", "reason"),
)

EVENTS = (HANDED_IN, TAKEN_BACK, FIGURE_INSPECTED, FLAG_INSPECTED)
