#!/usr/bin/env python3
"""Runs golden tests: commands with the output they must have.

    tools/run_golden.py --binary build/dev/pfsday tests/golden/count/by_layer.test
    tools/run_golden.py --binary build/dev/pfsday --update FILES    rewrite what differs
    tools/run_golden.py --self-test

A .test file, run with tests/ as the working folder:

    # a comment; "# requires: shared" skips the test where the shared folder is missing
    $ pfsday count models/seq.onnx | head -2
    lines of standard output
    2> lines of standard error
    exit 1

"exit N" is left out where N is 0. Any number of commands may follow each other; blank lines before
the next command or comment do not count as output. A line of output that would be read as
something else (a comment, a command, a blank line at the end) is written with a \\ before it; where
the last line of output has no newline, "\\no newline at the end" follows. Commands see $TMP, an empty
folder of this test, and $SHARED, the shared folder; the output names both so.
"""

import argparse
import difflib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
SHARED = Path(os.environ.get("PFSDAY_SHARED") or ROOT.parent / "shared").resolve()
SKIPPED = 77
LSAN_OPTIONS = f"suppressions={ROOT}/tools/lsan_suppressions.txt:print_suppressions=0"
TIMEOUT_SECONDS = 120
NO_NEWLINE = "\\no newline at the end"
SPECIAL = ("#", "$ ", "2> ", "exit ", "\\")


@dataclass
class Step:
    command: str
    before: list = field(default_factory=list)  # comments and blank lines above the command
    expected: list = field(default_factory=list)


def parse(text):
    """The steps of a .test file, and the comments that follow the last one."""
    steps, loose = [], []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line[2:], loose))
            loose = []
        elif line.startswith("#") or not line or not steps:
            loose.append(line)
        else:
            steps[-1].expected += [blank for blank in loose if not blank]
            steps[-1].expected.append(line)
            loose = [comment for comment in loose if comment]
    return steps, loose


def write_stdout(text):
    lines = text.split("\n")
    end = [NO_NEWLINE] if lines[-1] else []
    if not lines[-1]:
        lines.pop()
    written = ["\\" + line if line.startswith(SPECIAL) else line for line in lines]
    if written and not written[-1]:
        written[-1] = "\\"
    return written + end


def run(command, environment):
    """What a .test file says of the command: standard output, standard error, exit code."""
    try:
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=TESTS, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        return [f"did not end within {TIMEOUT_SECONDS} s"]
    out, err = (name_folders(stream.decode(errors="backslashreplace"), environment)
                for stream in (done.stdout, done.stderr))
    errors = ["2> " + line if line else "2>" for line in err.splitlines()]
    return write_stdout(out) + errors + ([f"exit {done.returncode}"] if done.returncode else [])


def name_folders(text, environment):
    return text.replace(environment["TMP"], "$TMP").replace(environment["SHARED"], "$SHARED")


def run_steps(steps, binary):
    """What each command printed, in the form of Step.expected."""
    with tempfile.TemporaryDirectory() as folder:
        programs, scratch = Path(folder, "bin"), Path(folder, "tmp")
        programs.mkdir()
        scratch.mkdir()
        (programs / "pfsday").symlink_to(Path(binary).resolve())
        environment = {"PATH": f"{programs}:{os.defpath}", "LANG": "C.UTF-8", "NO_COLOR": "1",
                       "LSAN_OPTIONS": LSAN_OPTIONS,
                       "COLUMNS": "100", "TERM": "dumb", "TZ": "UTC", "HOME": str(scratch),
                       "TMP": str(scratch), "SHARED": str(SHARED)}
        return [run(step.command, environment) for step in steps]


def check(path, binary, update):
    """0 if the file agrees with what the program does (or was made to), else 1, or SKIPPED."""
    text = path.read_text()
    steps, rest = parse(text)
    if not steps:
        print(f"{path}: no command")
        return 1
    if "# requires: shared" in text.splitlines() and not SHARED.is_dir():
        print(f"{path}: skipped: no folder {SHARED}")
        return 0 if update else SKIPPED
    lines = []
    for step, printed in zip(steps, run_steps(steps, binary)):
        lines += step.before + ["$ " + step.command] + printed
    found = "\n".join(lines + rest) + "\n"
    if found == text:
        return 0
    if update:
        path.write_text(found)
        print(f"{path}: rewritten")
        return 0
    print("".join(difflib.unified_diff(text.splitlines(True), found.splitlines(True),
                                       str(path), "what the program does")))
    return 1


FAKE_PROGRAM = """#!/bin/sh
case $1 in
  blank) printf 'a\\n\\n# b\\n\\n' ;;
  fault) echo "error in $TMP" >&2; exit 3 ;;
  bare) printf x ;;
esac
"""
FAKE_TEST = """# every kind of line
$ pfsday blank
a

\\# b
\\

# a fault
$ pfsday fault
2> error in $TMP
exit 3
$ pfsday bare
x
\\no newline at the end
"""


def self_test():
    """1 unless right output passes, each wrong line fails, and an update mends it."""
    with tempfile.TemporaryDirectory() as folder:
        program, test = Path(folder, "program"), Path(folder, "fake.test")
        program.write_text(FAKE_PROGRAM)
        program.chmod(0o755)
        test.write_text(FAKE_TEST)
        if check(test, program, False):
            return 1
        for wrong in ("exit 3", "\\# b", "2> error", "x\n", "a\n\n", "\\no newline"):
            test.write_text(FAKE_TEST.replace(wrong, "wrong\n" if wrong[-1] == "\n" else "wrong"))
            if check(test, program, False) != 1:
                print(f"not found: {wrong}")
                return 1
            if check(test, program, True) or check(test, program, False):
                print(f"not mended: {wrong}")
                return 1
    return 0


def main():
    parser = argparse.ArgumentParser(description="Run golden tests.")
    parser.add_argument("--binary")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    return max((check(path, options.binary, options.update) for path in options.files), default=0)


if __name__ == "__main__":
    sys.exit(main())
