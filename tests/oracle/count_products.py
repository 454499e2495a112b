#!/usr/bin/env python3
"""Counts the multiply-adds of the convolutions and matrix products of an ONNX file with loops.

    count_products.py resnet50.onnx [--bind NAME=VALUE]... [--json]

A second way to the figures of `pfsday count --train`, which shares nothing with it:

  forward          for each output, one for each tap or inner index it sums over
  data gradient    for each position of the data operand, one for each output it took part in
  weight gradient  for each weight, one for each output position it took part in

A gradient is counted where it is needed: the operand depends on a parameter, and the product on the
way to a float output of the graph. It is a weight gradient where the operand depends on no input of
the graph. A parameter is a float constant that reaches, through operators that only move values, an
operand of a product, a bias, the scale or shift of a normalization, or (if it has more than one
element) an addition or multiplication. Each is counted once, whatever the number of its uses.
"""

import argparse
import json
import sys
from collections import Counter
from itertools import product, repeat

import onnx_wire as wire
import shapes

MOVEMENT = {"Reshape", "Transpose", "Unsqueeze", "Squeeze", "Identity", "Flatten", "Concat", "Cast"}
PARAMETER_OPERANDS = {"Conv": (1, 2), "Gemm": (0, 1, 2), "MatMul": (0, 1),
                      "BatchNormalization": (1, 2), "Add": (0, 1), "Mul": (0, 1)}
PASSES = ("forward", "data_gradient", "weight_gradient")


def channel_pairs(view):
    """How many (output channel, input channel) pairs meet, walking the groups."""
    out_channels, per_group = view.shape(1)[:2]
    groups = view.get("group", 1)
    pairs = 0
    for group in range(groups):
        inputs = range(group * per_group, (group + 1) * per_group)
        outputs = range(group * out_channels // groups, (group + 1) * out_channels // groups)
        pairs += sum(len(inputs) for _ in outputs)
    return pairs


def times_axes(view, per_axis):
    """Window taps are separable: the total is the product of what is walked on each axis."""
    total = sum(repeat(channel_pairs(view), view.shape(0)[0]))
    for axis in shapes.window_axes(view, view.shape(1)[2:]):
        total *= per_axis(axis)
    return total


def taps_by_output(axis):
    return sum(1 for _ in axis.starts for _ in axis.offsets)


def taps_by_input(axis):
    outputs_of = Counter(start + offset for start, offset in axis.taps())
    return sum(outputs_of.values())


def taps_by_weight(axis):
    return sum(len(axis.starts) for _ in axis.offsets)


def conv_products(view):
    return (times_axes(view, taps_by_output),
            [times_axes(view, taps_by_input), times_axes(view, taps_by_weight)])


def matrix_product(rows, inner, columns):
    """Walks the elements of a [rows, columns] result, each a sum of `inner` products."""
    return sum(sum(repeat(inner, columns)) for _ in range(rows))


def gemm_products(view):
    (m, k), (_, n) = shapes.gemm_sides(view)
    return (matrix_product(m, k, n), [matrix_product(m, n, k), matrix_product(k, m, n)])


def matmul_products(view):
    batch, m, k, n = shapes.matmul_sides(view)
    one = (matrix_product(m, k, n), matrix_product(m, n, k), matrix_product(k, m, n))
    forward = a = b = 0
    for _ in product(*[range(extent) for extent in batch]):
        forward, a, b = forward + one[0], a + one[1], b + one[2]
    return forward, [a, b]


PRODUCTS = {"Conv": conv_products, "Gemm": gemm_products, "MatMul": matmul_products}


class Dependence:
    """Which values depend on an input, which on a parameter, and which lead to an output."""

    def __init__(self, graph, facts):
        self.graph, self.facts = graph, facts
        constants = {t.name for t in graph.initializer}
        self.on_input = {v.name for v in graph.input} - constants
        self.roots = {name: {name} for name in constants if facts.is_float(name)}
        self.parameters = set()
        for node in graph.node:
            self.visit(node)
        self.on_parameter = set(self.parameters)
        for node in graph.node:
            if self.on_parameter.intersection(node.input):
                self.on_parameter.update(filter(facts.is_float, node.output))
        self.wanted = self.on_the_way_to_an_output()

    def visit(self, node):
        name = node.output[0]
        if node.op_type != "Shape" and self.on_input.intersection(node.input):
            self.on_input.update(filter(None, node.output))
        elif node.op_type in ("Constant", "ConstantOfShape") and self.facts.is_float(name):
            self.roots[name] = {name}
        elif node.op_type in MOVEMENT and self.facts.is_float(name):
            self.roots[name] = set().union(*[self.roots.get(i, set()) for i in node.input])
        for i in PARAMETER_OPERANDS.get(node.op_type, ()):
            if i < len(node.input):
                self.mark(node.op_type, self.roots.get(node.input[i], set()))

    def mark(self, op, roots):
        at_least = 2 if op in ("Add", "Mul") else 1
        self.parameters.update(r for r in roots if shapes.elements(self.facts.shape[r]) >= at_least)

    def on_the_way_to_an_output(self):
        wanted = {v.name for v in self.graph.output} & self.on_parameter
        for node in reversed(self.graph.node):
            if wanted.intersection(node.output):
                wanted.update(self.on_parameter.intersection(node.input))
        return wanted


def count_node(view, dependence):
    forward, gradients = PRODUCTS[view.op](view)
    macs = dict.fromkeys(PASSES, 0)
    macs["forward"] = forward
    if view.node.output[0] in dependence.wanted:
        for name, gradient in zip(view.node.input, gradients):
            if name in dependence.on_parameter:
                to_data = name in dependence.on_input
                macs["data_gradient" if to_data else "weight_gradient"] += gradient
    return macs


def count(path, bindings):
    """{"macs": {...}, "parameters": {"total": ...}, "by": [...]} as in `pfsday count --json`."""
    model = wire.read(path)
    facts = shapes.infer(model, bindings)
    dependence = Dependence(model.graph, facts)
    rows = []
    for node in model.graph.node:
        if node.op_type in PRODUCTS and node.domain in ("", "ai.onnx"):
            macs = count_node(shapes.NodeView(node, facts), dependence)
            rows.append({"name": node.name or node.output[0], "op": node.op_type, **macs})
    totals = {name: sum(row[name] for row in rows) for name in PASSES}
    parameters = sum(shapes.elements(facts.shape[name]) for name in dependence.parameters)
    return {"macs": totals, "parameters": {"total": parameters}, "by": rows}


def parse_binding(text):
    name, _, value = text.partition("=")
    return name, int(value)


def print_table(result):
    for row in [*result["by"], {"name": "total", "op": "", **result["macs"]}]:
        figures = "".join(f"{row[name]:>18,}" for name in PASSES)
        print(f"{row['name'][:40]:40} {row['op']:6}{figures}")
    print(f"parameters {result['parameters']['total']:,}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--bind", action="append", default=[], type=parse_binding)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    try:
        result = count(args.model, dict(args.bind))
    except (OSError, ValueError, wire.WireError, shapes.ShapeError) as error:
        sys.exit(f"{args.model}: {error}")
    print(json.dumps(result, indent=1)) if args.json else print_table(result)


if __name__ == "__main__":
    main()
