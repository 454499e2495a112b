#!/usr/bin/env python3
"""The multiply-adds of each product operator, of bodies and of functions, worked out by hand."""

import glob
import os
import random
import sys
import unittest
from unittest import mock

import compare_folder
import count_products
import functions
import graphs
import inference
import onnx_wire as wire
import products
import shapes
import windows
from graphs import node

TEST_DATA = "/usr/share/libonnx-testdata/data"
MICROSOFT = "com.microsoft"


def forward(model, padding="window", bindings=None):
    return count_products.count_model(model, bindings or {}, padding=padding)


def one_node(op, operands, domain="", **attributes):
    """A model of one node; an operand without a shape is left out."""
    names = [f"x{i}" if dims is not None else "" for i, dims in enumerate(operands)]
    given = {name: dims for name, dims in zip(names, operands) if name}
    return graphs.model([node(op, names, ["y"], domain, **attributes)], given)


class Operators(unittest.TestCase):
    # domain, operator, shapes of the operands, attributes, multiply-adds
    CASES = [
        ("", "Conv", [(1, 2, 4), (3, 2, 3)], {}, 2 * 3 * 2 * 3),
        ("", "Conv", [(1, 4, 5, 5), (4, 1, 3, 3)], {"group": 4, "strides": [2, 2]}, 4 * 4 * 9),
        ("", "ConvInteger", [(1, 1, 3, 3), (1, 1, 2, 2)], {}, 4 * 4),
        ("", "QLinearConv", [(1, 1, 7, 7), (), (), (1, 1, 1, 1), (), (), (), ()], {}, 49),
        # 30 x 2 input positions, each a 4 x 8 matrix at each of 4 taps
        ("", "ConvTranspose", [(1, 4, 30, 2), (4, 8, 2, 2)], {"strides": [2, 2]}, 7680),
        ("", "ConvTranspose", [(2, 4, 3), (4, 1, 2)], {"group": 2}, 2 * 3 * 2 * 4),
        # 2 x 2 outputs of 3 channels, from 2 channels at 4 samples
        ("", "DeformConv", [(1, 2, 3, 3), (3, 2, 2, 2), (1, 8, 2, 2)], {}, 4 * 3 * 2 * 4),
        ("", "MatMul", [(2, 3), (3, 5)], {}, 30),
        ("", "MatMul", [(4, 1, 2, 3), (5, 3, 2)], {}, 4 * 5 * 12),
        ("", "MatMul", [(3,), (2, 3, 5)], {}, 2 * 15),
        ("", "MatMulInteger", [(4, 3), (3, 2)], {}, 24),
        ("", "QLinearMatMul", [(2, 4), (), (), (4, 3), (), (), (), ()], {}, 24),
        ("", "Gemm", [(3, 2), (5, 3)], {"transA": 1, "transB": 1}, 30),
        ("", "Einsum", [(3, 2, 5), (3, 5, 7)], {"equation": "bij, bjk -> bik"}, 3 * 2 * 5 * 7),
        ("", "Einsum", [(3, 4)], {"equation": "ij->i"}, 0),
        ("", "Einsum", [(2, 3), (3, 4)], {"equation": "ij,jk"}, 24),
        ("", "Einsum", [(6, 2, 3), (3, 4)], {"equation": "...ij,jk->...ik"}, 6 * 24),
        # i is summed away first, which multiplies nothing
        ("", "Einsum", [(2, 3), (3, 4)], {"equation": "ij,jk->k"}, 12),
        # ij,jk->ik is 2 x 3 x 4; ik,kl->il is 2 x 4 x 5
        ("", "Einsum", [(2, 3), (3, 4), (4, 5)], {"equation": "ij,jk,kl->il"}, 24 + 40),
        # an outer product of 6 numbers, then each of them with 2 that are contracted
        ("", "Einsum", [(2,), (3,), (2, 3, 4)], {"equation": "i,j,ijk->k"}, 6 + 24),
        # 6 steps of a batch of 3: 2 to 4, and 4 to 4
        ("", "RNN", [(6, 3, 2), (1, 4, 2), (1, 4, 4)], {}, 6 * 3 * (8 + 16)),
        ("", "GRU", [(3, 6, 2), (1, 12, 2), (1, 12, 4)], {"layout": 1}, 18 * 3 * 24),
        ("", "LSTM", [(6, 3, 2), (2, 16, 2), (2, 16, 4)], {"direction": "bidirectional"},
         2 * 18 * 4 * 24),
        # 2 examples, 3 heads, 4 queries, 5 keys; scores of size 6 and values of size 7
        ("", "Attention", [(2, 3, 4, 6), (2, 3, 5, 6), (2, 3, 5, 7)], {}, 6 * 20 * (6 + 7)),
        ("", "Attention", [(1, 4, 6), (1, 4, 3), (1, 4, 3)],
         {"q_num_heads": 2, "kv_num_heads": 1, "is_causal": 1}, 2 * 10 * (3 + 3)),
        # without a past, query i sees keys 0 to i
        ("", "Attention", [(1, 1, 2, 8), (1, 1, 4, 8), (1, 1, 4, 8)], {"is_causal": 1}, 3 * 16),
        # 2 keys and values of the past: 3 and 4 keys are seen
        ("", "Attention", [(1, 1, 2, 8), (1, 1, 2, 8), (1, 1, 2, 8), None, (1, 1, 2, 8),
                           (1, 1, 2, 8)], {"is_causal": 1}, 7 * 16),
        (MICROSOFT, "Attention", [(1, 4, 6), (6, 18), (18,)], {"num_heads": 2},
         4 * 6 * 18 + 2 * 16 * 6),
        (MICROSOFT, "Attention", [(1, 4, 6), (6, 16), (16,), None, (2, 1, 2, 3, 3)],
         {"num_heads": 2, "unidirectional": 1, "qkv_hidden_sizes": [6, 6, 4]},
         4 * 6 * 16 + 2 * (4 + 5 + 6 + 7) * (3 + 2)),
        (MICROSOFT, "QAttention", [(1, 4, 6), (6, 18), (18,), (), ()], {"num_heads": 2},
         4 * 6 * 18 + 2 * 16 * 6),
        (MICROSOFT, "MultiHeadAttention", [(2, 3, 8), (2, 5, 8), (2, 5, 4)], {"num_heads": 4},
         2 * 4 * 15 * (2 + 1)),
        # the last query sees the last key: 2 and 3 of them
        (MICROSOFT, "MultiHeadAttention", [(1, 2, 8), (1, 3, 8), (1, 3, 8)],
         {"num_heads": 1, "unidirectional": 1}, 5 * 16),
        (MICROSOFT, "MultiHeadAttention", [(2, 3, 4, 3, 2)], {"num_heads": 4}, 2 * 4 * 9 * 4),
        (MICROSOFT, "MultiHeadAttention", [(2, 3, 8), (2, 5, 4, 2, 2)], {"num_heads": 4},
         2 * 4 * 15 * 4),
        (MICROSOFT, "MultiHeadAttention", [(2, 3, 8), (2, 4, 5, 2), (2, 4, 5, 2)],
         {"num_heads": 4}, 2 * 4 * 15 * 4),
        (MICROSOFT, "GroupQueryAttention", [(1, 4, 8), (1, 4, 4), (1, 4, 4)],
         {"num_heads": 4, "kv_num_heads": 2}, 4 * 10 * 4),
        (MICROSOFT, "GroupQueryAttention", [(1, 4, 16)],
         {"num_heads": 4, "kv_num_heads": 2, "local_window_size": 2}, 4 * (1 + 2 + 2 + 2) * 4),
        (MICROSOFT, "FusedConv", [(1, 2, 4), (3, 2, 3)], {"activation": "Relu"}, 36),
        (MICROSOFT, "FusedGemm", [(3, 2), (3, 5)], {"transA": 1}, 30),
        (MICROSOFT, "FusedMatMul", [(2, 4, 3), (5, 3)], {"transB": 1}, 2 * 60),
        (MICROSOFT, "FusedMatMul", [(2, 4, 3), (4, 3, 5)], {"transBatchA": 1}, 4 * 2 * 3 * 5),
        (MICROSOFT, "MatMulNBits", [(2, 3, 64), (16, 2, 16), (32,)],
         {"K": 64, "N": 16, "bits": 4, "block_size": 32}, 6 * 64 * 16),
    ]

    def test_counts(self):
        for domain, op, operands, attributes, macs in self.CASES:
            with self.subTest(op, operands=operands):
                self.assertEqual(forward(one_node(op, operands, domain, **attributes)), macs)

    def test_every_operator_has_a_case(self):
        self.assertEqual({case[:2] for case in self.CASES}, set(products.PRODUCTS))

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


