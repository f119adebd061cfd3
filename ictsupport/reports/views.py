"""The load page, its CSV and JSON, the tickets behind a figure, and the definitions."""

from flask import Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from ..pages import navigation
from ..people.access import allow, me
from ..people.models import Role
from .access import READERS
from .ages import ages
from .asking import TYPES, Question, read_question
from .behind import MEASURES, behind
from .blueprint import bp
from .clinics.definitions import DEFINITIONS as OF_CLINICS
from .clinics.in_short import in_short
from .definitions import DEFINITIONS, GENERAL
from .export import as_csv, as_json
from .figures import Figures
from .load import load
from .satisfaction import ENOUGH as ENOUGH_ANSWERS
from .satisfaction import satisfaction as told_satisfaction

navigation.item("Load", "reports.index", when=lambda person: person.has_role(*READERS), order=60)


def _question() -> Question:
    return read_question(request.args, me())


@bp.route("/load")
@allow(*READERS)
def index() -> ResponseReturnValue:
    question = _question()
    answer = load(question)
    return render_template(
        "reports/load.html",
        question=question,
        answer=answer,
        figures=Figures(answer, ages(question)),
        types=TYPES,
        of_clinics=in_short(question),
    )


@bp.route("/load.csv")
@allow(*READERS)
def as_sheet() -> ResponseReturnValue:
    answer = load(_question())
    name = f"load-{answer.total.first.isoformat()}-to-{answer.total.last.isoformat()}.csv"
    # The mark at the start tells spreadsheets that it is UTF-8.
    return Response(
        "\ufeff" + as_csv(answer),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.route("/load.json")
@allow(*READERS)
def as_data() -> ResponseReturnValue:
    return jsonify(as_json(load(_question())))


@bp.route("/load/tickets")
@allow(*READERS)
def tickets() -> ResponseReturnValue:
    """The tickets behind one figure, as far as the reader may open them."""
    question, measure = _question(), MEASURES.get(request.args.get("measure", "opened"))
    if measure is None:
        abort(404)
    page = request.args.get("page", 1, type=int)
    found = behind(question, measure, me(), page if 0 < page < 100_000 else 1)
    return render_template("reports/tickets.html", question=question, measure=measure, found=found)


@bp.route("/satisfaction")
@allow(*READERS)
def satisfaction() -> ResponseReturnValue:
    """How people found the help they got, with how many of those asked have answered."""
    person = me()
    return render_template(
        "reports/satisfaction.html",
        told=told_satisfaction(person),
        enough=ENOUGH_ANSWERS,
        may_ring=person.has_role(Role.MANAGER),
    )


@bp.route("/definitions")
@allow(*READERS)
def definitions() -> ResponseReturnValue:
    return render_template(
        "reports/definitions.html", definitions=DEFINITIONS, of_clinics=OF_CLINICS, general=GENERAL
    )
