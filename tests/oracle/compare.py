#!/usr/bin/env python3
"""Compares `pfsday count --train --json` with the loop counter beside this file, model by model.

    compare.py BINARY [--bind NAME=VALUE]... [--shared PATTERN]... [MODEL]...
    compare.py BINARY --folder FOLDER [--padding window|real]
    compare.py BINARY --cases

A PATTERN such as models/onnx/light/*.onnx is looked up in the folder that the environment variable
PFSDAY_SHARED names (default: `shared` beside the project). Exits 1 where a figure differs or a
model does not count, and 77 (skipped) where none of the models is there. The second form compares
the forward pass of all models of a folder; the third that of small models with counts by hand.
"""

import argparse
import glob
import json
import os
import subprocess
import sys

import compare_folder
import count_products
import onnx_wire
import shapes

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SKIPPED = 77


def shared_models(patterns):
    folder = os.environ.get("PFSDAY_SHARED") or os.path.join(PROJECT, "..", "shared")
    found = []
    for pattern in patterns:
        matches = sorted(glob.glob(os.path.join(folder, pattern)))
        if not matches:
            print(f"skipped: nothing matches {pattern} in {os.path.normpath(folder)}")
        found += matches
    return found


def figures(document):
    """The compared figures of a pfsday.count/1 document, by name."""
    named = {name: document["macs"][name] for name in count_products.PASSES}
    return {**named, "parameters": document["parameters"]["total"]}


def counted(binary, model, bindings):
    """What the program prints, or a text that says why there is nothing to compare."""
    command = [binary, "count", model, "--train", "--json"]
    for binding in bindings:
        command += ["--bind", binding]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if run.returncode != 0:
        return f"exit {run.returncode}: {run.stderr.strip()}"
    try:
        return figures(json.loads(run.stdout))
    except (ValueError, KeyError, TypeError) as error:
        return f"not a pfsday.count/1 document: {error!r}"


def expected(model, bindings):
    try:
        sizes = dict(count_products.parse_binding(binding) for binding in bindings)
        return figures(count_products.count(model, sizes))
    except (OSError, ValueError, onnx_wire.WireError, shapes.ShapeError) as error:
        return f"loop counter: {error}"


def compare(binary, model, bindings):
    """Prints the rows of one model; true where all of them agree."""
    print(os.path.basename(model))
    ours, theirs = counted(binary, model, bindings), expected(model, bindings)
    failures = [text for text in (ours, theirs) if isinstance(text, str)]
    if failures:
        print("\n".join(f"  {text}" for text in failures))
        return False
    for name, value in theirs.items():
        verdict = "same" if ours[name] == value else "DIFFERENT"
        print(f"  {name:16}{ours[name]:>18,}{value:>18,}  {verdict}")
    return ours == theirs


def main_of_folder(args):
    if not os.path.isdir(args.folder):
        print(f"skipped: no folder {args.folder}")
        return SKIPPED
    return 0 if compare_folder.compare(args.binary, args.folder, args.padding) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("models", nargs="*")
    parser.add_argument("--bind", action="append", default=[])
    parser.add_argument("--shared", action="append", default=[])
    parser.add_argument("--folder")
    parser.add_argument("--cases", action="store_true")
    parser.add_argument("--padding", choices=("window", "real"), default="window")
    args = parser.parse_intermixed_args()
    if args.folder:
        return main_of_folder(args)
    if args.cases:
        return 0 if compare_folder.compare_cases(args.binary) else 1
    models = args.models + shared_models(args.shared)
    if not any(os.path.exists(model) for model in models):
        print("skipped: no model to compare")
        return SKIPPED
    print(f"{'':18}{'pfsday':>18}{'loop counter':>18}")
    agree = [compare(args.binary, model, args.bind) for model in models]
    print(f"{sum(agree)} of {len(agree)} models agree")
    return 0 if all(agree) else 1


if __name__ == "__main__":
    sys.exit(main())
