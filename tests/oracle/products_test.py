#!/usr/bin/env python3
"""The multiply-adds of each product operator, of bodies and of functions, worked out by hand."""

import glob
import json
import os
import random
import sys
import unittest
from unittest import mock

import cases
import compare_folder
import count_products
import functions
import graphs
import inference
import onnx_wire as wire
import products
import shapes
import windows
from cases import OPEN, around, loop, one_node, product_of
from graphs import node

EXPORTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "exports")
TEST_DATA = "/usr/share/libonnx-testdata/data"


def forward(model, padding="window", bindings=None):
    return count_products.count_model(model, bindings or {}, padding=padding)


class Cases(unittest.TestCase):
    def test_counts(self):
        for name, model, macs in cases.every_model():
            with self.subTest(name):
                self.assertEqual(forward(model), macs)

    def test_every_operator_has_a_case(self):
        self.assertEqual({case[:2] for case in cases.OPERATORS}, set(products.PRODUCTS))

    def test_operands_that_disagree(self):
        for op, operands in (("Gemm", [(2, 3), (4, 5)]), ("Conv", [(1, 3, 4), (3, 2, 3)]),
                             ("ConvTranspose", [(1, 3, 4), (2, 2, 3)]),
                             ("GRU", [(6, 3, 2), (1, 8, 2), (1, 8, 4)])):
            with self.subTest(op), self.assertRaises(shapes.ShapeError):
                forward(one_node(op, operands))


class Padding(unittest.TestCase):
    def test_convolution(self):
        # Three windows of 3 over 3 numbers and a pad on each side: 2 + 3 + 2 taps are real.
        model = one_node("Conv", [(1, 1, 3), (1, 1, 3)], pads=[1, 1])
        self.assertEqual((forward(model), forward(model, "real")), (9, 7))

    def test_transposed_convolution(self):
        # Three windows of 3 cover 5 outputs, of which one on each side is cropped: 2 taps less.
        model = one_node("ConvTranspose", [(1, 1, 3), (1, 1, 3)], pads=[1, 1])
        self.assertEqual((forward(model), forward(model, "real")), (9, 7))

    def test_sizes_of_a_transposed_convolution(self):
        cases = [({}, 5), ({"strides": [2]}, 7), ({"strides": [2], "output_padding": [1]}, 8),
                 ({"strides": [2], "output_shape": [5]}, 5), ({"dilations": [2]}, 7),
                 ({"strides": [2], "auto_pad": "SAME_UPPER"}, 6), ({"pads": [1, 0]}, 4)]
        for attributes, extent in cases:
            with self.subTest(attributes):
                facts = inference.infer(
                    one_node("ConvTranspose", [(1, 1, 3), (1, 1, 3)], **attributes), {})
                self.assertEqual(facts.shape["y"], (1, 1, extent))


class LoopsAndProducts(unittest.TestCase):
    """Large sizes are multiplied instead of walked: both give the same on small ones."""

    def both_ways(self, model):
        facts = inference.infer(model, {})
        view = shapes.NodeView(model.graph.node[0], facts)
        count = products.PRODUCTS[view.key]
        with mock.patch.object(products, "WALKED_AT_MOST", 0), \
                mock.patch.object(windows, "WALKED_AT_MOST", 0):
            multiplied = count(view)
        return count(view), multiplied

    def test_random_convolutions(self):
        draw = random.Random(7)
        for _ in range(60):
            rank, groups = draw.randint(1, 3), draw.randint(1, 3)
            kernel = [draw.randint(1, 3) for _ in range(rank)]
            settings = {"group": groups, "strides": [draw.randint(1, 3) for _ in kernel],
                        "dilations": [draw.randint(1, 2) for _ in kernel],
                        "pads": [draw.randint(0, 1) for _ in 2 * kernel]}
            x = (draw.randint(1, 3), 2 * groups, *[draw.randint(5, 9) for _ in kernel])
            op, weight = draw.choice([("Conv", (groups * draw.randint(1, 3), 2)),
                                      ("ConvTranspose", (2 * groups, draw.randint(1, 3)))])
            model = one_node(op, [x, (*weight, *kernel)], **settings)
            with self.subTest(op, x=x, kernel=kernel, settings=settings):
                walked, multiplied = self.both_ways(model)
                self.assertEqual(walked, multiplied)
                self.assertGreater(walked[0], 0)

    def test_random_matrices(self):
        draw = random.Random(11)
        for _ in range(60):
            m, k, n = [draw.randint(1, 9) for _ in range(3)]
            batch = [draw.randint(1, 3) for _ in range(draw.randint(0, 2))]
            walked, multiplied = self.both_ways(one_node("MatMul", [(*batch, m, k), (k, n)]))
            self.assertEqual(walked, multiplied)
            self.assertEqual(walked[0], m * k * n * shapes.elements(batch))


