#!/usr/bin/env python3
"""Checks that README.md shows what the commands print.

    tools/check_readme.py PFSDAY

Each indented block that starts with `pfsday` is a command; the lines of the indented blocks up to the
next command, but for `...`, must stand in its output in that order.
"""

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def find_commands(text):
    """(command, lines that it is said to print) for each command of the text."""
    commands = []
    for line in text.splitlines():
        if line.startswith("    pfsday "):
            commands.append((line.strip(), []))
        elif line.startswith("    ") and commands and line.strip() != "...":
            commands[-1][1].append(line.strip())
    return commands


def run(binary, command, folder):
    """The lines that the command prints; a file that it writes goes to the folder."""
    words = [str(Path(folder) / word) if word == "chart.svg" else word
             for word in shlex.split(command)]
    done = subprocess.run([binary, *words[1:]], cwd=ROOT, capture_output=True, text=True)
    return [line.strip() for line in done.stdout.splitlines()]


def main(binary):
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        for command, expected in find_commands((ROOT / "README.md").read_text()):
            printed = iter(run(binary, command, folder))
            for line in expected:
                if line not in printed:
                    print(f"README.md: `{command}` does not print: {line}")
                    faults += 1
                    break
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
