"""Small models of each product operator, of bodies and of functions; each count is worked out by
hand.

    for name, model, macs in cases.every_model():
        self.assertEqual(count_products.count_model(model, {}), macs)
"""

import graphs
import onnx_wire as wire
from graphs import node

MICROSOFT = "com.microsoft"

# domain, operator, shapes of the operands, attributes, multiply-adds
OPERATORS = [
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
    (MICROSOFT, "Attention", [(1, 4, 6), (6, 16), (16,)],
     {"num_heads": 2, "unidirectional": 1, "qkv_hidden_sizes": [6, 6, 4]},
     4 * 6 * 16 + 2 * (1 + 2 + 3 + 4) * (3 + 2)),
    # 3 keys of the past, which all 4 queries see
    (MICROSOFT, "Attention", [(1, 4, 6), (6, 18), (18,), None, (2, 1, 2, 3, 3)],
     {"num_heads": 2, "unidirectional": 1}, 4 * 6 * 18 + 2 * (4 + 5 + 6 + 7) * (3 + 3)),
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

# Element types of the operands where not all are float.
OPERAND_TYPES = {
    "ConvInteger": [wire.INT8, wire.INT8], "MatMulInteger": [wire.INT8, wire.INT8],
    **dict.fromkeys(("QLinearConv", "QLinearMatMul"), [wire.INT8, wire.FLOAT, wire.INT8] * 2
                    + [wire.FLOAT, wire.INT8]),
    "QAttention": [wire.INT8, wire.INT8], "MatMulNBits": [wire.FLOAT, wire.UINT8],
}


def one_node(op, operands, domain="", **attributes):
    """A model of one node; an operand without a shape is left out."""
    types, inputs = OPERAND_TYPES.get(op, []), []
    for i, dims in enumerate(operands):
        element_type = types[i] if i < len(types) else wire.FLOAT
        inputs.append(graphs.value("" if dims is None else f"x{i}", dims, element_type))
    call = node(op, [value.name for value in inputs], ["y"], domain, **attributes)
    return graphs.model([call], [value for value in inputs if value.name])


def product_of(x, y):
    """A node [2, 3] x [3, 4]: 24 multiply-adds; `weight` is in the graph around it."""
    return node("MatMul", [x, "weight"], [y])


GIVEN = [graphs.value("x", (2, 3)), graphs.value("weight", (3, 4))]
HELD = [graphs.truth("start", True), graphs.truth("going", True),
        graphs.tensor("trips", [], [5]), graphs.tensor("three", [], [3]),
        graphs.tensor("many", [], [1000])]
OPEN = graphs.value("open", (), wire.BOOL)


def around(nodes, *more):
    """A model whose nodes, and the bodies in them, read GIVEN, HELD and more inputs."""
    return graphs.model(nodes, [*GIVEN, *more], held=HELD)


def branches(condition):
    """An If with one product, or else the sum of two."""
    return node("If", [condition], ["y"],
                then_branch=graphs.graph([product_of("x", "z")], (), ["z"]),
                else_branch=graphs.graph([product_of("x", "v"), product_of("x", "w"),
                                          node("Add", ["v", "w"], ["sum"])], (), ["sum"]))


def loop(nodes, trips, condition="going", output="z"):
    """A Loop that carries nothing; its body may read x and the trip number i. Conditions pass
    through a node, as a body gives what it computes."""
    nodes = [*nodes, node("Identity", [condition], ["goes_on"])]
    body = graphs.graph(nodes, [graphs.value("i", (), wire.INT64),
                                graphs.value("still", (), wire.BOOL)], ["goes_on", output])
    return node("Loop", [trips, "start"], ["y"], body=body)


def growing_loop():
    """The carried value has 0 rows, then 2, then 4: 9 multiply-adds for each row."""
    body = graphs.graph(
        [node("MatMul", ["rows", "square"], ["turned"]),
         node("Concat", ["turned", "x"], ["more_rows"], axis=0),
         node("Identity", ["going"], ["goes_on"])],
        [graphs.value("i", (), wire.INT64), graphs.value("still", (), wire.BOOL),
         graphs.value("rows", (None, 3))], ["goes_on", "more_rows"])
    return around([node("Loop", ["three", "start", "none"], ["y"], body=body)],
                  graphs.value("none", (0, 3)), graphs.value("square", (3, 3)))


def scan():
    """7 products of [2, 3]; then one of their results, [7, 2, 4], and [4, 5]."""
    body = graphs.graph([product_of("part", "z")], [graphs.value("part", (2, 3))], ["z"])
    nodes = [node("Scan", ["parts"], ["all"], body=body, num_scan_inputs=1, scan_input_axes=[1]),
             node("MatMul", ["all", "last"], ["y"])]
    return around(nodes, graphs.value("parts", (2, 7, 3)), graphs.value("last", (4, 5)))


def function(name, inputs, outputs, nodes, attributes=()):
    return wire.Message("Function", name=name, domain="local", input=inputs, output=outputs,
                        node=nodes, attribute=list(attributes),
                        opset_import=[wire.Message("OperatorSet", domain=domain, version=version)
                                      for domain, version in graphs.OPSETS])


def calls_in_calls():
    """A function of two calls of another, whose attribute they give."""
    reference = wire.Message("Attribute", name="transB", type=wire.ATTRIBUTE_INT,
                             ref_attr_name="turned")
    dense = wire.Message("Node", op_type="Gemm", input=["a", "b"], output=["c"],
                         attribute=[reference])
    twice = [node("dense", ["a", "b"], ["half"], "local", turned=1),
             node("dense", ["half", "b"], ["c"], "local", turned=0)]
    return graphs.model(
        [node("twice", ["x", "w"], ["y"], "local")],
        [graphs.value("x", (2, 3)), graphs.value("w", (4, 3))],
        functions=[function("dense", ["a", "b"], ["c"], [dense], ["turned"]),
                   function("twice", ["a", "b"], ["c"], twice)])


def call_in_a_branch():
    call = function("call", ["a", "b"], ["c"], [node("MatMul", ["a", "b"], ["c"])])
    first, second = [graphs.graph([node("call", ["x", "weight"], [name], "local")], (), [name])
                     for name in ("z", "w")]
    chosen = node("If", ["open"], ["y"], then_branch=first, else_branch=second)
    return graphs.model([chosen], [*GIVEN, OPEN], functions=[call])


def bodies():
    body = [product_of("x", "z")]
    ending = [*body, node("Less", ["i", "three"], ["more"])]
    return [
        ("the branch that is taken", around([branches("start")]), 24),
        ("the larger branch", around([branches("open")], OPEN), 2 * 24),
        ("a loop of 5", around([loop(body, "trips")]), 5 * 24),
        ("a loop of 1000", around([loop(body, "many")]), 1000 * 24),
        ("a loop in a loop", around([loop([loop(body, "trips")], "three", output="y")]), 15 * 24),
        # Trips 0 to 3: the condition is looked at after each.
        ("a loop that ends itself", around([loop(ending, "trips", "more")]), 4 * 24),
        ("a loop of growing shapes", growing_loop(), 9 * (0 + 2 + 4)),
        ("a scan", scan(), 7 * 24 + 7 * 40),
        ("calls in calls", calls_in_calls(), 2 * 24),
        ("a call in a branch", call_in_a_branch(), 24),
    ]


def every_model():
    """(name, model, multiply-adds) of each case."""
    models = [(f"{domain} {op} {operands}".strip(), one_node(op, operands, domain, **attributes),
               macs) for domain, op, operands, attributes, macs in OPERATORS]
    return models + bodies()
