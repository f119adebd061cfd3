"""The blueprint of the figures; its pages are in views.py and clinics/views.py."""

from flask import Blueprint

bp = Blueprint("reports", __name__, url_prefix="/reports")
