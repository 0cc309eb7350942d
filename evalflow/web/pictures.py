"""The pictures that stand for entries in lists."""

from collections.abc import Iterable

from evalflow.kinds.submission import SubmissionOptions
from evalflow.seasons.models import Entry, Season
from evalflow.seasons.rules import definition_of
from evalflow.web.attachments import shown_fields


def covers(season: Season, entries: Iterable[Entry]) -> dict[str, int]:
    """{entry key: attachment id} of each entry's cover, or else its first picture; of what everybody is shown only."""
    public = shown_fields(season)
    stages = [one.options for one in definition_of(season).stages if isinstance(one.options, SubmissionOptions)]
    images = [one for options in stages for one in options.field if one.type == "image" and one.key in public]
    names = [one.key for one in sorted(images, key=lambda one: one.role != "picture")]
    found = {entry.key: [entry.answers[name][0] for name in names if entry.answers.get(name)] for entry in entries}
    return {key: ids[0] for key, ids in found.items() if ids}
