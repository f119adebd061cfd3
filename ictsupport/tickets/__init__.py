"""Asking for help, until it is given."""

from flask import Flask


def init_app(app: Flask) -> None:
    # Most of these listen, or put pages onto the blueprint.
    from .tasks import models as task_models  # noqa: F401, I001  (tickets have tasks: known before any is read)
    from .by_email import models as mail_models  # noqa: F401  (messages may have come by mail)
    from . import emails, models, rebuilding, system_parts, views  # noqa: F401
    from .approvals import desk_views as approval_desk_views  # noqa: F401
    from .approvals import emails as approval_emails  # noqa: F401
    from .approvals import parts as approval_parts  # noqa: F401
    from .approvals import reminding, rule_views, rules  # noqa: F401
    from .approvals import views as approval_views  # noqa: F401
    from .asking import by_request, first_page, suggesting_own  # noqa: F401
    from .assigning import dealing_views, standing, taking_views, team_views, today_views  # noqa: F401
    from .assigning import suggesting as suggesting_agents  # noqa: F401
    from .blueprint import bp
    from .by_email import taking  # noqa: F401
    from .by_email import views as mail_views  # noqa: F401
    from .calls import keeping  # noqa: F401
    from .outages import happening as outage_happening  # noqa: F401
    from .outages import reporting, suggesting  # noqa: F401
    from .outages import views as outage_views  # noqa: F401
    from .problems import parts as problem_parts  # noqa: F401
    from .problems import suggestion_views  # noqa: F401
    from .problems import ticket_views as problem_ticket_views  # noqa: F401
    from .problems import views as problem_views  # noqa: F401
    from .rating import parts as rating_parts  # noqa: F401
    from .rating import views as rating_views  # noqa: F401
    from .recurring import making  # noqa: F401
    from .recurring import views as recurring_views  # noqa: F401
    from .related import bulk, link_views, major_views, merge_views, parts, proving, split_views  # noqa: F401
    from .reminding import unanswered  # noqa: F401
    from .request_types import (  # noqa: F401
        identity,
        identity_views,
        settings_views,
        ticket_parts,
    )
    from .watching import views as watching_views  # noqa: F401  (beside a ticket, before what is like it)
    from .search import indexing, similar  # noqa: F401
    from .setting_up import (  # noqa: F401
        hours_views,
        matrix_views,
        policy_views,
        queue_views,
        routing_views,
        tag_views,
        wording_views,
    )
    from .setting_up.blueprint import bp as setting_up_bp
    from .tasks import checklist_views, listening, task_views  # noqa: F401
    from .tasks import parts as task_parts  # noqa: F401
    from .targets import breaches, escalating, recounting  # noqa: F401
    from .targets import emails as target_emails  # noqa: F401
    from .targets import views as clock_views

    app.register_blueprint(bp)
    app.register_blueprint(clock_views.bp)
    app.register_blueprint(setting_up_bp)
