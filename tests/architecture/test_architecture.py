"""The house rules that a reader cannot see from one file."""

import ast
import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "harness").rglob("*.py"))
HOMES = {
    "httpx": {"harness/providers/http.py"},
    "httpx_aiohttp": {"harness/providers/http.py"},
    "aiohttp": {"harness/providers/http.py", "harness/sandbox/server.py"},
    "asyncio_throttle": {"harness/replay/throttle/limiter.py"},
    "pyarrow": {"harness/store/*"},
    "pandas": {"harness/store/notebook.py", "harness/analysis/*"},
    "sklearn": {"harness/analysis/*"},
    "threadpoolctl": {"harness/analysis/*"},
    "py3langid": {"harness/language.py"},
    # The assignment of lines to lines, and of calls to calls.
    "scipy": {
        "harness/analysis/*",
        "harness/scorers/anls.py",
        "harness/scorers/json_lines.py",
        "harness/scorers/tool_call.py",
    },
    "rapidfuzz": {"harness/scorers/*"},
    "jinja2": {"harness/report/*"},
    "rcssmin": {"harness/report/assets.py"},
    "rjsmin": {"harness/report/assets.py"},
    "click": {"harness/cli/*"},
    "rich": {"harness/cli/*"},
    "pydantic": {"harness/config.py"},
    "numpy": {"harness/scorers/json_lines.py", "harness/analysis/*"},
    # Rules name languages in English.
    "babel": {"harness/scorers/notation.py", "harness/analysis/features/predicate.py"},
    "json_repair": {"harness/scorers/json_parse.py"},
    "jsonschema_rs": {"harness/scorers/json_schema.py"},
}
HEAVY = {
    "pandas",
    "pyarrow",
    "scipy",
    "sklearn",
    "py3langid",
    "numpy",
    "aiohttp",
    "httpx",
    "jinja2",
    "rich",
    "pydantic",
}


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_a_file_is_at_most_400_lines_and_a_function_at_most_40(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    assert source.count("\n") <= 400
    long = [
        f"{node.name}: {length}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (length := body_lines(node)) > 40
    ]
    assert long == []


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of code without signature and docstring."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or 0) - first.lineno + 1


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_imports_stand_at_the_top(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    nested = [
        node.lineno
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.If | ast.ClassDef)
        for node in ast.walk(outer)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert nested == []


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_has_one_home(library: str) -> None:
    users = {
        relative(file)
        for file in FILES
        if any(
            name.split(".")[0] == library for name in imported(ast.parse(file.read_text(encoding="utf-8")))
        )
    }
    homeless = {user for user in users if not any(fnmatch(user, home) for home in HOMES[library])}
    assert homeless == set()


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    names = {file.stem for file in FILES}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc", "types"}


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"]]
    + [
        [name, "--help"]
        for name in (
            "shadow",
            "score",
            "analyze",
            "report",
            "triage",
            "compare",
            "portfolio",
            "dataset",
            "plugins",
            "sandbox",
        )
    ],
    ids=" ".join,
)
def test_help_imports_no_heavy_library(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom harness.cli.main import run\n"
        f"status = run({arguments!r})\n"
        "print(status, *sorted(name for name in sys.modules if '.' not in name), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    status, *modules = done.stderr.split()
    assert status == "0"
    assert not HEAVY & set(modules)
    assert "Usage" in done.stdout or "version" in done.stdout


def test_importing_harness_is_light() -> None:
    code = "import sys, harness; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & {name.split(".")[0] for name in done.stdout.split()}


def test_every_link_in_the_docs_leads_somewhere() -> None:
    link = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
    broken = [
        f"{page.name}: {target}"
        for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
        for target in link.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_no_path_of_a_developer_machine_stands_in_the_tree() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    here = os.fspath(ROOT.parent) + "/"
    holders = [
        name
        for name in listed.stdout.splitlines()
        if (ROOT / name).suffix in {".py", ".md", ".toml", ".j2", ".css"}
        and here in (ROOT / name).read_text(encoding="utf-8")
    ]
    assert holders == []


@pytest.mark.parametrize(
    ("builder", "page"),
    [("build_reference.py", "settings.md"), ("build_analysis_reference.py", "analysis-json.md")],
)
def test_a_generated_page_is_up_to_date(builder: str, page: str) -> None:
    code = f"import runpy; print(runpy.run_path('docs/{builder}')['page'](), end='')"
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert made.stdout == (ROOT / "docs" / page).read_text(encoding="utf-8"), "run `make docs`"


def test_every_setting_has_a_meaning() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert not re.findall(r"^\| `\w+` \|.*\|\s*\|$", page, re.MULTILINE)


def test_every_figure_of_the_analysis_has_a_meaning() -> None:
    page = (ROOT / "docs" / "analysis-json.md").read_text(encoding="utf-8")
    _, top, *types = page.split("\n## ")
    assert not re.findall(r"^\| `(\w+)` \|[^|]*\| *\|$", top, re.MULTILINE)
    assert not [name for name in types if not re.match(r"\w+\n\n\w.*\.", name)]
