#!/usr/bin/env python3
"""Writes the TFLite files that the golden tests and the fuzz target read: a small quantized network,
and files that are broken. The encoder is as plain as the format allows: one vtable for each table.

    write_tflite.py            write what differs
    write_tflite.py check      exit 1 if a file is not what this program writes
"""

import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent.parent / "fuzz" / "corpus" / "tflite"
F32, I32, BOOL, I8 = 0, 2, 6, 9


class Vector(list):
    """Of numbers, packed as `form`, or of tables."""

    def __init__(self, form, items=()):
        super().__init__(items)
        self.form = form


def encode(root, identifier):
    """root: a table, {field number: value}: an int with its form, a text, a vector or a table."""
    out = bytearray(4) + identifier

    def align(size):
        out.extend(bytes(-len(out) % size))

    def put(value):
        if isinstance(value, dict):
            return put_table(value)
        align(8)
        at = len(out)
        if isinstance(value, str):
            out.extend(struct.pack("<I", len(value)) + value.encode() + b"\0")
            return at
        out.extend(struct.pack("<I", len(value)))
        if value.form is None:
            out.extend(bytes(4 * len(value)))
            for i, item in enumerate(value):
                link(at + 4 + 4 * i, put(item))
        else:
            if struct.calcsize(value.form) == 8:
                raise ValueError("elements of 8 bytes are not aligned here")
            out.extend(struct.pack(f"<{len(value)}{value.form}", *value))
        return at

    def link(at, to):
        struct.pack_into("<I", out, at, to - at)

    def put_table(table):
        fields = [table.get(i) for i in range(max(table, default=-1) + 1)]
        offsets, size, scalars = [], 4, []
        for value in fields:
            if value is None:
                offsets.append(0)
                continue
            form = value[1] if isinstance(value, tuple) else "I"
            width = struct.calcsize(form)
            size += -size % width
            offsets.append(size)
            scalars.append((size, form, value))
            size += width
        align(4)
        vtable = len(out)
        out.extend(struct.pack(f"<HH{len(offsets)}H", 4 + 2 * len(offsets), size, *offsets))
        align(8)
        at = len(out)
        out.extend(struct.pack("<i", at - vtable) + bytes(size - 4))
        for offset, form, value in scalars:
            if isinstance(value, tuple):
                struct.pack_into("<" + form, out, at + offset, value[0])
            else:
                link(at + offset, put(value))
        return at

    struct.pack_into("<I", out, 0, put_table(root))
    return bytes(out)


def tensor(name, shape, kind=F32, buffer=0, scale=None, variable=False):
    table = {0: Vector("i", shape), 1: (kind, "b"), 2: (buffer, "I"), 3: name}
    if scale is not None:
        table[4] = {2: Vector("f", [scale])}
    if variable:
        table[5] = (1, "B")
    return table


def operator(code, inputs, outputs, options):
    return {0: (code, "I"), 1: Vector("i", inputs), 2: Vector("i", outputs), 4: options}


def graph(tensors, inputs, outputs, operators):
    return {0: Vector(None, tensors), 1: Vector("i", inputs), 2: Vector("i", outputs),
            3: Vector(None, operators)}


def model(codes, graphs, buffers):
    code_tables = [{3: (code, "i")} if isinstance(code, int) else {1: code, 3: (32, "i")}
                   for code in codes]
    buffer_tables = [{0: Vector("B", data)} if data else {} for data in buffers]
    return encode({0: (3, "I"), 1: Vector(None, code_tables), 2: Vector(None, graphs),
                   4: Vector(None, buffer_tables)}, b"TFL3")


ADD, CONV, DENSE, RESHAPE, SOFTMAX, CALL, WHILE = 0, 3, 9, 22, 25, 31, 119

SMALL = model(
    [CONV, RESHAPE, DENSE, SOFTMAX, "Warp"],
    [graph([tensor("image", (1, 8, 8, 3), I8, 0, 0.5), tensor("conv/w", (4, 3, 3, 3), I8, 1, 0.25),
            tensor("conv/b", (4,), I32, 2), tensor("conv", (1, 4, 4, 4), I8, 0, 0.5),
            tensor("flat", (1, 64), I8, 0, 0.5), tensor("dense/w", (10, 64), I8, 3, 0.25),
            tensor("dense", (1, 10), I8, 0, 0.5), tensor("probabilities", (1, 10), I8, 0, 1 / 256),
            tensor("warped", (1, 10), I8, 0, 0.5)],
           [0], [7, 8],
           [operator(0, [0, 1, 2], [3], {0: (0, "b"), 1: (2, "i"), 2: (2, "i"), 3: (1, "b")}),
            operator(1, [3], [4], {0: Vector("i", [1, 64])}),
            operator(2, [4, 5, -1], [6], {}),
            operator(3, [6], [7], {0: (1.0, "f")}),
            operator(4, [6], [8], {})])],
    [[], [1] * 108, [0] * 16, [2] * 640])


def loop(body):
    """WHILE over graph 1 as the condition and `body`."""
    x = (2, 3)
    return model([WHILE, ADD, CALL, 58],
                 [graph([tensor("x", x), tensor("y", x)], [0], [1],
                        [operator(0, [0], [1], {0: (1, "i"), 1: (body, "i")})]),
                  graph([tensor("x", x), tensor("less", x, BOOL)], [0], [1],
                        [operator(3, [0, 0], [1], {})]),
                  graph([tensor("x", x), tensor("sum", x)], [0], [1],
                        [operator(1, [0, 0], [1], {0: (0, "b")})]),
                  graph([tensor("x", x), tensor("again", x)], [0], [1],
                        [operator(2, [0], [1], {0: (3, "i")})])],
                 [[]])


FILES = {
    HERE / "small.tflite": SMALL,
    HERE / "loop.tflite": loop(2),
    HERE / "cyclic.tflite": loop(3),
    HERE / "cut.tflite": SMALL[:len(SMALL) // 2],
    CORPUS / "small": SMALL,
    CORPUS / "loop": loop(2),
    CORPUS / "cyclic": loop(3),
    CORPUS / "cut": SMALL[:len(SMALL) - 40],
}


def main():
    differing = [path for path, content in FILES.items()
                 if not path.exists() or path.read_bytes() != content]
    if sys.argv[1:] == ["check"]:
        for path in differing:
            print(f"{path}: not what write_tflite.py writes", file=sys.stderr)
        return 1 if differing else 0
    for path in differing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(FILES[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())
