"""READMEs name the tests that prove what they say: each of them exists."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
NAME = re.compile(r"(tests/[\w/]+\.py)?((?:::\w+)+)|(tests/[\w/]+\.py)")
READMES = sorted(TOP.glob("scenic_*/README.md"))


def defined(path: Path) -> set[str]:
    """Names of the tests in a file; a state machine is a test by assignment."""
    found = re.findall(r"^\s*(?:def|class) (\w+)|^(Test\w+) =", path.read_text(), re.M)
    return {defined or assigned for defined, assigned in found}


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_a_test_that_a_readme_names_exists(readme):
    current, missing = None, []
    for match in NAME.finditer(readme.read_text()):
        path = match[1] or match[3]
        if path:
            current = path
        names = (match[2] or "").split("::")[1:]
        if not (TOP / current).is_file():
            missing.append(current)
        elif lost := set(names) - defined(TOP / current):
            missing.append(f"{current}: {', '.join(sorted(lost))}")
    assert not missing
