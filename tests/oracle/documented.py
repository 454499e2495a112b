#!/usr/bin/env python3
"""Holds data/runs/documented to what is known of its systems as a set: at a utilization of 0.33,
how many agree within 2x and 3x, their median ratio, and which do not agree.

    documented.py BINARY

Where the folder that PFSDAY_SHARED names (default: `shared` beside the project) has
data/crosscheck_cases.json, the ratio of each system is also held against the one there; without it
that part is skipped, and says so.
"""

import json
import os
import statistics
import subprocess
import sys

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
UTILIZATION = "0.33"
SYSTEMS, WITHIN_2, WITHIN_3, MEDIAN = (58, 56), 47, 50, 1.10
CONFLICTS = {"mlp-6-layer", "bert-large", "roberta-large-500k", "megatron-8-3b", "gshard-dense",
             "xglm-7-5b", "lamda", "nucleotide-transformer-2-5b", "jais-13b"}
OTHER_NAMES = {"EXAONE 3.5 / Deep 32B": "EXAONE 3.5 32B"}
# The cases round 1M updates of 2,048 x 512 tokens to 1e12, the run file does not.
ROUNDED = {"T5-11B": 1.048576}


def ratios(binary):
    """Hardware time / counting at that utilization, by run; None where one method is missing."""
    folder = os.path.join(PROJECT, "data", "runs", "documented")
    command = [binary, "crosscheck", folder, "--utilization", UTILIZATION, "--json"]
    output = subprocess.run(command, stdout=subprocess.PIPE)
    return {(run["run"], run["name"]): run["ratio"] for run in json.loads(output.stdout)["runs"]}


def gap(ratio):
    return max(ratio, 1 / ratio)


def are_close(ours, theirs, factor):
    if not ours or not theirs:
        return ours == theirs
    return abs(ours * factor / theirs - 1) < 0.005


def check_set(found):
    both = {run: ratio for (run, _), ratio in found.items() if ratio}
    yield "systems, with both methods", (len(found), len(both)), SYSTEMS
    yield "within 2x", sum(gap(ratio) <= 2 for ratio in both.values()), WITHIN_2
    yield "within 3x", sum(gap(ratio) <= 3 for ratio in both.values()), WITHIN_3
    yield "median ratio", round(statistics.median(both.values()), 2), MEDIAN
    yield "conflicts", {run for run, ratio in both.items() if gap(ratio) > 2}, CONFLICTS


def check_cases(found):
    shared = os.environ.get("PFSDAY_SHARED") or os.path.join(PROJECT, "..", "shared")
    path = os.path.join(shared, "data", "crosscheck_cases.json")
    if not os.path.exists(path):
        print(f"skipped: the cases one by one, there is no {path}")
        return
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    by_name = {name: ratio for (_, name), ratio in found.items()}
    for case in cases:
        system = OTHER_NAMES.get(case["system"], case["system"])
        name = next((name for name in (system, system.split(" (")[0]) if name in by_name), None)
        yield f"the run of {system}", name is not None, True
        ours, theirs = by_name.get(name), case["ratio_m2_033_to_m1"]
        close = are_close(ours, theirs, ROUNDED.get(name, 1))
        yield f"{system}: ratio {ours}, there {theirs}", close, True


def main():
    found = ratios(sys.argv[1])
    failed = 0
    for what, is_now, expected in [*check_set(found), *check_cases(found)]:
        if is_now != expected:
            failed += 1
            print(f"{what}: {is_now}, expected {expected}")
    print(f"{len(found)} runs, {failed} differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
