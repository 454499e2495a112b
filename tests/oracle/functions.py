"""Model-local functions, written out where they are called.

    functions.expand(model)     # afterwards no node of model.graph calls a function of the model
"""

from onnx_wire import Message
from shapes import ShapeError

DEEPEST = 100


def copied(message, **changes):
    fields = {name: getattr(message, name) for name in message.given}
    return Message(message.kind, **{**fields, **changes})


def bound_attributes(node, given):
    """The attributes of a node in a function: a reference takes what the caller gave, if it did."""
    out = []
    for attribute in node.attribute:
        if not attribute.ref_attr_name:
            out.append(attribute)
        elif attribute.ref_attr_name in given:
            out.append(copied(given[attribute.ref_attr_name], name=attribute.name))
    return out


class Expansion:
    def __init__(self, model):
        self.functions = {(f.domain, f.name): f for f in model.functions}
        self.calls = 0

    def graph(self, graph, rename, given, depth):
        named = {field: [copied(v, name=rename(v.name)) for v in getattr(graph, field)]
                 for field in ("initializer", "input", "output", "value_info")}
        return copied(graph, node=self.nodes(graph.node, rename, given, depth), **named)

    def nodes(self, nodes, rename, given, depth):
        """The nodes with their values renamed, and with calls written out."""
        out = []
        for node in nodes:
            attributes = [
                copied(a, g=self.graph(a.g, rename, given, depth)) if a.g else a
                for a in bound_attributes(node, given)]
            node = copied(node, input=[rename(name) for name in node.input],
                          output=[rename(name) for name in node.output], attribute=attributes)
            function = self.functions.get((node.domain, node.op_type))
            out += [node] if function is None else self.call(node, function, depth + 1)
        return out

    def call(self, node, function, depth):
        if depth > DEEPEST:
            raise ShapeError(f"function {function.name} calls others too deep")
        self.calls += 1
        prefix = f"{node.name or function.name}#{self.calls}/"
        outer = dict(zip(function.input, node.input))
        outer.update((inner, name) for inner, name in zip(function.output, node.output) if name)
        defaults = {a.name: a for a in function.attribute_proto}
        given = {**defaults, **{a.name: a for a in node.attribute}}

        def rename(name):
            return outer.get(name, "" if name in function.input else prefix + name) if name else ""
        return self.nodes(function.node, rename, given, depth)


def expand(model):
    if model.functions:
        expansion = Expansion(model)
        model.graph = expansion.graph(model.graph, lambda name: name, {}, 0)
