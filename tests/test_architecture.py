"""The packages lean one way."""

import ast
from pathlib import Path

import grimp
import pytest

ORDER = [
    "database",
    "journal",
    "mail",
    "people",
    "devices",
    "systems",
    "tickets",
    "guides",
    "clinics",
    "staffing",
    "reports",
    "home",
]
BELOW_ALL = ["clock", "hours", "errors", "config", "jobs", "importing", "unchanged"]


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("ictsupport", cache_dir=None)


def package_of(module: str) -> str:
    return module.removeprefix("ictsupport").removeprefix(".").split(".")[0]


def test_a_lower_package_never_imports_a_higher_one(graph):
    wrong = []
    for importer in graph.modules:
        here = package_of(importer)
        for imported in graph.find_modules_directly_imported_by(importer):
            there = package_of(imported)
            if here in ORDER and there in ORDER and ORDER.index(there) > ORDER.index(here):
                wrong.append(f"{importer} imports {imported}")
    assert wrong == []


def test_what_lies_below_all_knows_no_package(graph):
    wrong = [
        f"{importer} imports {imported}"
        for importer in graph.modules
        if package_of(importer) in BELOW_ALL
        for imported in graph.find_modules_directly_imported_by(importer)
        if package_of(imported) in ORDER[1:]
    ]
    assert wrong == []


def test_working_time_knows_neither_the_web_nor_the_database(graph):
    imported = graph.find_upstream_modules("ictsupport.hours", as_package=True)
    assert imported == set()


def test_models_know_no_activity(graph):
    """Models remember; what decides, lists or tells is built on them, never the other way round."""
    activities = {"views", "forms", "queries", "emails", "access", "api", "importing"}
    wrong = [
        f"{importer} imports {imported}"
        for importer in graph.modules
        if importer.endswith(".models")
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported.rsplit(".", 1)[-1] in activities
    ]
    assert wrong == []


def test_a_server_does_not_load_what_changes_tables():
    """A tenth of its memory; whoever changes tables loads it when they do."""
    tools = {"alembic", "flask_migrate"}
    wrong = [
        f"{path} imports {name}"
        for path in Path("ictsupport").rglob("*.py")
        for line in ast.parse(path.read_text()).body
        for name in _imported(line)
        if name.partition(".")[0] in tools
    ]
    assert wrong == []


def _imported(line: ast.stmt) -> list[str]:
    if isinstance(line, ast.Import):
        return [alias.name for alias in line.names]
    return [line.module or ""] if isinstance(line, ast.ImportFrom) and not line.level else []
