"""The blueprint of the pages on which the desk is set up."""

from flask import Blueprint

bp = Blueprint("setting_up", __name__, url_prefix="/settings")
