"""Reads and writes the part of ONNX that the tests need, with nothing but the standard library.

    model = onnx_wire.read("cnn.onnx")           # a Message; the bytes of weights stay on disk
    print(model.graph.node[0].op_type)
    data = onnx_wire.write(model)

A message is a set of fields named as in onnx.proto. A field that is absent reads as the default of
protobuf: 0, "", an empty list, or None for a message. Fields that SCHEMA does not list are skipped.

The wire format (protobuf, "Encoding"): a message is a list of (key, payload), where the key is
number * 8 + wire type. Wire type 0 is a varint, 1 eight bytes, 2 a length and that many bytes,
5 four bytes. Repeated integers come packed (type 2) or one by one (type 0); we read both.
"""

import math
import mmap
import struct

# Kind of a field: "int", "float", "text", "bytes", "chunk" (a payload as it stands) or the name of
# a message; "*" marks it repeated.
SCHEMA = {
    "Model": {1: ("ir_version", "int"), 2: ("producer_name", "text"), 7: ("graph", "Graph"),
              8: ("opset_import", "*OperatorSet"), 25: ("functions", "*Function")},
    "Function": {1: ("name", "text"), 4: ("input", "*text"), 5: ("output", "*text"),
                 6: ("attribute", "*text"), 7: ("node", "*Node"),
                 9: ("opset_import", "*OperatorSet"), 10: ("domain", "text"),
                 11: ("attribute_proto", "*Attribute")},
    "OperatorSet": {1: ("domain", "text"), 2: ("version", "int")},
    "Graph": {1: ("node", "*Node"), 2: ("name", "text"), 5: ("initializer", "*Tensor"),
              11: ("input", "*ValueInfo"), 12: ("output", "*ValueInfo"),
              13: ("value_info", "*ValueInfo")},
    "Node": {1: ("input", "*text"), 2: ("output", "*text"), 3: ("name", "text"),
             4: ("op_type", "text"), 5: ("attribute", "*Attribute"), 7: ("domain", "text")},
    "Attribute": {1: ("name", "text"), 2: ("f", "float"), 3: ("i", "int"), 4: ("s", "bytes"),
                  5: ("t", "Tensor"), 6: ("g", "Graph"), 7: ("floats", "*chunk"),
                  8: ("ints", "*int"), 20: ("type", "int"), 21: ("ref_attr_name", "text")},
    # The data fields stay lists of undecoded chunks; text is skipped.
    "Tensor": {1: ("dims", "*int"), 2: ("data_type", "int"), 4: ("float_data", "*chunk"),
               5: ("int32_data", "*chunk"), 7: ("int64_data", "*chunk"), 8: ("name", "text"),
               9: ("raw_data", "bytes"), 10: ("double_data", "*chunk"),
               11: ("uint64_data", "*chunk"), 13: ("external_data", "*Entry"),
               14: ("data_location", "int")},
    "Sequence": {1: ("name", "text"), 3: ("tensor_values", "*Tensor")},
    "Entry": {1: ("key", "text"), 2: ("value", "text")},
    "ValueInfo": {1: ("name", "text"), 2: ("type", "Type")},
    "Type": {1: ("tensor_type", "TensorType"), 4: ("sequence_type", "ContainerType"),
             9: ("optional_type", "ContainerType")},
    "ContainerType": {1: ("elem_type", "Type")},
    "TensorType": {1: ("elem_type", "int"), 2: ("shape", "Shape")},
    "Shape": {1: ("dim", "*Dimension")},
    "Dimension": {1: ("dim_value", "int"), 2: ("dim_param", "text")},
}
DEFAULTS = {"int": 0, "float": 0.0, "text": "", "bytes": b""}

FLOAT, UINT8, INT8, UINT16, INT16, INT32, INT64, STRING, BOOL = range(1, 10)
FLOAT16, DOUBLE, UINT32, UINT64, BFLOAT16 = 10, 11, 12, 13, 16
ATTRIBUTE_FLOAT, ATTRIBUTE_INT, ATTRIBUTE_STRING, ATTRIBUTE_TENSOR = 1, 2, 3, 4
ATTRIBUTE_GRAPH, ATTRIBUTE_FLOATS, ATTRIBUTE_INTS = 5, 6, 7
# How one element is packed in raw_data, by element type.
RAW_FORMAT = {FLOAT: "f", DOUBLE: "d", BOOL: "B", UINT8: "B", INT8: "b",
              UINT16: "H", INT16: "h", UINT32: "I", INT32: "i", UINT64: "Q", INT64: "q"}
EXTERNAL = 1
MAX_DECODED_BYTES = 65536


class WireError(Exception):
    """The bytes are not the message they claim to be."""


