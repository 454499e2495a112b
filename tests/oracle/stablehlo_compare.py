#!/usr/bin/env python3
"""Holds pfsday's counts of StableHLO programs against their own types.

    stablehlo_compare.py PFSDAY

The programs are those of the folder models/stablehlo in the one that PFSDAY_SHARED names (default:
`shared` beside the project); skipped, and said so, where it is missing. Each has one operation at
most that multiplies and adds, whose multiply-adds follow from the types it is written with.
"""
import glob
import json
import math
import os
import re
import subprocess
import sys

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SKIPPED = 77
OPEN = 6  # what every open size is bound to


def shapes(text):
    """The shapes of all tensors in a text, open sizes bound."""
    found = re.findall(r"tensor<((?:[0-9?]+x)*)(?:complex<)?[a-z]", text)
    return [[OPEN if size == "?" else int(size) for size in sizes.split("x")[:-1]]
            for sizes in found]


def numbers(text):
    return [int(word) for word in re.findall(r"\d+", text)]


def contracted(line):
    """The axes of the left operand that a product sums over."""
    if "stablehlo.dot " in line:
        return [len(shapes(line)[0]) - 1]
    for pattern in (r"lhs_contracting_dimensions = \[([\d, ]*)\]", r"contracting_dims = \[([\d, ]*)\]"):
        found = re.search(pattern, line)
        if found:
            return numbers(found.group(1))
    return []


def convolution(line):
    """Multiply-adds: all taps of a window for each result, or, where holes are between the elements
    of the left operand (a transposed convolution), for each of those."""
    left, right, result = shapes(line)[-3:]
    labels = re.search(r"\[([^\]]*)\]x\[([^\]]*)\]->\[([^\]]*)\]", line)
    of_left, of_right, of_result = ([part.strip() for part in group.split(",")]
                                    for group in labels.groups())
    window = re.search(r"window = \{(.*?)\} \{", line).group(1)

    def field(name, default):
        found = re.search(name + r" = (\[\[.*?\]\]|\[[^\[\]]*\])", window)
        return numbers(found.group(1)) if found else default

    rank = len(left) - 2
    dilations = field("lhs_dilate", [1] * rank)
    product = result[of_result.index("b")] * result[of_result.index("f")]
    product *= right[of_right.index("i")]
    for axis in range(rank):
        name = str(axis)
        places = result[of_result.index(name)] if dilations[axis] == 1 else left[of_left.index(name)]
        product *= places * right[of_right.index(name)]
    return product


def expected(text):
    for line in text.splitlines():
        if "stablehlo.dot" in line:
            left, _, result = shapes(line)[-3:]
            each = 4 if "complex" in line else 1
            return each * math.prod(result) * math.prod(left[axis] for axis in contracted(line))
        if "stablehlo.convolution" in line:
            return convolution(line)
    return 0


def bindings(text):
    """Shapes for the open arguments of main, and the number for what gives their sizes."""
    main = re.search(r"@main\((.*?)\) ->", text, re.S).group(1)
    for name, kind in re.findall(r"%(\w+): (tensor<[^>]*>+)", main):
        if "?" in kind:
            yield f"{name}=" + "x".join(map(str, shapes(kind)[0]))
        elif kind == "tensor<i64>":
            yield f"{name}={OPEN}"


def counted(binary, path, text):
    command = [binary, "count", path, "--json"]
    for binding in bindings(text):
        command += ["--bind", binding]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if run.returncode != 0:
        return f"exit {run.returncode}: {run.stderr.strip()}"
    return json.loads(run.stdout)["macs"]["total"]


def main():
    binary = sys.argv[1]
    folder = os.environ.get("PFSDAY_SHARED") or os.path.join(PROJECT, "..", "shared")
    paths = sorted(glob.glob(os.path.join(folder, "models", "stablehlo", "*.mlir")))
    if not paths:
        print(f"skipped: there are no programs in {os.path.normpath(folder)}/models/stablehlo")
        return SKIPPED
    faults = products = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        wanted, found = expected(text), counted(binary, path, text)
        products += wanted > 0
        if found != wanted:
            faults += 1
            print(f"{os.path.basename(path)}: {found}, not {wanted}")
    print(f"checked: {len(paths)} programs, {products} with products; {faults} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
