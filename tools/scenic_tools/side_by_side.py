"""Commands that run at the same time, and what each of them says."""

import subprocess
import sys
import threading

_printing = threading.Lock()
# with one of these pytest begins to tell what went wrong: that stays in one piece
_STORY = ("FAILURES", "ERRORS", "warnings summary", "slowest", "short test summary")


def run(name: str, command: list[str], **options) -> int:
    """Run a command; each line of it is printed with `name` before it; returns its exit code."""
    story: list[str] = []
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, text=True, errors="replace", **options
    ) as process:
        for line in process.stdout:
            if story or (line.startswith("==") and any(word in line for word in _STORY)):
                story.append(line)
            else:
                _print(name, [line])
    _print(name, story)
    return process.returncode


def _print(name: str, lines: list[str]) -> None:
    with _printing:
        sys.stdout.writelines(f"{name:8s}| {line}" for line in lines)
        sys.stdout.flush()