class Bodies(unittest.TestCase):
    BODY = [product_of("x", "z")]

    def test_bound_condition(self):
        self.assertEqual(forward(around([cases.branches("open")], OPEN), bindings={"open": 1}), 24)

    def test_bound_trips(self):
        model = around([loop(self.BODY, "given")], graphs.value("given", (), wire.INT64))
        self.assertEqual(forward(model, bindings={"given": 7}), 7 * 24)

    def test_one_run_for_all_trips_equals_a_run_for_each(self):
        with mock.patch.object(inference, "UNROLLED_AT_MOST", 0):
            self.assertEqual(forward(around([loop(self.BODY, "trips")])), 5 * 24)

    def test_condition_alone_ends_a_loop(self):
        body = [*self.BODY, node("Less", ["i", "three"], ["more"])]
        self.assertEqual(forward(around([loop(body, "", "more")])), 4 * 24)

    def test_trips_that_nobody_knows(self):
        trips = graphs.value("given", (), wire.INT64)
        for unknown in (loop(self.BODY, "given"), loop(self.BODY, "", "open")):
            with self.assertRaises(shapes.Unknown):
                forward(around([unknown], OPEN, trips))

    def test_gradients_are_refused(self):
        model = around([loop(self.BODY, "trips")])
        with mock.patch.object(wire, "read", lambda path: model), \
                self.assertRaises(shapes.ShapeError):
            count_products.count("a loop", {})

    def test_function_that_calls_itself(self):
        model = graphs.model([node("self", ["x"], ["y"], "local")], cases.GIVEN, functions=[
            cases.function("self", ["a"], ["b"], [node("self", ["a"], ["b"], "local")])])
        with self.assertRaises(shapes.ShapeError):
            functions.expand(model)


class UnknownOperators(unittest.TestCase):
    def test_of_other_domains(self):
        nodes = [node("Strange", ["x"], ["y"], "nobody")]
        branch = graphs.graph(nodes, (), ["y"])
        for tried in (nodes, [node("If", ["x"], ["y"], then_branch=branch, else_branch=branch)]):
            with self.assertRaises(shapes.Unknown):
                forward(around(tried))

    def test_matter_only_before_a_product(self):
        model = around([node("SequenceAt", ["x"], ["z"]), product_of("x", "y")])
        self.assertEqual(forward(model), 24)
        model.graph.node[1].input[0] = "z"
        with self.assertRaises(shapes.Unknown):
            forward(model)


class Exports(unittest.TestCase):
    """The networks of tests/exports, against what torch says of them."""

    IN_BODIES = {"branches", "steps"}
    EXCEPTIONS = {
        "llama": "torch 1.13 exports a repeat with a Reshape that moves sizes to other axes",
        "until": "as often as an input says, which its runs do not bind",
        "restoration": "its group normalization has a scale and shift of constants, not of torch",
    }

    def compare(self, name, run, parameters):
        path, options = os.path.join(EXPORTS, name + ".onnx"), run["options"]
        macs = run["products"]
        self.assertEqual(count_products.count_forward(path, run["bind"]), macs["forward"])
        if name in self.IN_BODIES:
            return
        trainable = options[options.index("--trainable") + 1] if "--trainable" in options else "*"
        counted = count_products.count(path, run["bind"], trainable=trainable,
                                       input_gradient="--input-gradient" in options)
        self.assertEqual(counted["macs"], {key: macs[key] for key in count_products.PASSES})
        self.assertEqual(counted["parameters"]["total"], parameters)

    def test_figures_of_torch(self):
        with open(os.path.join(EXPORTS, "expected.json"), encoding="utf-8") as file:
            exports = json.load(file)["exports"]
        for name, export in exports.items():
            for run in export["runs"] if name not in self.EXCEPTIONS else []:
                if "differs" not in run:
                    with self.subTest(name, bind=run["bind"], options=run["options"]):
                        self.compare(name, run, export["parameters"])


class Faults(unittest.TestCase):
    """What the comparison of a folder holds against the program."""

    CASES = [
        ("the same", {"uncounted": [], "macs": {"forward": 24}}, ""),
        ("another figure", {"uncounted": [], "macs": {"forward": 25}}, "25, but 24 by loops"),
        ("a product left out", {"uncounted": [{"op": "GRU"}], "macs": {"forward": 24}},
         "uncounted: GRU, 24 by loops"),
        ("something else left out", {"uncounted": [{"op": "TfIdf"}], "macs": {"forward": 24}}, ""),
        ("no document", "error[PFD209]", "no figure: error[PFD209]"),
    ]

    def test_documents(self):
        for name, document, fault in self.CASES:
            with self.subTest(name):
                self.assertEqual(compare_folder.fault_of(document, 24), fault)


@unittest.skipUnless(os.path.isdir(TEST_DATA), f"no {TEST_DATA}")
class ShapesOfTestData(unittest.TestCase):
    """The stored outputs have the shapes that are inferred here from the stored inputs."""

    def test_outputs(self):
        compared = 0
        for path in glob.glob(f"{TEST_DATA}/*/*/model.onnx"):
            model = wire.read(path)
            facts = inference.infer(model, {}, compare_folder.stored_tensors(path, "input"))
            for name, tensor in compare_folder.stored_tensors(path, "output").items():
                if name in facts.shape:
                    compared += 1
                    self.assertEqual(facts.shape[name], tuple(tensor.dims), f"{path}: {name}")
        self.assertGreater(compared, 1000)


if __name__ == "__main__":
    sys.exit(unittest.main())
