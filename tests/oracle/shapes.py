"""What is known of the values of a graph, and a view of one node for the rules about it.

    facts = inference.infer(model, {"batch": 8})
    facts.shape["conv1_out"]    # (8, 64, 112, 112)
    facts.values["new_shape"]   # [8, -1], where the numbers of a small tensor are known
    facts.unknown["mask"]       # why the shape of a value is not known

Written for checking only: it shares no code and no rule text with the program under test.
"""

from collections import ChainMap
from math import prod

import onnx_wire as wire

FLOATS = {wire.FLOAT, wire.FLOAT16, wire.DOUBLE, wire.BFLOAT16}


class ShapeError(Exception):
    """The graph disagrees with itself, or uses what this checker does not know."""


class Unknown(ShapeError):
    """A shape or value is needed that depends on what only a run of the model tells."""


class Body:
    """One run, or `times` equal runs, of a graph in an attribute."""

    def __init__(self, graph, facts, times=1):
        self.graph, self.facts, self.times = graph, facts, times


class Facts:
    """Facts by name of the value. In a body, those of the graphs around it are seen too."""

    def __init__(self, outer=None):
        self.shape, self.type, self.values, self.unknown = [
            ChainMap({}, *(getattr(outer, name).maps if outer else []))
            for name in ("shape", "type", "values", "unknown")]
        self.bodies = {}  # the runs of the graphs of a node, by the node's id()

    def set(self, name, shape, element_type, values=None):
        self.shape[name], self.type[name], self.values[name] = tuple(shape), element_type, values

    def set_unknown(self, name, reason, element_type=None):
        self.unknown[name], self.type[name] = reason, element_type

    def copy(self, name, facts, source):
        """`name` here is what `source` is there, but for its numbers."""
        if source in facts.shape:
            self.set(name, facts.shape[source], facts.type[source])
        else:
            self.set_unknown(name, facts.unknown.get(source), facts.type.get(source))

    def is_float(self, name):
        return self.type.get(name) in FLOATS


PLAIN = {wire.ATTRIBUTE_FLOAT: "f", wire.ATTRIBUTE_INT: "i", wire.ATTRIBUTE_STRING: "s",
         wire.ATTRIBUTE_TENSOR: "t", wire.ATTRIBUTE_GRAPH: "g", wire.ATTRIBUTE_FLOATS: "floats",
         wire.ATTRIBUTE_INTS: "ints"}


def plain(attribute):
    field = PLAIN.get(attribute.type)
    value = getattr(attribute, field) if field else None
    if field == "s":
        return bytes(value).decode()
    return wire.read_floats(value) if field == "floats" else value


def domain_of(node):
    return "" if node.domain == "ai.onnx" else node.domain


class NodeView:
    """A node with its attributes as plain values and what is known of its inputs."""

    def __init__(self, node, facts, padding="window"):
        self.node, self.facts, self.op = node, facts, node.op_type
        self.real_taps = padding == "real"
        self.key = (domain_of(node), node.op_type)
        self.label = f"node {node.name or node.op_type}"
        self.attributes = {a.name: plain(a) for a in node.attribute}
        for name in filter(None, node.input):
            if name not in facts.shape and name not in facts.unknown:
                raise ShapeError(f"{self.label}: {name} is not defined")

    def get(self, name, default=None):
        return self.attributes.get(name, default)

    def has(self, i):
        return i < len(self.node.input) and self.node.input[i] != ""

    def shape(self, i):
        if not self.has(i):
            raise ShapeError(f"{self.label}: input {i} is missing")
        name = self.node.input[i]
        if name not in self.facts.shape:
            raise Unknown(f"{self.label}: the shape of {name} is not known: "
                          f"{self.facts.unknown[name]}")
        return self.facts.shape[name]

    def type(self, i):
        return self.facts.type.get(self.node.input[i]) if self.has(i) else None

    def known(self, i):
        """The numbers of an input, or None."""
        return self.facts.values.get(self.node.input[i]) if self.has(i) else None

    def values(self, i, what):
        values = self.known(i)
        if values is None:
            raise Unknown(f"{self.label}: {what} is not known")
        return values

    def setting(self, name, i):
        """An attribute in old operator sets that later became an input; None if not given."""
        return self.values(i, name) if self.has(i) else self.get(name)


def elements(shape):
    return prod(shape)


def broadcast(shapes):
    rank = max(len(s) for s in shapes)
    out = []
    for column in zip(*[(1,) * (rank - len(s)) + tuple(s) for s in shapes]):
        sizes = set(column) - {1}
        if len(sizes) > 1:
            raise ShapeError(f"shapes do not broadcast: {shapes}")
        out.append(sizes.pop() if sizes else 1)
    return tuple(out)
