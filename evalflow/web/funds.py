"""The award fund: what it holds, money coming in, spending, taking a booking back, the end of a year."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import BooleanField, DateField, StringField
from wtforms.validators import InputRequired

from evalflow import zone
from evalflow.access import Permission
from evalflow.errors import Conflict, Invalid
from evalflow.files.content import Cleaned
from evalflow.funds import commands
from evalflow.funds.commands import Voucher
from evalflow.web import fund_pages as funds
from evalflow.web.confirming import confirm_first
from evalflow.web.current import actor, now, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint
from evalflow.web.uploads import received, takes_files

Answer = Response | tuple[str, int]


class VoucherForm(Form):
    """What is booked, and the document it rests on. The same file field serves photos taken with a phone."""

    amount = StringField(
        _l("Amount (yuan)"), [InputRequired()], render_kw={"inputmode": "decimal", "autocomplete": "off"}
    )
    day = DateField(_l("Day"), [InputRequired()])
    purpose = StringField(_l("What for"), [InputRequired()], render_kw={"maxlength": commands.PURPOSE_MAX})
    document = StringField(_l("Document no."), [InputRequired()], render_kw={"maxlength": 60, "autocomplete": "off"})
    upload = FileField(_l("Document (photo, PDF or office file)"))
    is_another = BooleanField(_l("It is another document"))

    def voucher(self) -> Voucher:
        """Raises Invalid for a file that can't be kept."""
        return Voucher(
            amount=self.amount.data or "",
            day=self.day.data,
            purpose=self.purpose.data or "",
            document=self.document.data or "",
            upload=self._cleaned(),
            is_another=self.is_another.data,
        )

    def _cleaned(self) -> Cleaned | None:
        """The one that was chosen last."""
        files, refusal = received("upload")
        if refusal is not None:
            raise Invalid(refusal.code, fields={"upload": refusal.code}, **refusal.facts)
        return files[-1] if files else None


class ReasonForm(Form):
    reason = StringField(_l("Reason"), [InputRequired()], render_kw={"maxlength": commands.PURPOSE_MAX})


def new_voucher() -> VoucherForm:
    """A form for today."""
    return VoucherForm(formdata=None, day=zone.day_of(now()))


@blueprint.get("/fund")
@guarded(Permission.READ_ACCOUNT)
def fund() -> str:
    return funds.fund_page(funds.present_year(), form=new_voucher())


@blueprint.get("/fund/<int(min=1,max=9999):year>")
@guarded(Permission.READ_ACCOUNT)
def fund_of(year: int) -> str:
    return funds.fund_page(year, form=new_voucher())


@blueprint.get("/fund/<int(min=1,max=9999):year>/<branch_key>")
@guarded(Permission.READ_ACCOUNT)
def fund_account(year: int, branch_key: str) -> str:
    return funds.account_page(year, branch_key, form=new_voucher())


@blueprint.post("/fund/<int(min=1,max=9999):year>/appropriate")
@guarded(Permission.KEEP_FUND)
@takes_files
def appropriate(year: int) -> Answer:
    form = VoucherForm()
    if not form.validate():
        return funds.fund_page(year, form=form), 422
    try:
        voucher = form.voucher()
        with writing() as session:
            made = commands.appropriate(session, voucher, actor=actor(), now=now())
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return funds.fund_page(year, form=form), refusal.status
    flash(_("Booked as no. %(number)s.", number=f"{made.year}-{made.number}"))
    return redirect(url_for("web.fund_of", year=made.year))


@blueprint.post("/fund/<int(min=1,max=9999):year>/<branch_key>/spend")
@guarded(Permission.SPEND)
@takes_files
def spend(year: int, branch_key: str) -> Answer:
    form = VoucherForm()
    if not form.validate():
        return funds.account_page(year, branch_key, form=form), 422
    try:
        voucher = form.voucher()
        with writing() as session:
            made = commands.spend(session, branch_key, voucher, actor=actor(), now=now())
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return funds.account_page(year, branch_key, form=form), refusal.status
    flash(_("Booked as no. %(number)s.", number=f"{made.year}-{made.number}"))
    return redirect(url_for("web.fund_account", year=made.year, branch_key=branch_key))


@blueprint.get("/fund/<int(min=1,max=9999):year>/bookings/<int:number>")
@guarded(Permission.READ_ACCOUNT)
def fund_booking(year: int, number: int) -> str:
    """The page on which a booking is taken back."""
    return funds.booking_page(year, number, form=ReasonForm(formdata=None))


@blueprint.post("/fund/<int(min=1,max=9999):year>/bookings/<int:number>")
@guarded(Permission.READ_ACCOUNT)
def take_back(year: int, number: int) -> Answer:
    form = ReasonForm()
    if not form.validate():
        return funds.booking_page(year, number, form=form), 422
    try:
        with writing() as session:
            made = commands.correct(session, year, number, reason=form.reason.data, actor=actor(), now=now())
            branch = made.target.branch
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return funds.booking_page(year, number, form=form), refusal.status
    flash(_("Taken back as no. %(number)s.", number=f"{made.year}-{made.number}"))
    if branch is None:
        return redirect(url_for("web.fund_of", year=made.year))
    return redirect(url_for("web.fund_account", year=made.year, branch_key=branch.key))


@blueprint.post("/fund/<int(min=1,max=9999):year>/close")
@guarded(Permission.KEEP_FUND)
@confirm_first(
    _l("The books of this year are closed for good, and what is left is carried over to the next."),
    _l("Close the books"),
)
def carry_over(year: int) -> Answer:
    with writing() as session:
        commands.carry_over(session, year, actor=actor(), now=now())
    flash(_("The books of %(year)s are closed; their balances are carried over.", year=year))
    return redirect(url_for("web.fund_of", year=year + 1))