class Message:
    """Fields by name; what is absent reads as its default. `given` names those that are present."""

    def __init__(self, kind, **fields):
        self.kind, self.given = kind, set(fields)
        names = {name for name, _ in SCHEMA[kind].values()}
        if not names.issuperset(fields):
            raise AttributeError(f"{kind} has no field {sorted(set(fields) - names)}")
        for name, field_kind in SCHEMA[kind].values():
            default = [] if field_kind[0] == "*" else DEFAULTS.get(field_kind)
            setattr(self, name, fields.get(name, default))


def read_varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise WireError(f"a number is cut at byte {at}")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def to_signed(value):
    return value - (1 << 64) if value >> 63 else value


def read_payload(data, at, wire_type):
    if wire_type == 0:
        return read_varint(data, at)
    if wire_type not in (1, 2, 5):
        raise WireError(f"wire type {wire_type} at byte {at}")
    size = {1: 8, 5: 4}.get(wire_type)
    if size is None:
        size, at = read_varint(data, at)
    if size > len(data) - at:
        raise WireError(f"{size} bytes announced at byte {at}, {len(data) - at} left")
    return data[at:at + size], at + size


def read_packed(chunk):
    at, values = 0, []
    while at < len(chunk):
        value, at = read_varint(chunk, at)
        values.append(to_signed(value))
    return values


def convert(payload, wire_type, kind):
    if kind == "chunk":
        return payload
    if wire_type != {"int": 0, "float": 5}.get(kind, 2):
        raise WireError(f"wire type {wire_type} where a field is of kind {kind}")
    if kind == "int":
        return to_signed(payload)
    if kind == "float":
        return struct.unpack("<f", payload)[0]
    if kind == "text":
        return bytes(payload).decode("utf-8")
    return payload if kind == "bytes" else read_message(payload, kind)


def store(message, name, kind, payload, wire_type):
    message.given.add(name)
    if kind[0] != "*":
        setattr(message, name, convert(payload, wire_type, kind))
    elif kind == "*int" and wire_type == 2:
        getattr(message, name).extend(read_packed(payload))
    else:
        getattr(message, name).append(convert(payload, wire_type, kind[1:]))


def read_message(data, kind):
    message, at = Message(kind), 0
    while at < len(data):
        key, at = read_varint(data, at)
        payload, at = read_payload(data, at, key & 7)
        if key >> 3 in SCHEMA[kind]:
            name, field_kind = SCHEMA[kind][key >> 3]
            store(message, name, field_kind, payload, key & 7)
    return message


def read(path):
    """The Model in a file. The file is mapped: a weight that nobody looks at is never read."""
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return read_message(memoryview(mapped), "Model")


def unpack(format_letter, data):
    return list(struct.unpack(f"<{len(data) // struct.calcsize(format_letter)}{format_letter}",
                              data))


def read_floats(chunks, format_letter="f"):
    """The numbers of a repeated float or double field, packed or one by one."""
    return [value for chunk in chunks for value in unpack(format_letter, chunk)]


def read_integers(chunks):
    values = []
    for chunk in chunks:
        values += [to_signed(chunk)] if isinstance(chunk, int) else read_packed(chunk)
    return values


def numbers(tensor):
    """The values of a small tensor of numbers, or None where they are not such or not here."""
    letter, dims = RAW_FORMAT.get(tensor.data_type), tensor.dims
    if letter is None or tensor.data_location == EXTERNAL or len(dims) > 8:
        return None
    count = math.prod(dims)
    if not 0 <= count * struct.calcsize(letter) <= MAX_DECODED_BYTES:
        return None
    if len(tensor.raw_data):
        values = unpack(letter, tensor.raw_data)
    elif tensor.float_data or tensor.double_data:
        values = read_floats(tensor.float_data) + read_floats(tensor.double_data, "d")
    else:
        values = read_integers(tensor.int32_data + tensor.int64_data + tensor.uint64_data)
    return values if len(values) == count else None


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, payload):
    """One field of wire type 2."""
    return varint(number * 8 + 2) + varint(len(payload)) + bytes(payload)


def write_field(number, kind, value):
    if kind == "int":
        return varint(number * 8) + varint(value)
    if kind == "float":
        return varint(number * 8 + 5) + struct.pack("<f", value)
    if kind == "text":
        return field(number, value.encode("utf-8"))
    return field(number, write(value) if isinstance(value, Message) else value)


def write(message):
    """The bytes of a message: the fields that were given, in the order of their numbers."""
    out = bytearray()
    for number, (name, kind) in sorted(SCHEMA[message.kind].items()):
        if name not in message.given:
            continue
        value = getattr(message, name)
        if kind == "*int":
            out += field(number, b"".join(varint(v) for v in value))
        elif kind[0] == "*":
            out += b"".join(write_field(number, kind[1:], v) for v in value)
        else:
            out += write_field(number, kind, value)
    return bytes(out)
