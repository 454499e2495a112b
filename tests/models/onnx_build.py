"""A few lines to write ONNX graphs with, for the scripts beside this file.

    net = Net("mlp")
    x = net.input("x", ["batch", 12])
    net.output(net.gemm("/fc", x, (12, 10)), ["batch", 10])
    data = net.bytes()

Weights are initializers with a pattern of small numbers, or, where `fill` is asked for, come from
ConstantOfShape, so that a network of real size takes 3 to 50 kilobytes.
"""

import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
import onnx_wire as wire  # noqa: E402  (found through the line above)
from onnx_wire import Message  # noqa: E402

IR_VERSION = 7
OPSET = 13


def pattern(name, count):
    """`count` float32 between -1/4 and 1/4 that depend on the name only."""
    seed = zlib.crc32(name.encode())
    return struct.pack(f"<{count}f", *[((seed + 7919 * i) % 257 - 128) / 512 for i in range(count)])


def tensor(name, dims, data_type, raw_data):
    return Message("Tensor", dims=dims, data_type=data_type, name=name, raw_data=raw_data)


def product(dims):
    count = 1
    for extent in dims:
        count *= extent
    return count


def shape_of(dims):
    sizes = [Message("Dimension", dim_param=d) if isinstance(d, str) else
             Message("Dimension", dim_value=d) for d in dims]
    return Message("Shape", dim=sizes)


def value_info(name, dims, element_type=wire.FLOAT):
    tensor_type = Message("TensorType", elem_type=element_type, shape=shape_of(dims))
    return Message("ValueInfo", name=name, type=Message("Type", tensor_type=tensor_type))


def attribute(name, value):
    kinds = {float: ("f", wire.ATTRIBUTE_FLOAT), int: ("i", wire.ATTRIBUTE_INT),
             bytes: ("s", wire.ATTRIBUTE_STRING), list: ("ints", wire.ATTRIBUTE_INTS),
             Message: ("t", wire.ATTRIBUTE_TENSOR)}
    field, kind = kinds[type(value)]
    return Message("Attribute", name=name, type=kind, **{field: value})


class Net:
    def __init__(self, name, fill=False, opset=OPSET):
        self.graph = Message("Graph", name=name, node=[], initializer=[], input=[], output=[],
                             value_info=[])
        self.fill, self.shapes = fill, set()
        self.opsets = [Message("OperatorSet", domain="", version=opset)]

    def input(self, name, dims, element_type=wire.FLOAT):
        self.graph.input.append(value_info(name, dims, element_type))
        return name

    def update(self, op_type, name, inputs, dims):
        """An optimizer of ai.onnx.preview.training: new weight and two new states."""
        outputs = [f"{name}/{part}" for part in ("weight", "first", "second")]
        self.graph.node.append(Message("Node", input=inputs, output=outputs, name=name,
                                       op_type=op_type, domain="ai.onnx.preview.training"))
        for output in outputs:
            self.output(output, dims)

    def output(self, name, dims, element_type=wire.FLOAT):
        self.graph.output.append(value_info(name, dims, element_type))

    def declare(self, name, dims):
        self.graph.value_info.append(value_info(name, dims))

    def import_domain(self, domain, version):
        self.opsets.append(Message("OperatorSet", domain=domain, version=version))

    def integers(self, name, values):
        raw = struct.pack(f"<{len(values)}q", *values)
        self.graph.initializer.append(tensor(name, [len(values)], wire.INT64, raw))
        return name

    def weight(self, name, dims):
        if self.fill:
            return self.filled(name, dims)
        raw = pattern(name, product(dims))
        self.graph.initializer.append(tensor(name, dims, wire.FLOAT, raw))
        return name

    def filled(self, name, dims):
        shape = "shape_" + "x".join(map(str, dims))
        if shape not in self.shapes:
            self.shapes.add(shape)
            self.integers(shape, dims)
        self.graph.node.append(Message("Node", input=[shape], output=[name],
                                       op_type="ConstantOfShape"))
        return name

    def op(self, op_type, name, inputs, domain=None, **attributes):
        """A node of one output, whose name is the node's own."""
        fields = {"domain": domain} if domain else {}
        self.graph.node.append(Message(
            "Node", input=inputs, output=[name], name=name, op_type=op_type,
            attribute=[attribute(*item) for item in sorted(attributes.items())], **fields))
        return name

    def gemm(self, name, x, sizes):
        """A dense layer of sizes (inputs, outputs), with weight and bias named after it."""
        stem = name.strip("/").replace("/", ".")
        weight = self.weight(stem + ".weight", [sizes[1], sizes[0]])
        bias = self.weight(stem + ".bias", [sizes[1]])
        return self.op("Gemm", name, [x, weight, bias], transB=1)

    def conv(self, name, x, dims, stride=1, pad=0, group=1, bias=True):
        """A convolution with a square kernel; dims are those of its weight."""
        stem = name.strip("/").replace("/", ".")
        inputs = [x, self.weight(stem + ".weight", dims)]
        if bias:
            inputs.append(self.weight(stem + ".bias", dims[:1]))
        return self.op("Conv", name, inputs, group=group, kernel_shape=dims[2:], pads=[pad] * 4,
                       strides=[stride] * 2)

    def batch_norm(self, name, x, channels):
        stem = name.strip("/").replace("/", ".")
        parts = [self.weight(f"{stem}.{part}", [channels])
                 for part in ("scale", "bias", "mean", "variance")]
        return self.op("BatchNormalization", name, [x, *parts])

    def max_pool(self, name, x, kernel, stride, pad=0):
        return self.op("MaxPool", name, [x], kernel_shape=[kernel] * 2, pads=[pad] * 4,
                       strides=[stride] * 2)

    def model(self):
        return Message("Model", ir_version=IR_VERSION, producer_name="pfsday tests",
                       graph=self.graph, opset_import=self.opsets)

    def bytes(self):
        return wire.write(self.model())


def write_files(functions, folder):
    for function in functions:
        with open(os.path.join(folder, function.__name__ + ".onnx"), "wb") as file:
            file.write(function())


def check_files(functions, folder):
    for function in functions:
        path = os.path.join(folder, function.__name__ + ".onnx")
        with open(path, "rb") as file:
            if file.read() != function():
                sys.exit(f"{path} is not what {sys.argv[0]} writes")


def run(functions, folder, usage, more):
    """The command line of a script: write, check and what `more` maps to functions of a path."""
    command, *rest = sys.argv[1:] or ["help"]
    if command == "write" and len(rest) <= 1:
        write_files(functions, rest[0] if rest else folder)
    elif command == "check" and not rest:
        check_files(functions, folder)
    elif command in more and len(rest) == 1:
        more[command](rest[0])
    else:
        sys.exit(usage)
