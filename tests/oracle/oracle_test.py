#!/usr/bin/env python3
"""The loop counter against figures worked out by hand or printed in papers."""

import os
import sys
import unittest

import count_products
import onnx_wire
import shapes
import windows

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BINDINGS = {"batch": 3, "seq": 16}


def count(path):
    return count_products.count(os.path.join(PROJECT, path), BINDINGS)


class Counts(unittest.TestCase):
    # model, forward, data gradient, weight gradient, parameters
    CASES = [
        ("tests/models/mlp.onnx", 3 * (12 * 16 + 16 * 10), 3 * 160, 3 * (192 + 160), 208 + 170),
        # Four projections of 16 x 64 x 8; scores and mix of 16 x 16 x 8, twice each backward.
        ("tests/models/seq.onnx", 4 * 8192 + 2 * 2048, 8192 + 4 * 2048, 4 * 8192, 4 * 512),
        # 16 x 16 x 27 x 8, then 4 x 4 x 72 x 16, then 16 x 10.
        ("tests/models/cnn.onnx", 55296 + 18432 + 160, 18432 + 160, 55296 + 18432 + 160,
         216 + 16 + 1152 + 16 + 32 + 170),
        ("tests/models/residual.onnx", 2 * 512 + 128, 512 + 128, 2 * 512 + 128, 272 + 68),
        ("tests/models/tied.onnx", 2 * 768, 768, 2 * 768, 192),
        ("tests/models/shape_chain.onnx", 3 * (64 * 36 + 1280), 3 * 1280,
         3 * (64 * 36 + 1280), 1325),
        ("tests/models/external.onnx", 1 << 20, 0, 1 << 20, 1 << 19),
        ("tests/models/no_gradient.onnx", 64, 0, 0, 36),
        # The two-GPU form of 2012: 61.0 million parameters, 724 million multiply-adds.
        ("examples/alexnet.onnx", 724406816, 724406816 - 55 * 55 * 96 * 363, 724406816, 60965224),
        # The 50-layer form of 2015: 3.8e9 multiply-adds in table 1, 25.6 million parameters.
        ("examples/resnet50.onnx", 3857973248, 3857973248 - 112 * 112 * 64 * 147, 3857973248,
         25557032),
    ]

    def test_models(self):
        for path, *figures in self.CASES:
            with self.subTest(path):
                result = count(path)
                macs = [result["macs"][name] for name in count_products.PASSES]
                self.assertEqual([*macs, result["parameters"]["total"]], figures)


class Faults(unittest.TestCase):
    def test_graphs(self):
        for name in ("bad_matmul", "undefined", "cyclic", "unknown_op_untyped"):
            with self.subTest(name), self.assertRaises(shapes.ShapeError):
                count(f"tests/models/{name}.onnx")

    def test_bytes(self):
        with self.assertRaises(onnx_wire.WireError):
            count("tests/models/truncated.onnx")

    def test_unbound_dimension(self):
        with self.assertRaises(shapes.ShapeError):
            count_products.count(os.path.join(PROJECT, "tests/models/mlp.onnx"), {})


class Windows(unittest.TestCase):
    def test_starts(self):
        cases = [  # extent, kernel, stride, dilation, pads, ceil, starts
            (5, 3, 2, 1, (0, 0), False, [0, 2]),
            (6, 3, 2, 1, (0, 0), False, [0, 2]),
            (6, 3, 2, 1, (0, 0), True, [0, 2, 4]),
            (4, 3, 2, 1, (1, 1), False, [-1, 1]),
            (4, 2, 2, 1, (0, 0), True, [0, 2]),
            (2, 2, 3, 1, (0, 2), True, [0]),  # a window that starts behind the end is none
            (7, 3, 1, 2, (0, 0), False, [0, 1, 2]),
        ]
        for extent, kernel, stride, dilation, pads, ceil, starts in cases:
            with self.subTest(extent=extent, kernel=kernel, pads=pads, ceil=ceil):
                axis = windows.Axis(extent, kernel, stride, dilation, pads, ceil)
                self.assertEqual(axis.starts, starts)

    def test_same_pads(self):
        self.assertEqual(windows.same_pads(6, 3, 2, 1, upper=True), (0, 1))
        self.assertEqual(windows.same_pads(6, 3, 2, 1, upper=False), (1, 0))


class Wire(unittest.TestCase):
    def test_packed_and_unpacked_dims(self):
        packed = bytes([0x0A, 3, 2, 0xAC, 0x02])
        unpacked = bytes([0x08, 2, 0x08, 0xAC, 0x02])
        for data in (packed, unpacked):
            self.assertEqual(onnx_wire.read_message(data, "Tensor").dims, [2, 300])

    def test_round_trip(self):
        path = os.path.join(PROJECT, "tests/models/shape_chain.onnx")
        with open(path, "rb") as file:
            data = file.read()
        self.assertEqual(onnx_wire.write(onnx_wire.read(path)), data)

    def test_negative_integers(self):
        tensor = onnx_wire.Message("Tensor", dims=[2], data_type=onnx_wire.INT64)
        tensor.int64_data = [onnx_wire.varint(-1) + onnx_wire.varint(7)]
        self.assertEqual(onnx_wire.numbers(tensor), [-1, 7])


if __name__ == "__main__":
    sys.exit(unittest.main())
