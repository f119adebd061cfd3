"""The blueprint that all pages about tickets belong to, whoever they are for."""

from flask import Blueprint

bp = Blueprint("tickets", __name__)
