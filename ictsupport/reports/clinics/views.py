"""The page of clinic figures, its CSV and JSON, and the rows behind a figure."""

from flask import Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from ...people.access import allow, me
from ..access import READERS
from ..blueprint import bp
from .asking import read_question
from .behind import MEASURES, behind
from .definitions import DEFINITIONS
from .export import as_csv, as_json
from .figures import ENOUGH, answer
from .tables import HEADS, TOPIC_HEADS, Tables


@bp.route("/clinics")
@allow(*READERS)
def clinics() -> ResponseReturnValue:
    question = read_question(request.args, me())
    return render_template(
        "reports/clinics.html",
        question=question,
        tables=Tables(answer(question)),
        heads=HEADS,
        topic_heads=TOPIC_HEADS,
        definitions=DEFINITIONS,
        enough=ENOUGH,
    )


@bp.route("/clinics.csv")
@allow(*READERS)
def clinics_sheet() -> ResponseReturnValue:
    question = read_question(request.args, me())
    name = f"clinics-{question.first.isoformat()}-to-{question.last.isoformat()}.csv"
    # The mark at the start tells spreadsheets that it is UTF-8.
    return Response(
        "\ufeff" + as_csv(answer(question)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.route("/clinics.json")
@allow(*READERS)
def clinics_data() -> ResponseReturnValue:
    return jsonify(as_json(answer(read_question(request.args, me()))))


@bp.route("/clinics/rows")
@allow(*READERS)
def clinic_rows() -> ResponseReturnValue:
    """The clinics, places or bookings behind one figure, as far as the reader may open them."""
    question, measure = read_question(request.args, me()), MEASURES.get(request.args.get("measure", "held"))
    if measure is None:
        abort(404)
    page = request.args.get("page", 1, type=int)
    found = behind(question, measure, me(), page if 0 < page < 100_000 else 1)
    return render_template("reports/clinic_rows.html", question=question, measure=measure, found=found)
