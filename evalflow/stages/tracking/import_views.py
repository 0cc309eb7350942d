"""A year's figures from a workbook: upload, look at every row, confirm."""

from dataclasses import replace
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from evalflow.access import Permission
from evalflow.errors import Conflict
from evalflow.importing.rows import Preview
from evalflow.importing.sheets import Book
from evalflow.stages.tracking import bringing, office
from evalflow.stages.tracking.bringing import Figures
from evalflow.stages.tracking.views import blueprint
from evalflow.web.current import actor, locale, now, reading
from evalflow.web.guard import guarded
from evalflow.web.place import place
from evalflow.web.spreadsheets import Answer, Import, confirm, look_at, upload_page, workbook
from evalflow.web.text import figure, month_name
from evalflow.web.uploads import takes_files


@blueprint.get("/import")
@guarded(Permission.DECLARE)
def choose_figures() -> str:
    return upload_page(_figures())


@blueprint.post("/import")
@guarded(Permission.DECLARE)
@takes_files
def look_at_figures() -> Answer:
    return look_at(_figures())


@blueprint.post("/import/confirm")
@guarded(Permission.DECLARE)
def bring_in() -> Answer:
    return confirm(_figures())


@blueprint.get("/import/template.xlsx")
@guarded(Permission.DECLARE)
def figures_template() -> Response:
    content = bringing.template(reading(), place().stage, actor=actor(), locale=locale())
    return workbook(content, f"{place().season.key}-figures.xlsx")


def _figures() -> Import:
    stage = place().stage

    def preview(session: Session, book: Book) -> Preview[Figures]:
        return bringing.preview(session, stage, book, actor=actor(), now=now(), locale=locale())

    def write(session: Session, seen: Preview[Figures]) -> int:
        return bringing.write(session, stage.id, seen, _told, actor=actor(), now=now())

    def cells(row: Figures) -> tuple[str, ...]:
        return str(row.row), row.title, row.name, " · ".join(_change(row, day) for day in sorted(row.values))

    def doubts(row: Figures) -> list[str]:
        return [f"{row.title} · {row.name} · {_change(row, day)}" for day in row.far]

    return Import(
        title=_("Bring in figures from a workbook"),
        lead=_("First you see what every row would become. Nothing is written before you confirm."),
        upload=url_for("tracking.look_at_figures"),
        confirm=url_for("tracking.bring_in"),
        template=url_for("tracking.figures_template"),
        ends_at=url_for("tracking.home"),
        ends_title=_("Tracking"),
        preview=preview,
        write=write,
        headings=(_("Row"), _("Project"), _("Indicator"), _("Figures")),
        cells=cells,
        doubts=doubts,
    )


def _change(row: Figures, day: date) -> str:
    """2026年5月 96.5 → 96.8; without the first where nothing was reported before."""
    before = f"{figure(row.last[day])} → " if day in row.last else ""
    return f"{month_name(day)} {before}{figure(row.values[day])}"


@blueprint.get("/all/figures")
@guarded(Permission.ENTER_FIGURES)
def choose_all_figures() -> str:
    return upload_page(_all_figures())


@blueprint.post("/all/figures")
@guarded(Permission.ENTER_FIGURES)
@takes_files
def look_at_all_figures() -> Answer:
    return look_at(_all_figures())


@blueprint.post("/all/figures/confirm")
@guarded(Permission.ENTER_FIGURES)
def bring_in_all() -> Answer:
    return confirm(_all_figures())


@blueprint.get("/all/figures/template.xlsx")
@guarded(Permission.ENTER_FIGURES)
def all_figures_template() -> Response:
    content = office.template(reading(), place().stage, actor=actor(), locale=locale())
    return workbook(content, f"{place().season.key}-all-figures.xlsx")


def _all_figures() -> Import:
    """Refused where the office brings in nothing."""
    stage = place().stage
    drafted = office.mode(stage) == "drafts"
    if office.mode(stage) == "none":
        raise Conflict("office_brings_in_nothing")

    def preview(session: Session, book: Book) -> Preview[Figures]:
        return office.preview(session, stage, book, actor=actor(), now=now(), locale=locale())

    def write(session: Session, seen: Preview[Figures]) -> int:
        return office.write(session, stage.id, seen, _entered, actor=actor(), now=now())

    def cells(row: Figures) -> tuple[str, ...]:
        changes = " · ".join(_change(row, day) for day in sorted(row.values))
        return str(row.row), *row.project, row.title, row.name, changes

    waits = _("Each branch confirms or changes its figures on its project's page; before that none of them counts.")
    counts = _("The figures count at once, marked as the office's own entry.")
    return replace(
        _figures(),
        title=_("Bring in figures of all branches"),
        lead=f"{_('First you see what every row would become.')} {waits if drafted else counts}",
        upload=url_for("tracking.look_at_all_figures"),
        confirm=url_for("tracking.bring_in_all"),
        template=url_for("tracking.all_figures_template"),
        preview=preview,
        write=write,
        headings=(_("Row"), _("No."), _("Branch"), _("Project"), _("Indicator"), _("Figures")),
        cells=cells,
    )


def _entered(day: date) -> str:
    text: str = _("Figures of %(month)s, entered by the office.", month=month_name(day))
    return text


def _told(day: date) -> str:
    text: str = _("Figures of %(month)s, from a workbook.", month=month_name(day))
    return text
