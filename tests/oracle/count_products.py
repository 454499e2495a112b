#!/usr/bin/env python3
"""Counts the multiply-adds of the product operators of an ONNX file with loops.

    count_products.py resnet50.onnx [--bind NAME=VALUE]... [--padding window|real]
                      [--input-gradient] [--trainable GLOB] [--forward | --json]

A second way to the figures of `pfsday count --train`, which shares nothing with it:

  forward          for each output, one for each tap or inner index it sums over
  data gradient    for each position of the data operand, one for each output it took part in
  weight gradient  for each weight, one for each output position it took part in

The body of a loop counts as often as it runs; of two branches the one with more products counts.
Gradients and parameters are told only where no product stands in a body.

A gradient is counted where it is needed: the operand depends on a parameter (or, if asked for, on
an input), and the product is on the way to a float output of the graph. It is a weight gradient
where the operand depends on no input of the graph.

A parameter is a float constant that reaches, through operators that only move values, an
operand of a product, a bias, the scale or shift of a normalization, a table that is looked up, or
(if it has more than one element) an addition or multiplication. Each is counted once, whatever the
number of its uses.
"""

import argparse
import fnmatch
import json
import sys

import functions
import inference
import onnx_wire as wire
import shapes
from products import Products, product_of

MOVEMENT = {"Reshape", "Transpose", "Unsqueeze", "Squeeze", "Identity", "Flatten", "Concat", "Cast",
            "Slice", "Split", "Expand", "Pad", "Tile"}
PARAMETER_OPERANDS = {
    **dict.fromkeys(("Conv", "ConvTranspose", "DeformConv", "BatchNormalization",
                     "InstanceNormalization", "LayerNormalization", "GroupNormalization"), (1, 2)),
    **dict.fromkeys(("RNN", "GRU", "LSTM"), (1, 2, 3, 7)), "Gemm": (0, 1, 2),
    **dict.fromkeys(("MatMul", "Add", "Mul"), (0, 1)), "Einsum": range(8), "Gather": (0,),
    "PRelu": (1,),
}
PASSES = ("forward", "data_gradient", "weight_gradient")


class Dependence:
    """Which values depend on an input, which on a parameter, and which lead to an output."""

    def __init__(self, graph, facts, input_gradient=False, trainable="*"):
        self.graph, self.facts = graph, facts
        constants = {t.name for t in graph.initializer}
        self.on_input = {v.name for v in graph.input} - constants
        self.roots = {name: {name} for name in constants if facts.is_float(name)}
        self.parameters = set()
        for node in graph.node:
            self.visit(node)
        self.on_parameter = {name for name in self.parameters if fnmatch.fnmatch(name, trainable)}
        if input_gradient:
            self.on_parameter.update(v.name for v in graph.input if v.name not in constants)
        for node in graph.node:
            if self.on_parameter.intersection(node.input):
                self.on_parameter.update(filter(facts.is_float, node.output))
        self.wanted = self.on_the_way_to_an_output()

    def visit(self, node):
        if node.op_type != "Shape" and self.on_input.intersection(node.input):
            self.on_input.update(filter(None, node.output))
        for name in filter(self.facts.is_float, node.output):
            if node.op_type in ("Constant", "ConstantOfShape") and name not in self.on_input:
                self.roots[name] = {name}
            elif node.op_type in MOVEMENT:
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


def graphs_of(node):
    return [attribute.g for attribute in node.attribute if attribute.g]


def has_products(graph):
    return any([product_of(node) or any(map(has_products, graphs_of(node)))
                for node in graph.node])


def body_products(node, facts, padding):
    """Multiply-adds in the graphs of a node: of all trips, or of the larger branch."""
    if not any(map(has_products, graphs_of(node))):
        return 0
    if id(node) not in facts.bodies:
        name = next(filter(None, node.output))
        raise shapes.Unknown(f"node {node.name or node.op_type}: {facts.unknown.get(name)}")
    runs = [run.times * sum(found.forward for _, found in rows_of(run.graph, run.facts, padding))
            for run in facts.bodies[id(node)]]
    return max(runs, default=0) if node.op_type == "If" else sum(runs)


def rows_of(graph, facts, padding):
    """(node, Products) of each node that has some."""
    rows = []
    for node in graph.node:
        count = product_of(node)
        found = (count(shapes.NodeView(node, facts, padding)) if count else
                 Products(body_products(node, facts, padding)))
        if count or found.forward:
            rows.append((node, found))
    return rows


def passes_of(node, found, dependence):
    macs = {**dict.fromkeys(PASSES, 0), "forward": found.forward}
    if graphs_of(node):
        raise shapes.ShapeError(f"parameters and gradients in {node.op_type} are not counted here")
    if not dependence.wanted.intersection(node.output):
        return macs
    if found.gradients is None:
        raise shapes.ShapeError(f"the gradients of {node.op_type} are not counted here")
    macs["data_gradient"] = found.within
    for name, gradient in zip(node.input, found.gradients):
        if name in dependence.on_parameter:
            to_data = name in dependence.on_input
            macs["data_gradient" if to_data else "weight_gradient"] += gradient
    return macs


def count_model(model, bindings, stored=None, padding="window"):
    """The multiply-adds of the forward pass. `stored` gives inputs as tensors, by name."""
    functions.expand(model)
    if not has_products(model.graph):
        return 0
    facts = inference.infer(model, bindings, stored)
    return sum(found.forward for _, found in rows_of(model.graph, facts, padding))


def count_forward(path, bindings, stored=None, padding="window"):
    return count_model(wire.read(path), bindings, stored, padding)


def count(path, bindings, padding="window", **wanted):
    """{"macs": {...}, "parameters": {"total": ...}, "by": [...]} as in `pfsday count --json`."""
    model = wire.read(path)
    functions.expand(model)
    facts = inference.infer(model, bindings)
    dependence = Dependence(model.graph, facts, **wanted)
    by = [{"name": node.name or node.output[0], "op": node.op_type,
           **passes_of(node, found, dependence)}
          for node, found in rows_of(model.graph, facts, padding)]
    totals = {name: sum(row[name] for row in by) for name in PASSES}
    parameters = sum(shapes.elements(facts.shape[name]) for name in dependence.parameters)
    return {"macs": totals, "parameters": {"total": parameters}, "by": by}


def parse_binding(text):
    name, _, value = text.partition("=")
    sizes = tuple(int(size) for size in value.split("x"))
    return name, sizes if len(sizes) > 1 else sizes[0]


def print_table(result):
    for row in [*result["by"], {"name": "total", "op": "", **result["macs"]}]:
        figures = "".join(f"{row[name]:>18,}" for name in PASSES)
        print(f"{row['name'][:40]:40} {row['op']:14}{figures}")
    print(f"parameters {result['parameters']['total']:,}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--bind", action="append", default=[], type=parse_binding)
    parser.add_argument("--padding", choices=("window", "real"), default="window")
    parser.add_argument("--input-gradient", action="store_true")
    parser.add_argument("--trainable", default="*")
    parser.add_argument("--forward", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    try:
        if args.forward:
            return print(count_forward(args.model, dict(args.bind), padding=args.padding))
        result = count(args.model, dict(args.bind), args.padding,
                       input_gradient=args.input_gradient, trainable=args.trainable)
    except (OSError, ValueError, wire.WireError, shapes.ShapeError) as error:
        sys.exit(f"{args.model}: {error}")
    return print(json.dumps(result, indent=1)) if args.json else print_table(result)


if __name__ == "__main__":
    main()
