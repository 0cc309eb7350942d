"""Drafts of declarations from a workbook: upload, look at every row, confirm."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from evalflow.access import Permission
from evalflow.importing.rows import Preview
from evalflow.importing.sheets import Book
from evalflow.stages.submission import bringing, queries, workbook
from evalflow.stages.submission.views import blueprint
from evalflow.stages.submission.workbook import Filled
from evalflow.web.current import actor, locale, now
from evalflow.web.guard import guarded
from evalflow.web.place import place
from evalflow.web.spreadsheets import Answer, Import, confirm, look_at, upload_page
from evalflow.web.spreadsheets import workbook as download
from evalflow.web.uploads import takes_files


@blueprint.get("/import")
@guarded(Permission.PREPARE)
def choose_workbook() -> str:
    return upload_page(_drafts())


@blueprint.post("/import")
@guarded(Permission.PREPARE)
@takes_files
def look_at_workbook() -> Answer:
    return look_at(_drafts())


@blueprint.post("/import/confirm")
@guarded(Permission.PREPARE)
def bring_in() -> Answer:
    return confirm(_drafts())


@blueprint.get("/import/template.xlsx")
@guarded(Permission.PREPARE)
def workbook_template() -> Response:
    here = place()
    asked = workbook.answerable(queries.options_of(here.stage).field)
    first = here.definition.heading.entry.noun.to(locale())
    return download(workbook.template(asked, first=first, locale=locale()), f"{here.season.key}.xlsx")


def _drafts() -> Import:
    stage = place().stage

    def preview(session: Session, book: Book) -> Preview[Filled]:
        return bringing.preview(session, stage, book, actor=actor(), locale=locale())

    def write(session: Session, seen: Preview[Filled]) -> int:
        return bringing.write(session, stage.id, seen, actor=actor(), now=now())

    def cells(row: Filled) -> tuple[str, ...]:
        lines = [len(answer) for answer in row.answers.values() if isinstance(answer, list)]
        return str(row.row), row.branch, row.title, str(len(row.answers)), str(sum(lines))

    return Import(
        title=_("Bring in declarations from a workbook"),
        lead=_("First you see what every row would become. What is imported is a draft; its branch hands it in."),
        upload=url_for("submission.look_at_workbook"),
        confirm=url_for("submission.bring_in"),
        template=url_for("submission.workbook_template"),
        ends_at=url_for("submission.home"),
        ends_title=_("Declarations"),
        preview=preview,
        write=write,
        headings=(_("Row"), _("Branch"), _("Title"), _("Answers"), _("Lines of tables")),
        cells=cells,
    )
