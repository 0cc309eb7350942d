"""The page of all follow-up orders by the day they are due. A branch sees those on projects it may read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, request

from evalflow.access import Permission, may
from evalflow.stages.tracking import queries, showing
from evalflow.stages.tracking.models import FollowUp
from evalflow.stages.tracking.supervising import OrderState, state_of
from evalflow.stages.tracking.views import blueprint
from evalflow.web.current import actor, reading
from evalflow.web.guard import guarded
from evalflow.web.place import place


@dataclass(frozen=True)
class OrdersPage:
    """lines: (order, its state), what is overdue first, then as the states are listed; of each the earliest due first.

    counts: of each state, whatever is chosen. chosen: a state; "" is all. is_hidden: whether there may be
    orders on other projects.
    """

    lines: tuple[tuple[FollowUp, OrderState], ...]
    counts: Mapping[OrderState, int]
    chosen: str
    is_hidden: bool = False


@blueprint.get("/all/orders")
@guarded(Permission.USE_ACCOUNT)
def orders() -> str:
    here, chosen = place(), request.args.get("state", "")
    every_one = queries.orders(reading(), here.stage.id)
    seen = [one for one in every_one if queries.may_read(actor(), one.entry)]
    lines = [(one, state_of(one, here.stage, here.now)) for one in sorted(seen, key=lambda one: (one.due, one.id))]
    lines.sort(key=lambda line: list(OrderState).index(line[1]))
    counts = Counter(state for _, state in lines)
    page = OrdersPage(
        lines=tuple((one, state) for one, state in lines if chosen in ("", state)),
        counts={state: counts[state] for state in OrderState},
        chosen=chosen,
        is_hidden=not may(actor(), Permission.READ_DOSSIER, season=here.season.id),
    )
    sees_wall = showing.sees_all(actor(), here.stage)
    return render_template("stages/tracking/orders.html", stage=here.stage, page=page, sees_wall=sees_wall)
