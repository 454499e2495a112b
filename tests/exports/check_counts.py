#!/usr/bin/env python3
"""Compares `pfsday count --train --json` with what torch says of each export in this folder.

    check_counts.py BINARY [NAME...]     default: every export of expected.json

Each run of expected.json binds the open dimensions and may add options. Exits 1 where a figure differs from torch's by other than the stated amount, a model
does not count completely, or a file is not listed.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PASSES = ("forward", "data_gradient", "weight_gradient")


def command(binary, name, run):
    words = [binary, "count", str(FOLDER / f"{name}.onnx"), "--train", "--json", *run["options"]]
    for dimension, size in run["bind"].items():
        words += ["--bind", f"{dimension}={size}"]
    return words


def counted(binary, name, run):
    """The figures that the program prints, or a text that says why there are none."""
    done = subprocess.run(command(binary, name, run), capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        return f"exit {done.returncode}: {done.stderr.strip()}"
    document = json.loads(done.stdout)
    return {"parameters": document["parameters"]["total"],
            **{name: document["macs"][name] for name in PASSES}}


def expected(export, run):
    """Torch's figures; where ours are more for a stated reason, that many more."""
    figures = {"parameters": export["parameters"], **run["products"]}
    for name, difference in run.get("differs", {}).items():
        figures[name] += difference["more"]
    return figures


def title(name, run):
    return " ".join([name, *run["options"], *(f"{k}={v}" for k, v in run["bind"].items())])


def check(binary, name, export, run):
    """True where all figures agree; says which do not."""
    ours, theirs = counted(binary, name, run), expected(export, run)
    if ours == theirs:
        print(f"same       {title(name, run)}")
        return True
    print(f"DIFFERENT  {title(name, run)}")
    if isinstance(ours, str):
        print(f"  {ours}")
        return False
    for key, value in theirs.items():
        if ours[key] != value:
            print(f"  {key:16}{ours[key]:>18,} where {value:>18,} is expected")
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("names", nargs="*")
    args = parser.parse_intermixed_args()
    exports = json.loads((FOLDER / "expected.json").read_text())["exports"]
    unlisted = sorted({file.stem for file in FOLDER.glob("*.onnx")} ^ set(exports))
    if unlisted:
        sys.exit(f"a file without its entry in expected.json, or the reverse: {unlisted}")
    runs = [(name, run) for name in exports for run in exports[name]["runs"]]
    wanted = [(name, run) for name, run in runs if not args.names or name in args.names]
    for name, run in runs:
        if (name, run) not in wanted:
            print(f"left out   {title(name, run)}")
    agree = [check(args.binary, name, exports[name], run) for name, run in wanted]
    print(f"{sum(agree)} of {len(agree)} runs agree")
    return 0 if agree and all(agree) else 1


if __name__ == "__main__":
    sys.exit(main())
