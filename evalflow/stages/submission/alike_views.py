"""The pages that put declarations that resemble each other side by side, for whoever reads every dossier."""

from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session

from evalflow.access import Permission
from evalflow.files import queries as kept_files
from evalflow.seasons.models import StageRow
from evalflow.stages.submission import alike, queries
from evalflow.stages.submission.alike import Alike
from evalflow.stages.submission.views import blueprint
from evalflow.web.answers import Shown, shown
from evalflow.web.current import locale, reading
from evalflow.web.guard import guarded
from evalflow.web.place import place


@dataclass(frozen=True)
class ComparedPage:
    """answers: to each question that one of the two answered, the one's and the other's."""

    pair: Alike
    answers: tuple[tuple[Shown, Shown], ...]


@blueprint.get("/alike")
@guarded(Permission.READ_DOSSIER)
def similar() -> str:
    """The pairs that are alike, the most alike first."""
    here = place()
    found = alike.pairs(reading(), here.season.id)
    return render_template("stages/submission/alike.html", stage=here.stage, pairs=found, at_least=alike.AT_LEAST)


@blueprint.get("/alike/<entry_key>/<other_key>")
@guarded(Permission.READ_DOSSIER)
def compared(entry_key: str, other_key: str) -> str:
    here = place()
    pair = alike.pair(reading(), here.season.id, entry_key, other_key)
    page = _compared(reading(), here.stage, pair)
    return render_template("stages/submission/compared.html", stage=here.stage, page=page)


def _compared(session: Session, stage: StageRow, pair: Alike) -> ComparedPage:
    asked, both = queries.options_of(stage).field, (pair.one, pair.other)
    files = kept_files.attachments(session, queries.attachment_ids(*(entry.answers for entry in both)))
    names = [queries.names(session, asked, entry, locale()) for entry in both]
    answered = [field for field in asked if any(entry.answers.get(field.key) for entry in both)]
    one, other = (
        [shown(field, entry.answers.get(field.key), files, called) for field in answered]
        for entry, called in zip(both, names, strict=True)
    )
    return ComparedPage(pair, tuple(zip(one, other, strict=True)))