def product_of(x, y):
    """A node [2, 3] x [3, 4]: 24 multiply-adds; `weight` is in the graph around it."""
    return node("MatMul", [x, "weight"], [y])


def loop(nodes, trips, condition="going", outputs=("z",)):
    """A Loop whose body reads x of the graph around it and carries nothing."""
    body = graphs.graph(nodes, [graphs.value("i", (), wire.INT64),
                                graphs.value("still", (), wire.BOOL)], [condition, *outputs])
    return node("Loop", [trips, "start"], ["y"], body=body)


class Bodies(unittest.TestCase):
    GIVEN = {"x": (2, 3), "weight": (3, 4)}
    HELD = [graphs.truth("start", True), graphs.truth("going", True),
            graphs.tensor("trips", [], [5]), graphs.tensor("three", [], [3]),
            graphs.tensor("many", [1], [1000]), graphs.tensor("one", [], [1])]

    def model(self, nodes, **more):
        return graphs.model(nodes, {**self.GIVEN, **more}, held=self.HELD)

    def branches(self, condition):
        return node("If", [condition], ["y"],
                    then_branch=graphs.graph([product_of("x", "z")], (), ["z"]),
                    else_branch=graphs.graph([product_of("x", "v"), product_of("x", "w")], (),
                                             ["w"]))

    def test_branches(self):
        self.assertEqual(forward(self.model([self.branches("start")])), 24)
        self.assertEqual(forward(self.model([self.branches("open")], open=())), 48)
        self.assertEqual(forward(self.model([self.branches("open")], open=()),
                                 bindings={"open": 1}), 24)

    def test_trips(self):
        body = [product_of("x", "z")]
        self.assertEqual(forward(self.model([loop(body, "trips")])), 5 * 24)
        self.assertEqual(forward(self.model([loop(body, "many")])), 1000 * 24)
        self.assertEqual(forward(self.model([loop(body, "given")], given=()),
                                 bindings={"given": 7}), 7 * 24)

    def test_one_run_for_all_trips_equals_a_run_for_each(self):
        with mock.patch.object(inference, "UNROLLED_AT_MOST", 0):
            self.assertEqual(forward(self.model([loop([product_of("x", "z")], "trips")])), 5 * 24)

    def test_condition_that_ends_a_loop(self):
        # Trips 0 to 3: the condition is tested after each.
        body = [product_of("x", "z"), node("Less", ["i", "three"], ["more"])]
        for trips in ("trips", ""):
            self.assertEqual(forward(self.model([loop(body, trips, "more")])), 4 * 24)

    def test_trips_that_nobody_knows(self):
        body = [product_of("x", "z"), node("Identity", ["open"], ["more"])]
        for nodes in ([loop(body, "open")], [loop(body, "", "more")]):
            with self.assertRaises(shapes.Unknown):
                forward(self.model(nodes, open=()))

    def test_loop_in_a_loop_and_shapes_that_grow(self):
        inner = loop([product_of("x", "z")], "trips")
        self.assertEqual(forward(self.model([loop([inner], "three", outputs=["y"])])), 15 * 24)
        # The carried value has 0 rows, then 2, then 4: 12 multiply-adds for each row.
        grown = graphs.graph(
            [node("Concat", ["rows", "x"], ["more_rows"], axis=0), product_of("rows", "unused")],
            [graphs.value("i", (), wire.INT64), graphs.value("still", (), wire.BOOL),
             graphs.value("rows")], ["going", "more_rows"])
        nodes = [node("Loop", ["three", "start", "none"], ["y"], body=grown)]
        self.assertEqual(forward(self.model(nodes, none=(0, 3))), 12 * (0 + 2 + 4))

    def test_gradients_in_bodies_are_refused(self):
        model = self.model([loop([product_of("x", "z")], "trips")])
        with mock.patch.object(wire, "read", lambda path: model), \
                self.assertRaises(shapes.ShapeError):
            count_products.count("a loop", {})

    def test_scan(self):
        body = graphs.graph([product_of("part", "z")], [graphs.value("part")], ["z"])
        scan = node("Scan", ["parts"], ["y"], body=body, num_scan_inputs=1, scan_input_axes=[1])
        after = node("MatMul", ["y", "last"], ["end"])  # [7, 2, 4] x [4, 5]
        model = self.model([scan, after], parts=(2, 7, 3), last=(4, 5))
        self.assertEqual(forward(model), 7 * 24 + 7 * 40)


