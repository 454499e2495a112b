#!/usr/bin/env python3
"""Derives the headline of every run of data/runs from its TOML alone, by its own reading of
docs/run-files.md, and holds it against `pfsday estimate FILE --json`; so the counts of recipes
against `pfsday crosscheck`. Any difference fails.

    runs.py BINARY [FOLDER]

Keys that no run here has are an error.
"""

import glob
import json
import math
import os
import re
import subprocess
import sys
import tomllib

from recipe_layers import Layers

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PREFIX = {"": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "B": 1e9, "T": 1e12, "P": 1e15}
UNIT = {"MAC": 1, "FLOP": 1, "FLOP/s": 1, "s": 1, "h": 3600, "days": 86400, "chip-hours": 3600}
AMOUNT = re.compile(rf"([0-9.]+(?:e[+-]?[0-9]+)?) *([{''.join(PREFIX)}]?)({'|'.join(UNIT)})?")
PFS_DAY = 1e15 * 86400
FORWARD = ("rl-rollout", "recompute", "synthetic-private", "synthetic-public")  # no gradients


def number(value, unit=1.0):
    """An amount in base units; `unit` is that of a bare number. Of a range the middle."""
    if not isinstance(value, str):
        return (value["value"] if isinstance(value, dict) else value) * unit
    if " to " in value:
        low, high = value.split(" to ")
        tail = high.lstrip("0123456789.")
        return math.sqrt(number(low + tail, unit) * number(high, unit))
    digits, prefix, name = AMOUNT.fullmatch(value).groups()
    return float(digits) * PREFIX[prefix] * (UNIT[name] if name else unit)


def product(value):
    """A number or a list of factors."""
    if not isinstance(value, list):
        return number(value)
    return math.prod(number(f["value"]) ** f.get("power", 1) for f in value)


def repeats(counting):
    """How often an example is seen."""
    keys = ("examples", "epochs", "updates", "batch", "tokens", "generated", "factors")
    return math.prod(product(counting[k]) for k in keys if k in counting)


def stated(counting, forward):
    """What the source states of an example, times how often; 0 where only layers are given."""
    if "add_multiplies_per_example" in counting:
        each = number(counting["add_multiplies_per_example"])
        each *= number(counting.get("operations_per_add_multiply", 2))
        each *= 1 if forward else number(counting.get("forward_and_backward", 3))
        return each * repeats(counting)
    assert "operations_per_example" not in counting
    parameters = number(counting.get("parameters", 0))
    return parameters * (2 if forward else 6) * repeats(counting)


def by_layers(counting, forward):
    recipe = counting["recipe"]
    layers = Layers(recipe)
    each = layers.forward if forward else layers.forward + layers.backward
    return each * recipe.get("times", 1) * repeats(counting)


def hardware_time(hardware):
    units = {"days": 86400, "hours": 3600, "chip_hours": 3600}
    seconds = math.prod(number(hardware[key], units[key]) for key in units if key in hardware)
    seconds *= number(hardware.get("count", 1))
    rate = number(hardware["peak"]) * number(hardware["utilization"])
    return seconds * rate * product(hardware.get("factors", []))


def figure(phase):
    """Method and figure of a phase: its count, else hardware time."""
    counting, forward = phase.get("counting"), phase.get("purpose") in FORWARD
    if not counting:
        return "hardware", hardware_time(phase["hardware"])
    return "counting", stated(counting, forward) or by_layers(counting, forward)


def is_counted(phase, view):
    """A judgement that names the view, else its rule; where that is open, the general judgement."""
    purpose = phase.get("purpose", "pretrain")
    rule = next(rule["counts"] for rule in view["rule"] if purpose in rule["purposes"])
    judged = {j.get("view"): j["counted"] for j in phase.get("judgement", [])}
    if view["id"] in judged and rule not in ("in", "out"):
        return judged[view["id"]]
    return judged[None] if rule == "judgement" else rule in ("in", "usually-in")


def asked(binary, verb, path):
    return json.loads(subprocess.run([binary, verb, path, "--json"], stdout=subprocess.PIPE).stdout)


def differences(binary, path, view):
    with open(path, "rb") as file:
        run = tomllib.load(file)
    phases = [phase for phase in run.get("phase", []) if is_counted(phase, view)]
    unread = {"metered", "reported", "method", "passes"}
    assert "lineage" not in run and not any(unread & phase.keys() for phase in phases), path
    figures = [figure(phase) for phase in phases]
    theirs = asked(binary, "estimate", path)["headline"]
    if not figures and not theirs:
        return []
    assert figures and theirs, path
    flop = sum(figure for _, figure in figures)
    pairs = [("flop", theirs["flop"]["mid"], flop),
             ("pfs_days", theirs["pfs_days"]["mid"], flop / PFS_DAY)]
    if all("recipe" in phase.get("counting", {}) for phase in phases):
        layers = sum(by_layers(phase["counting"], phase.get("purpose") in FORWARD)
                     for phase in phases)
        counted = asked(binary, "crosscheck", path)["runs"][0]["counted"]
        pairs.append(("layers", counted["flop"]["mid"], layers))
    wrong = [f"{what} {a}, derived {b}" for what, a, b in pairs if abs(a / b - 1) > 1e-9]
    if theirs["method"] != figures[0][0]:
        wrong.append(f"method {theirs['method']}, derived {figures[0][0]}")
    return wrong


def main():
    folder = sys.argv[2] if len(sys.argv) > 2 else os.path.join(PROJECT, "data", "runs")
    with open(os.path.join(PROJECT, "data", "views", "updates.toml"), "rb") as file:
        view = tomllib.load(file)
    paths = sorted(glob.glob(os.path.join(folder, "**", "*.toml"), recursive=True))
    wrong = [(path, text) for path in paths for text in differences(sys.argv[1], path, view)]
    for path, text in wrong:
        print(f"{os.path.relpath(path, folder)}: {text}")
    print(f"{len(paths)} runs, {len(wrong)} differences")
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
