"""What is typed into a long form is saved while it is typed, and stands in the form again when its page is opened.

`components/autosave.html` makes a form do so; only forms of views marked `autosaved` are kept, so that no vote, no
passphrase and no password ever is. See `people/unsent.py`.
"""

import json
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from evalflow.access import Permission
from evalflow.errors import NotFound
from evalflow.people import unsent
from evalflow.people.models import UnsentForm
from evalflow.web import sending
from evalflow.web.autosaved import is_autosaved
from evalflow.web.current import SENDING, actor, now, reading, writing
from evalflow.web.guard import guarded, is_local, parts_of
from evalflow.web.held import comes_back, without_secrets
from evalflow.web.pages import blueprint

LONGEST = 300  # characters of an address, as `UnsentForm.to` holds them


def install(app: Flask) -> None:
    app.add_template_global(waits, "unsent_of")
    app.add_template_global(as_json, "unsent_json")


@blueprint.post("/unsent")
@guarded(Permission.USE_ACCOUNT)
def keep_unsent() -> str:
    """Takes the form itself, and as `to` the address it is sent to; answers with a fragment that says when."""
    to, sent = _address(), request.form
    fields = [pair for pair in without_secrets(sent).items(multi=True) if pair[0] not in (SENDING, "unsent")]
    page, person_id = sending.digest_of(sent.get(SENDING, ""), to), actor().person_id or 0
    if sending.was_sent(page):
        return ""  # it came after its form: what it says is done
    with writing() as session:
        shown = sent.get("unsent", 0, type=int)
        kept = unsent.keep(
            session, person_id, to, fields, page=page, shown=shown, of=sent.get("version", "")[:20], now=now()
        )
        at = kept.saved_at
    return render_template("components/_saved.html", at=at, to=to)


@blueprint.post("/unsent/discard")
@guarded(Permission.USE_ACCOUNT)
def discard_unsent() -> Response:
    """The page is loaded anew, without what was kept."""
    with writing() as session:
        unsent.discard(session, actor().person_id or 0, _address())
    answer = make_response("")
    answer.headers["HX-Refresh"] = "true"
    return answer


def _address() -> str:
    """NotFound where no form that is kept goes there."""
    to = request.args.get("to", "")
    if not is_local(to) or len(to) > LONGEST:
        raise NotFound("not_found")
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint = adapter.match(parts_of(to).path, method="POST")[0] if adapter else ""
    except HTTPException:
        endpoint = ""
    if not is_autosaved(current_app, endpoint):
        raise NotFound("not_found")
    return to


def waits(to: str) -> UnsentForm | None:
    """What the reader has typed for this address and not sent; None on a page that shows again what was just sent."""
    person_id = actor().person_id
    if person_id is None or request.method != "GET" or comes_back() is not None:
        return None
    if "unsent" not in g:
        g.unsent = unsent.of_pages(reading(), person_id, "/".join(request.path.split("/")[:4]))
    found: UnsentForm | None = g.unsent.get(to)
    return found


def as_json(found: UnsentForm) -> str:
    """For the script that puts it into the form."""
    told: dict[str, Any] = {"fields": found.fields, "of": found.of}
    return json.dumps(told, ensure_ascii=False)