def function(name, inputs, outputs, nodes, attributes=()):
    return wire.Message("Function", name=name, domain="local", input=inputs, output=outputs,
                        node=nodes, attribute=list(attributes))


class Functions(unittest.TestCase):
    def test_calls_in_calls(self):
        reference = wire.Message("Attribute", name="transB", type=wire.ATTRIBUTE_INT,
                                 ref_attr_name="turned")
        dense = wire.Message("Node", op_type="Gemm", input=["a", "b"], output=["c"],
                             attribute=[reference])
        twice = [node("dense", ["a", "b"], ["half"], "local", turned=1),
                 node("dense", ["half", "b"], ["c"], "local", turned=0)]
        model = graphs.model(
            [node("twice", ["x", "w"], ["y"], "local")], {"x": (2, 3), "w": (4, 3)},
            functions=[function("dense", ["a", "b"], ["c"], [dense], ["turned"]),
                       function("twice", ["a", "b"], ["c"], twice)])
        self.assertEqual(forward(model), 2 * 24)

    def test_call_in_a_body(self):
        branch = graphs.graph([node("call", ["x", "w"], ["z"], "local")], (), ["z"])
        model = graphs.model(
            [node("If", ["open"], ["y"], then_branch=branch, else_branch=branch)],
            {"x": (2, 3), "w": (3, 4), "open": ()},
            functions=[function("call", ["a", "b"], ["c"], [node("MatMul", ["a", "b"], ["c"])])])
        self.assertEqual(forward(model), 24)

    def test_function_that_calls_itself(self):
        model = graphs.model([node("self", ["x"], ["y"], "local")], {"x": (2,)}, functions=[
            function("self", ["a"], ["b"], [node("self", ["a"], ["b"], "local")])])
        with self.assertRaises(shapes.ShapeError):
            functions.expand(model)


class UnknownOperators(unittest.TestCase):
    def test_of_other_domains(self):
        nodes = [node("Strange", ["x"], ["y"], "nobody")]
        branch = graphs.graph(nodes, (), ["y"])
        for tried in (nodes, [node("If", ["x"], ["y"], then_branch=branch, else_branch=branch)]):
            with self.assertRaises(shapes.Unknown):
                forward(graphs.model(tried, {"x": ()}))

    def test_matter_only_before_a_product(self):
        model = graphs.model([node("SequenceAt", ["x"], ["z"]),
                              node("MatMul", ["x", "w"], ["y"])], {"x": (2, 3), "w": (3, 4)})
        self.assertEqual(forward(model), 24)
        model.graph.node[1].input[0] = "z"
        with self.assertRaises(shapes.Unknown):
            forward(model)


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
