#!/usr/bin/env python3
"""Counts files that are built to break a reader: each is counted right, or refused with one
diagnostic, within a minute and 2 GB.

    check_hostile.py BINARY [ALLOWANCE]    so many times a minute and 2 GB, of sanitized builds
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))

import graphs  # noqa: E402
import onnx_wire as wire  # noqa: E402
from graphs import node, value  # noqa: E402

ALLOWANCE = int(sys.argv[2]) if len(sys.argv) > 2 else 1
MEMORY = (2 << 30) * ALLOWANCE
SECONDS = 60 * ALLOWANCE
DIAGNOSTIC = re.compile(r"^error\[(PFD\d+)\]: ", re.MULTILINE)
LARGE = 1 << 30


WEIGHT = graphs.tensor("w", (3, 4), [0.5] * 12, wire.FLOAT)


def chain(length):
    """A product, and that many nodes behind it; written node by node, as a message for each would
    take a minute."""
    names = [f"v{i}" for i in range(length)] + ["y"]
    first = graphs.model([node("MatMul", ["x", "w"], ["v0"])], [value("x", (2, 3))], held=[WEIGHT])
    relu = wire.field(4, b"Relu")
    nodes = (wire.field(1, wire.field(1, names[i].encode()) + wire.field(2, names[i + 1].encode())
                        + relu) for i in range(length))
    return wire.write(first) + wire.field(7, b"".join(nodes))


def nested_branches(depth):
    """An If in the branch of an If in the branch of an If."""
    body = graphs.graph([node("Relu", ["x"], ["z"])], (), ["z"])
    for _ in range(depth):
        body = graphs.graph([node("If", ["c"], ["z"], then_branch=body, else_branch=body_of_one())],
                            (), ["z"])
    return graphs.model([node("If", ["c"], ["y"], then_branch=body, else_branch=body_of_one())],
                        [value("x", (2, 3)), value("c", (), wire.BOOL)])


def body_of_one():
    return graphs.graph([node("Relu", ["x"], ["z"])], (), ["z"])


def functions(depth, calls):
    """Functions that call the next one, `calls` times each; the last one is a Relu."""
    def function(name, nodes):
        return wire.Message("Function", name=name, domain="local", input=["a"], output=["b"],
                            node=nodes, opset_import=[
                                wire.Message("OperatorSet", domain=domain, version=version)
                                for domain, version in graphs.OPSETS])
    made = [function(f"f{depth}", [node("Relu", ["a"], ["b"])])]
    for i in range(depth):
        names = ["a", *(f"t{k}" for k in range(calls - 1)), "b"]
        made.append(function(f"f{i}", [node(f"f{i + 1}", [names[k]], [names[k + 1]], "local")
                                       for k in range(calls)]))
    return graphs.model([node("f0", ["x"], ["y"], "local")], [value("x", (2, 3))], functions=made)


def nested_loops(depth, trips):
    """A product in a loop in a loop: as many trips as all of them multiplied."""
    body = [node("MatMul", ["x", "w"], ["z"])]
    for level in range(depth):
        inner = graphs.graph([*body, node("Identity", ["going"], ["goes_on"])],
                             [value("i", (), wire.INT64), value("still", (), wire.BOOL)],
                             ["goes_on", "z"])
        body = [node("Loop", ["trips", "going"], [f"all{level}"], body=inner),
                node("ReduceSum", [f"all{level}", "first"], ["z"], keepdims=0)]
    body[-1] = node("ReduceSum", [f"all{depth - 1}", "first"], ["y"], keepdims=0)
    return graphs.model(body, [value("x", (2, 3))],
                        held=[WEIGHT, graphs.tensor("trips", [], [trips]), graphs.tensor("first", [1], [0]),
                              graphs.truth("going", True)])


def cyclic():
    return graphs.model([node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]),
                         node("Relu", ["b"], ["y"])], [value("x", (2, 3))])


def duplicate():
    return graphs.model([node("Relu", ["x"], ["y"]), node("Exp", ["x"], ["y"])],
                        [value("x", (2, 3))])


def product(rows, inner, columns):
    return graphs.model([node("MatMul", ["x", "w"], ["y"])],
                        [value("x", (rows, inner)), value("w", (inner, columns))])


def cases():
    """(name, model, code of the diagnostic or the multiply-adds of the forward pass, options)"""
    return [
        ("a million nodes", chain(1_000_000), 24, []),
        ("a hundred thousand nodes", chain(100_000), 24, ["--train"]),
        ("branches 50 deep", nested_branches(50), 0, []),
        ("branches 1,000 deep", nested_branches(1000), "PFD214", []),
        ("functions that call functions, 60 deep", functions(60, 1), 0, []),
        ("functions that unfold to 2^60 nodes", functions(60, 2), "PFD214", []),
        ("a tensor of 2^90 elements", product(LARGE, LARGE * LARGE, 1), "PFD214", []),
        ("a product of 2^90 multiply-adds", product(LARGE, LARGE, LARGE), 1 << 90, []),
        ("a count above 128 bits", nested_loops(5, LARGE), "PFD213", []),
        ("a count above 128 bits", nested_loops(5, LARGE), "PFD213", ["--train"]),
        ("a cycle", cyclic(), "PFD206", []),
        ("a name that is defined twice", duplicate(), "PFD206", []),
    ]


def run_limited(command):
    """(exit code, what it printed, what it said, peak memory in bytes)"""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, preexec_fn=limit)
        _, status, usage = os.wait4(process.pid, 0)
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode())
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, *texts, usage.ru_maxrss << 10


def fault_of(binary, path, expected, options):
    code, printed, said, peak = run_limited([binary, "count", path, "--json", *options])
    codes = DIAGNOSTIC.findall(said)
    if isinstance(expected, str):
        if code == 1 and codes == [expected] and not printed:
            return ""
        return f"exit {code}, {codes}: {said[:300]}"
    if code != 0:
        return f"exit {code}: {said[:300]}"
    macs = json.loads(printed)["macs"]["forward"]
    if macs != expected:
        return f"{macs} multiply-adds instead of {expected}"
    return "" if peak < MEMORY else f"{peak >> 20} MiB"


def main():
    binary, failed = sys.argv[1], 0
    sys.setrecursionlimit(20_000)  # of the writer, for bodies in bodies
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        for name, model, expected, options in cases():
            with open(path, "wb") as file:
                file.write(model if isinstance(model, bytes) else wire.write(model))
            fault = fault_of(binary, path, expected, options)
            failed += bool(fault)
            print(f"{' '.join([name, *options])}: {fault or 'as expected'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
