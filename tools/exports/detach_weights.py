"""Moves the weights of an ONNX file out to a data file that is not kept.

    small = detach_weights.detach(exported_bytes, "vit.data")

Each float tensor of more than LIMIT bytes becomes a reference to its place in that data file, as
the external data of ONNX has it. Integers and small tensors stay: shapes are steered by them. All
other fields are copied as they stand, known or not.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests",
                                "oracle"))
import onnx_wire as wire  # noqa: E402  (found through the line above)
from onnx_wire import Message  # noqa: E402

LIMIT = 256
FLOATS = (wire.FLOAT, wire.FLOAT16, wire.DOUBLE, wire.BFLOAT16)

# The fields of each message that lead to tensors: number to the message it holds.
PATHS = {
    "Model": {7: "Graph", 25: "Function"},
    "Graph": {1: "Node", 5: "Tensor"},
    "Function": {7: "Node"},
    "Node": {5: "Attribute"},
    "Attribute": {5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph"},
}
# Free text that tells nothing of the network: the source lines of a node.
DROPPED = {("Node", 6)}


class Detacher:
    def __init__(self, location):
        self.location, self.offset = location, 0

    def tensor(self, data):
        tensor = wire.read_message(data, "Tensor")
        size = len(tensor.raw_data)
        if size <= LIMIT or tensor.data_type not in FLOATS:
            return bytes(data)
        entries = [("location", self.location), ("offset", str(self.offset)), ("length", str(size))]
        self.offset += size
        return wire.write(Message(
            "Tensor", dims=tensor.dims, data_type=tensor.data_type, name=tensor.name,
            external_data=[Message("Entry", key=key, value=value) for key, value in entries],
            data_location=wire.EXTERNAL))

    def message(self, data, kind):
        if kind == "Tensor":
            return self.tensor(data)
        out, at = bytearray(), 0
        while at < len(data):
            start = at
            key, at = wire.read_varint(data, at)
            payload, at = wire.read_payload(data, at, key & 7)
            if (kind, key >> 3) in DROPPED:
                continue
            inner = PATHS[kind].get(key >> 3)
            out += wire.field(key >> 3, self.message(payload, inner)) if inner else data[start:at]
        return bytes(out)


def detach(data, location):
    """The bytes of the model without its weights."""
    return Detacher(location).message(memoryview(data), "Model")
