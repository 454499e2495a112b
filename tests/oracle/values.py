"""Types of all values, and the numbers of small ones, for the chains that compute a new shape.

    values.output_type(view)     # an element type of onnx_wire
    values.known_values(view, shapes)    # the numbers of each output, or None
"""

import math
import operator
from itertools import product

import onnx_wire as wire
import rules
from shapes import elements

KNOWN_AT_MOST = 4096

COMPARISONS = {"Equal": operator.eq, "Less": operator.lt, "Greater": operator.gt,
               "LessOrEqual": operator.le, "GreaterOrEqual": operator.ge,
               "And": lambda a, b: a and b, "Or": lambda a, b: a or b}
RESULT_TYPES = {
    **dict.fromkeys((*COMPARISONS, "Not", "Xor", "IsNaN", "IsInf"), lambda view: wire.BOOL),
    **dict.fromkeys(("Shape", "Size", "ArgMax", "ArgMin", "NonZero"), lambda view: wire.INT64),
    **dict.fromkeys(("ConvInteger", "MatMulInteger"), lambda view: wire.INT32),
    **dict.fromkeys(("Where", "CastLike", "DequantizeLinear"), lambda view: view.type(1)),
    **dict.fromkeys(("RandomNormal", "RandomUniform"), lambda view: view.get("dtype", wire.FLOAT)),
    "Cast": lambda view: view.get("to"),
    "OneHot": lambda view: view.type(2),
    "QuantizeLinear": lambda view: view.type(2) or wire.UINT8,
    "QLinearConv": lambda view: view.type(7), "QLinearMatMul": lambda view: view.type(7),
}


def output_type(view):
    domain, op = view.key
    if domain == "" and op in RESULT_TYPES:
        return RESULT_TYPES[op](view)
    if domain == "" and op in ("Constant", "ConstantOfShape"):
        if view.get("value"):
            return view.get("value").data_type
        integral = {"value_int", "value_ints"} & set(view.attributes)
        return wire.INT64 if integral else wire.FLOAT
    return view.type(0)


def divide(a, b):
    """Integers are cut toward zero."""
    if isinstance(a, float) or isinstance(b, float):
        return a / b
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


ELEMENTWISE = {
    "Add": operator.add, "Sub": operator.sub, "Mul": operator.mul, "Div": divide,
    "Pow": operator.pow, "Neg": operator.neg, "Abs": abs, "Not": operator.not_, "Floor": math.floor,
    "Ceil": math.ceil, "Sqrt": math.sqrt,
    "Min": lambda *x: min(x), "Max": lambda *x: max(x), "Sum": lambda *x: sum(x),
    "Where": lambda c, a, b: a if c else b, **COMPARISONS,
}
REDUCERS = {"ReduceProd": math.prod, "ReduceSum": sum, "ReduceMax": max, "ReduceMin": min}
SAME_VALUES = {"Unsqueeze", "Squeeze", "Identity", "Reshape", "Flatten"}


def positions(shape):
    return product(*[range(extent) for extent in shape])


def spread(values, shape, wanted):
    """The values of a tensor that is broadcast to a shape."""
    at = dict(zip(positions(shape), values))
    skipped = len(wanted) - len(shape)
    return [at[tuple(0 if size == 1 else p for p, size in zip(position[skipped:], shape))]
            for position in positions(wanted)]


def picked(view, inputs, shape):
    """Gather, Slice and Transpose, index by index."""
    old = view.shape(0)
    at = dict(zip(positions(old), inputs[0]))
    if view.op == "Gather":
        axis, rank = view.get("axis", 0) % len(old), len(view.shape(1))
        index = dict(zip(positions(view.shape(1)), inputs[1]))
        return [at[(*p[:axis], index[p[axis:axis + rank]] % old[axis], *p[axis + rank:])]
                for p in positions(shape)]
    if view.op == "Slice":
        indices = {axis: chosen for axis, chosen in rules.cuts(view)}
        return [at[tuple(indices[a][i] if a in indices else i for a, i in enumerate(p))]
                for p in positions(shape)]
    perm = view.get("perm", range(len(old))[::-1])
    return [at[tuple(p[list(perm).index(a)] for a in range(len(old)))] for p in positions(shape)]


def cast(values, element_type):
    if element_type == wire.BOOL:
        return [int(bool(v)) for v in values]
    is_float = element_type in (wire.FLOAT, wire.DOUBLE, wire.FLOAT16, wire.BFLOAT16)
    return [float(v) if is_float else int(v) for v in values]


def constant_values(view):
    for name in ("value_ints", "value_floats"):
        if view.get(name) is not None:
            return list(view.get(name))
    for name in ("value_int", "value_float"):
        if view.get(name) is not None:
            return [view.get(name)]
    return wire.numbers(view.get("value")) if view.get("value") else None


def filled_values(view, shape):
    fill = wire.numbers(view.get("value")) if view.get("value") else [0.0]
    return fill * elements(shape) if fill else None


def joined(view, inputs):
    return sum(inputs, []) if all(len(view.shape(i)) == 1 for i in range(len(inputs))) else None


def evaluated(view, inputs, shape):
    op = view.op
    if op in SAME_VALUES:
        return inputs[0]
    if op == "Cast":
        return cast(inputs[0], view.get("to"))
    if op in ELEMENTWISE:
        columns = zip(*[spread(v, view.shape(i), shape) for i, v in enumerate(inputs)])
        return [ELEMENTWISE[op](*column) for column in columns]
    if op in REDUCERS and elements(shape) == 1:
        return [REDUCERS[op](inputs[0])]
    if op in ("Gather", "Slice", "Transpose"):
        return picked(view, inputs, shape)
    if op == "Expand":
        return spread(inputs[0], view.shape(0), shape)
    if op == "Range":
        return [inputs[0][0] + i * inputs[2][0] for i in range(shape[0])]
    return joined(view, inputs) if op == "Concat" else None


def known_values(view, shapes):
    """For each output, its numbers or None."""
    if view.op == "Split" and len(shapes[0]) == 1 and view.known(0) is not None:
        left = iter(view.known(0))
        return [[next(left) for _ in range(size)] for (size,) in shapes]
    return [known_result(view, shapes[0]), *[None for _ in shapes[1:]]]


def known_result(view, shape):
    if view.key[0] != "" or elements(shape) > KNOWN_AT_MOST:
        return None
    if view.op == "Shape":
        return list(view.shape(0)[view.get("start", 0):view.get("end")])
    if view.op == "Size":
        return [elements(view.shape(0))]
    if view.op == "Constant":
        return constant_values(view)
    if view.op == "ConstantOfShape":
        return filled_values(view, shape)
    needed = 1 if view.op in SAME_VALUES else len(view.node.input)
    inputs = [view.known(i) for i in range(needed)]
    if not inputs or None in inputs:
        return None
    try:
        return evaluated(view, inputs, shape)
    except (ArithmeticError, ValueError):  # a root of -1, a division by 0
        return None
