"""A few lines to write ONNX graphs with, for the tests of the loop counter.

    model = graphs.model([graphs.node("MatMul", ["a", "b"], ["y"])],
                         [graphs.value("a", (2, 3)), graphs.value("b", (3, 4))])
"""

import struct

import onnx_wire as wire
from onnx_wire import Message

OPSETS = [("", 23), ("com.microsoft", 1), ("local", 1)]
LETTERS = {wire.INT64: "q", wire.FLOAT: "f", wire.BOOL: "?"}


def tensor(name, dims, values, element_type=wire.INT64):
    raw = struct.pack(f"<{len(values)}{LETTERS[element_type]}", *values)
    return Message("Tensor", name=name, dims=list(dims), data_type=element_type, raw_data=raw)


def truth(name, value):
    return tensor(name, [], [value], wire.BOOL)


def value(name, dims=None, element_type=wire.FLOAT):
    """A value that is declared; without dims its shape is not, and a size of None is open."""
    kind = Message("TensorType", elem_type=element_type)
    if dims is not None:
        kind = Message("TensorType", elem_type=element_type, shape=Message("Shape", dim=[
            Message("Dimension", **({} if size is None else {"dim_value": size}))
            for size in dims]))
    return Message("ValueInfo", name=name, type=Message("Type", tensor_type=kind))


def attribute(name, given):
    if isinstance(given, str):
        return Message("Attribute", name=name, type=wire.ATTRIBUTE_STRING, s=given.encode())
    if isinstance(given, int):
        return Message("Attribute", name=name, type=wire.ATTRIBUTE_INT, i=given)
    if isinstance(given, Message):
        kind, field = {"Tensor": (wire.ATTRIBUTE_TENSOR, "t"),
                       "Graph": (wire.ATTRIBUTE_GRAPH, "g")}[given.kind]
        return Message("Attribute", name=name, type=kind, **{field: given})
    return Message("Attribute", name=name, type=wire.ATTRIBUTE_INTS, ints=list(given))


def node(op, inputs, outputs, domain="", **attributes):
    return Message("Node", op_type=op, input=inputs, output=outputs, domain=domain,
                   attribute=[attribute(*item) for item in attributes.items()])


def graph(nodes, inputs=(), outputs=(), held=()):
    return Message("Graph", name="graph", node=nodes, input=list(inputs), initializer=list(held),
                   output=[value(name) for name in outputs])


def model(nodes, inputs, outputs=("y",), held=(), functions=()):
    opsets = [Message("OperatorSet", domain=domain, version=version) for domain, version in OPSETS]
    return Message("Model", ir_version=10, graph=graph(nodes, inputs, outputs, held),
                   opset_import=opsets, functions=list(functions))
