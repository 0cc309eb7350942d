"""The ceremony's pages: what is about to be awarded, the moment it is final, results, certificates, workbook."""

import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import xlsxwriter
from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as Redirect

from evalflow.access import Permission, may
from evalflow.errors import NotFound
from evalflow.kinds.award_tiers import AwardTier
from evalflow.seasons import visibility
from evalflow.seasons.models import StageRow
from evalflow.stages.award import commands, printing, queries
from evalflow.stages.award.models import Award
from evalflow.stages.award.queries import Awarded, Results
from evalflow.tally.exact import Number
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.confirming import confirm_first
from evalflow.web.current import actor, config, locale, now, reading, tick, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.place import place

blueprint = kind_blueprint("award")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Chart:
    """What each part adds to the composite, as text: headings, and (title, numbers) by entry."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Number]]]


@dataclass(frozen=True)
class AwardPage:
    """due: for those who may know before it is final. awards, results, columns, rows: once it is.

    tiers: by their keys, none where all are awarded alike. worded: which columns hold words.
    fund: {entry key: what it brings, for whom}. checkpoint: the signed note that covers the awards, or "".
    """

    stage: StageRow
    honour: str
    is_final: bool
    due: Sequence[Awarded]
    may_finalise: bool
    awards: Sequence[Award]
    tiers: Mapping[str, AwardTier]
    fund: Mapping[str, Sequence[tuple[str, int]]]
    results: Results | None
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    worded: Collection[int]
    notes: Sequence[str]
    afterwards: Sequence[str]
    chart: Chart | None
    checkpoint: str


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    session, here = reading(), place()
    stage, is_final = here.stage, visibility.is_final(here.season)
    knows = may(actor(), Permission.READ_DOSSIER, season=here.season.id)
    found = queries.results(session, stage) if is_final else None
    columns, rows = printing.table(found, locale()) if found else ([], [])
    page = AwardPage(
        stage=stage,
        honour=queries.options_of(stage).honour.to(locale()),
        is_final=is_final,
        due=queries.due(session, stage) if knows and not is_final and stage.opened_at else (),
        may_finalise=queries.can_be_finalised(stage) and may(actor(), Permission.FINALISE, season=here.season.id),
        awards=queries.awards(session, stage.id) if is_final else (),
        tiers=queries.tiers(stage),
        fund=queries.fund(session, stage, locale()) if is_final else {},
        results=found,
        columns=columns,
        rows=rows,
        worded=printing.worded(found) if found else (),
        notes=printing.notes(found, stage, locale()) if found else (),
        afterwards=queries.afterwards(session, stage, locale()) if is_final or knows else (),
        chart=_chart(found) if found and found.adds_up else None,
        checkpoint=queries.checkpoint(session, stage) if is_final else "",
    )
    return render_template("stages/award/home.html", page=page, form=Form())


@blueprint.post("/finalise")
@guarded(Permission.FINALISE)
@confirm_first(
    _l("The awards become final and public at this moment; grants are booked. This can't be taken back."),
    _l("Make the awards final"),
)
def finalise() -> Redirect:
    with writing() as session:
        commands.finalise(session, place().stage.id, actor=actor(), now=now())
    tick()
    flash(_("The awards are final and public."))
    return redirect(url_for("award.home"))


@blueprint.get("/certificate/<entry_key>.pdf")
@guarded(Permission.SEE_PUBLIC)
def certificate(entry_key: str) -> Response:
    stage = _final()
    award = next((one for one in queries.awards(reading(), stage.id) if one.entry.key == entry_key), None)
    if award is None:
        raise NotFound("no_such_award")
    content = printing.certificates(reading(), stage, award, config=config(), locale=locale())
    return _file(content, "application/pdf", f"{stage.season.key}-{entry_key}.pdf")


@blueprint.get("/certificates.pdf")
@guarded(Permission.SEE_PUBLIC)
def certificates() -> Response:
    """All certificates in one document, a page for each."""
    stage = _final()
    content = printing.certificates(reading(), stage, config=config(), locale=locale())
    return _file(content, "application/pdf", f"{stage.season.key}-certificates.pdf")


@blueprint.get("/documents.zip")
@guarded(Permission.SEE_PUBLIC)
def documents() -> Response:
    """All certificates and the results in one file."""
    stage = _final()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in printing.documents(reading(), stage, config=config(), locale=locale()).items():
            archive.writestr(name, content)
    return _file(packed.getvalue(), "application/zip", f"{stage.season.key}.zip")


@blueprint.get("/results.pdf")
@guarded(Permission.SEE_PUBLIC)
def results() -> Response:
    stage = _final()
    content = printing.results(reading(), stage, config=config(), locale=locale())
    return _file(content, "application/pdf", f"{stage.season.key}-results.pdf")


@blueprint.get("/results.xlsx")
@guarded(Permission.SEE_PUBLIC)
def workbook() -> Response:
    """The results as a workbook: texts as texts, figures as written in the rules."""
    stage = _final()
    found = queries.results(reading(), stage)
    (columns, rows), worded = printing.table(found, locale()), printing.worded(found)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet, bold = book.add_worksheet(_("Results")), book.add_format({"bold": True})
        sheet.freeze_panes(1, 2)
        sheet.set_column(1, 2, 28)
        for column, heading in enumerate(columns):
            sheet.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, 1):
            for column, text in enumerate(row):
                write = sheet.write_string if column in worded or not _is_number(text) else sheet.write_number
                write(number, column, text if write == sheet.write_string else _cell(text))
        told = [*queries.afterwards(reading(), stage, locale()), *printing.notes(found, stage, locale())]
        for number, sentence in enumerate(told, len(rows) + 2):
            sheet.write_string(number, 1, sentence)
    return _file(stream.getvalue(), WORKBOOK, f"{stage.season.key}.xlsx")


def _is_number(text: str) -> bool:
    """Whether a cell is a place or a figure, not the sign for none or a word instead of a place."""
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def _cell(text: str) -> object:
    """A workbook's cell holds a binary number whatever we say; the exact figures are in the bundle."""
    return Decimal(text)


def _chart(found: Results) -> Chart:
    """Of the entries that are ranked."""
    return Chart(
        [part.title.to(locale()) for part in found.components],
        [
            (entry.title, [part.share_of(entry.key) for part in found.components])
            for entry in found.entries
            if entry.key in found.composite
        ],
    )


def _final() -> StageRow:
    if not visibility.is_final(place().season):
        raise NotFound("awards_later")
    return place().stage


def _file(content: bytes, media_type: str, name: str) -> Response:
    response = make_response(content)
    response.mimetype = media_type
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
