"""The application: the only module that knows every page."""

import resource
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, request
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from evalflow import zone
from evalflow.audit import ledger
from evalflow.audit.signing import Signer
from evalflow.config import LOCALES, PACKAGE, TEMPLATES, TRANSLATIONS, Config, use_temporary_folder
from evalflow.db import Database
from evalflow.engine import (
    calendar_feed,
    firmness_pages,
    hint_pages,
    installation,
    jobs,
    log_pages,
    preview_pages,
    reminder_pages,
    result_pages,
    ticking,
)
from evalflow.engine import views as steering
from evalflow.engine.tasks import tasks
from evalflow.stages.approval import views as approval
from evalflow.stages.award import views as award
from evalflow.stages.ballot import box_views as ballot_box
from evalflow.stages.ballot import readiness_views as ballot_readiness
from evalflow.stages.ballot import unopenable_views as ballot_unopenable
from evalflow.stages.ballot import views as ballot
from evalflow.stages.decision import cutline_views
from evalflow.stages.decision import views as decision
from evalflow.stages.inspection import views as inspection
from evalflow.stages.notice import views as notice
from evalflow.stages.promotion import views as promotion
from evalflow.stages.scoring import views as scoring
from evalflow.stages.submission import alike_views
from evalflow.stages.submission import import_views as submission_import
from evalflow.stages.submission import undo_views as submission_undo
from evalflow.stages.submission import views as submission
from evalflow.stages.tracking import import_views as tracking_import
from evalflow.stages.tracking import orders_views as tracking_orders
from evalflow.stages.tracking import supervising_views as tracking_supervision
from evalflow.stages.tracking import views as tracking
from evalflow.stages.tracking import wall_views as tracking_wall
from evalflow.web import (
    account,
    attachments,
    autosaving,
    calendars,
    current,
    entrance,
    errors,
    funds,
    guard,
    headers,
    held,
    home,
    importing,
    invitations,
    language,
    people,
    reminders,
    sending,
    sessions,
    signing_in,
    text,
    uploads,
    wording,
)
from evalflow.web.current import Clock, Site
from evalflow.web.pages import blueprint as pages
from evalflow.web.secret import derived, secret_of

PAGES = (
    home,
    signing_in,
    account,
    autosaving,
    calendars,
    reminders,
    language,
    people,
    invitations,
    importing,
    funds,
)  # importing these fills the blueprint of the pages that belong to no stage
# importing these fills the blueprints of kinds with pages in several modules
STAGE_PAGES = (
    alike_views,
    cutline_views,
    submission_import,
    submission_undo,
    tracking_import,
    ballot_box,
    ballot_readiness,
    ballot_unopenable,
    tracking_orders,
    tracking_supervision,
    tracking_wall,
)
BLUEPRINTS = (
    pages,
    steering.blueprint,
    log_pages.blueprint,
    preview_pages.blueprint,
    result_pages.blueprint,
    firmness_pages.blueprint,
    hint_pages.blueprint,
    reminder_pages.blueprint,
    calendar_feed.blueprint,
    approval.blueprint,
    award.blueprint,
    ballot.blueprint,
    decision.blueprint,
    inspection.blueprint,
    notice.blueprint,
    promotion.blueprint,
    promotion.short_links,
    scoring.blueprint,
    submission.blueprint,
    tracking.blueprint,
    attachments.blueprint,
)


class Application(Flask):
    """Flask, but that what goes wrong is logged by the name of its page: an address may hold a token."""

    def log_exception(self, exc_info: Any) -> None:
        self.logger.error("Exception in %s [%s]", request.endpoint, request.method, exc_info=exc_info)


def create_app(config: Config, *, database: Database | None = None, clock: Clock | None = None) -> Flask:
    """The WSGI application of one installation. Without a database handle it opens the configured one."""
    use_temporary_folder(config.instance)
    app = Application("evalflow", template_folder=str(TEMPLATES), static_folder=str(PACKAGE / "static"))
    zone.use(config.timezone)
    secret = secret_of(config.instance)
    app.config.update(_settings(config, secret))
    kept = database or Database.installed(config)
    signer = Signer(config.instance, config.log_origin)
    ledger.entrust(kept, signer)
    site = Site(
        config=config,
        database=kept,
        clock=clock or _utc_now,
        signer=signer,
        tasks=tasks,
        tick=lambda now: jobs.tick(kept, now=now, signer=signer),
        secret=secret,
    )
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    Babel(app, locale_selector=current.locale)
    current.install(app, site)
    sessions.install(app)
    headers.install(app)
    uploads.install(app)  # before anything reads what was sent
    errors.install(app)
    entrance.install(app)
    CSRFProtect(app)  # asked before the guard: a forged form learns nothing
    guard.install(app)
    sending.install(app)
    held.install(app)
    autosaving.install(app)
    text.install(app)
    wording.install(app)
    for found in BLUEPRINTS:
        app.register_blueprint(found)
    return app


def from_environment() -> Flask:
    """The application as the EVALFLOW_… variables set it up: what application servers call.

    NotReady where there is no installation with this version's schema, LogBroken where the log is not what this
    installation signed last: nothing is served then.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the keys of counts
    config = Config.from_environment()
    app = create_app(config, database=installation.opened(config))
    site: Site = app.extensions[current.EXTENSION]
    with site.database.reading() as session:
        site.signer.key(ledger.last_head(session, site.signer).key)
    ticking.start(site.database, site.signer, site.config)
    return app


def _settings(config: Config, secret: bytes) -> dict[str, object]:
    return {
        "SECRET_KEY": derived(secret, "cookies"),
        "SESSION_COOKIE_NAME": "__Host-evalflow" if config.secure_cookies else "evalflow",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "MAX_CONTENT_LENGTH": config.max_request_bytes,
        "MAX_FORM_MEMORY_SIZE": 8 * 1024 * 1024,  # a spreadsheet that travels back with its preview
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "BABEL_DEFAULT_LOCALE": LOCALES[0],
        "BABEL_TRANSLATION_DIRECTORIES": str(TRANSLATIONS),
        "TEMPLATES_AUTO_RELOAD": False,
    }


def _utc_now() -> datetime:
    return datetime.now(UTC)
