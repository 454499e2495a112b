"""Shapes and element types of every value of a graph, for the operators of common image networks.

    facts = shapes.infer(model, {"batch": 8})
    facts.shape["conv1_out"]     # (8, 64, 112, 112)
    facts.integers["new_shape"]  # [8, -1], where small integers are known

Written for checking only: it shares no code and no rule text with the program under test. Windows
are walked one by one instead of being counted by a formula.
"""

import onnx_wire as wire

FLOATS = {wire.FLOAT, wire.FLOAT16, wire.DOUBLE, wire.BFLOAT16}
SAME_SHAPE = {"Relu", "LRN", "Dropout", "Softmax", "LogSoftmax", "Sigmoid", "Tanh", "Identity",
              "Cast", "Clip", "LeakyRelu", "Elu", "Erf", "BatchNormalization", "Exp", "Sqrt", "Neg"}
BROADCAST = {"Add", "Sub", "Mul", "Div", "Pow", "Sum", "Max", "Min"}


class ShapeError(Exception):
    """The graph disagrees with itself, or uses what this checker does not know."""


class Facts:
    def __init__(self):
        self.shape, self.type, self.integers = {}, {}, {}

    def set(self, name, shape, element_type):
        self.shape[name], self.type[name] = tuple(shape), element_type

    def is_float(self, name):
        return self.type.get(name) in FLOATS


class NodeView:
    """A node with its attributes as plain values and what is known of its inputs."""

    def __init__(self, node, facts):
        self.node, self.facts, self.op = node, facts, node.op_type
        self.attributes = {a.name: self.plain(a) for a in node.attribute}
        for name in node.input:
            if name and name not in facts.shape:
                raise ShapeError(f"node {node.name or node.op_type}: {name} is not defined")

    @staticmethod
    def plain(attribute):
        field = {wire.ATTRIBUTE_FLOAT: "f", wire.ATTRIBUTE_INT: "i", wire.ATTRIBUTE_STRING: "s",
                 wire.ATTRIBUTE_TENSOR: "t", wire.ATTRIBUTE_INTS: "ints"}.get(attribute.type)
        value = getattr(attribute, field) if field else None
        return bytes(value).decode() if field == "s" else value

    def get(self, name, default=None):
        return self.attributes.get(name, default)

    def has(self, i):
        return i < len(self.node.input) and self.node.input[i] != ""

    def shape(self, i):
        return self.facts.shape[self.node.input[i]]

    def integers(self, i, what):
        values = self.facts.integers.get(self.node.input[i]) if self.has(i) else None
        if values is None:
            raise ShapeError(f"node {self.node.name or self.op}: {what} is not known")
        return values

    def axes(self, i):
        """The axes of Unsqueeze and its kin: an attribute before opset 13, then an input."""
        return self.get("axes") if not self.has(i) else self.integers(i, "axes")


def elements(shape):
    count = 1
    for extent in shape:
        count *= extent
    return count


def broadcast(shapes):
    rank = max(len(s) for s in shapes)
    out = []
    for column in zip(*[(1,) * (rank - len(s)) + tuple(s) for s in shapes]):
        sizes = set(column) - {1}
        if len(sizes) > 1:
            raise ShapeError(f"shapes do not broadcast: {shapes}")
        out.append(sizes.pop() if sizes else 1)
    return tuple(out)


class Axis:
    """One spatial axis of a window: where each window starts, counted from the first real index."""

    def __init__(self, extent, kernel, stride, dilation, pads, ceil):
        begin, end = pads
        self.offsets = [k * dilation for k in range(kernel)]
        self.starts, start = [], -begin
        while start + self.offsets[-1] < extent + end:
            self.starts.append(start)
            start += stride
        fits = self.starts and self.starts[-1] + self.offsets[-1] + 1 == extent + end
        if ceil and not fits and start < extent:  # a last window that hangs over the end
            self.starts.append(start)

    def taps(self):
        return [(start, offset) for start in self.starts for offset in self.offsets]


def same_pads(extent, kernel, stride, dilation, upper):
    windows = len(range(0, extent, stride))
    total = max(0, (windows - 1) * stride + (kernel - 1) * dilation + 1 - extent)
    small = total // 2
    return (small, total - small) if upper else (total - small, small)


def window_axes(view, kernel):
    """The axes of a convolution or pooling."""
    rank, out = len(kernel), []
    strides, dilations = view.get("strides", [1] * rank), view.get("dilations", [1] * rank)
    pads, auto = view.get("pads", [0] * 2 * rank), view.get("auto_pad", "NOTSET")
    for a, extent in enumerate(view.shape(0)[2:]):
        pair = (pads[a], pads[a + rank]) if auto == "NOTSET" else (0, 0)
        if auto.startswith("SAME"):
            pair = same_pads(extent, kernel[a], strides[a], dilations[a], auto == "SAME_UPPER")
        ceil = view.get("ceil_mode", 0)
        out.append(Axis(extent, kernel[a], strides[a], dilations[a], pair, ceil))
    return out


def conv(view):
    (batch, channels, *_), (out_channels, per_group, *kernel) = view.shape(0), view.shape(1)
    if channels != per_group * view.get("group", 1):
        raise ShapeError(f"node {view.node.name}: {channels} channels, weight {view.shape(1)}")
    return (batch, out_channels, *[len(a.starts) for a in window_axes(view, kernel)])


def pool(view):
    axes = window_axes(view, view.get("kernel_shape"))
    return (*view.shape(0)[:2], *[len(axis.starts) for axis in axes])


def gemm_sides(view):
    """((m, k), (k, n)) of a Gemm."""
    a, b = view.shape(0), view.shape(1)
    a = a[::-1] if view.get("transA", 0) else a
    b = b[::-1] if view.get("transB", 0) else b
    if a[1] != b[0]:
        raise ShapeError(f"node {view.node.name}: inner dimensions differ: {a} and {b}")
    return a, b


def gemm(view):
    (m, _), (_, n) = gemm_sides(view)
    return (m, n)


def matmul_sides(view):
    """(batch axes, m, k, n) of a MatMul, a vector seen as a matrix."""
    a, b = view.shape(0), view.shape(1)
    a = (1, *a) if len(a) == 1 else a
    b = (*b, 1) if len(b) == 1 else b
    if a[-1] != b[-2]:
        raise ShapeError(f"node {view.node.name}: inner dimensions differ: {a} and {b}")
    return broadcast([a[:-2], b[:-2]]), a[-2], a[-1], b[-1]


def matmul(view):
    batch, m, _, n = matmul_sides(view)
    rows = (m,) if len(view.shape(0)) > 1 else ()
    columns = (n,) if len(view.shape(1)) > 1 else ()
    return (*batch, *rows, *columns)


def reshape(view):
    old, wanted = view.shape(0), list(view.integers(1, "the new shape"))
    sizes = [old[i] if size == 0 else size for i, size in enumerate(wanted)]
    if -1 in sizes:
        at = sizes.index(-1)
        sizes[at] = elements(old) // max(1, elements(sizes[:at] + sizes[at + 1:]))
    if elements(sizes) != elements(old):
        raise ShapeError(f"node {view.node.name}: {old} does not reshape to {wanted}")
    return tuple(sizes)


def flatten(view):
    axis = view.get("axis", 1)
    return (elements(view.shape(0)[:axis]), elements(view.shape(0)[axis:]))


def transpose(view):
    shape = view.shape(0)
    return tuple(shape[p] for p in view.get("perm", range(len(shape))[::-1]))


def concat(view):
    shapes = [view.shape(i) for i in range(len(view.node.input))]
    axis, out = view.get("axis", 1), list(shapes[0])
    out[axis] = sum(s[axis] for s in shapes)
    return tuple(out)


def unsqueeze(view):
    axes, shape = view.axes(1), list(view.shape(0))
    rank = len(shape) + len(axes)
    for axis in sorted(a % rank for a in axes):
        shape.insert(axis, 1)
    return tuple(shape)


def squeeze(view):
    axes, shape = view.axes(1), view.shape(0)
    drop = {a % len(shape) for a in axes} if axes else {i for i, s in enumerate(shape) if s == 1}
    return tuple(s for i, s in enumerate(shape) if i not in drop)


def gather(view):
    axis, shape = view.get("axis", 0), view.shape(0)
    return (*shape[:axis], *view.shape(1), *shape[axis + 1:])


def reduced(view):
    shape = view.shape(0)
    axes = view.get("axes") or ([view.get("axis", 0)] if view.op == "ArgMax" else range(len(shape)))
    axes, keep = {a % len(shape) for a in axes}, view.get("keepdims", 1)
    return tuple(1 if i in axes else s for i, s in enumerate(shape) if keep or i not in axes)


RULES = {
    "Conv": conv, "MaxPool": pool, "AveragePool": pool, "Gemm": gemm, "MatMul": matmul,
    "Reshape": reshape, "Flatten": flatten, "Transpose": transpose, "Concat": concat,
    "Unsqueeze": unsqueeze, "Squeeze": squeeze, "Gather": gather,
    "ReduceMean": reduced, "ReduceSum": reduced, "ArgMax": reduced,
    "GlobalAveragePool": lambda v: (*v.shape(0)[:2], *[1 for _ in v.shape(0)[2:]]),
    "Shape": lambda v: (len(v.shape(0)),),
    "ConstantOfShape": lambda v: tuple(v.integers(0, "the shape")),
    "Constant": lambda v: tuple(v.get("value").dims),
}


def output_shape(view, declared):
    if view.node.domain in ("", "ai.onnx"):
        if view.op in SAME_SHAPE:
            return view.shape(0)
        if view.op in BROADCAST:
            return broadcast([view.shape(i) for i in range(len(view.node.input))])
        if view.op in RULES:
            return RULES[view.op](view)
    name = view.node.output[0]
    if name not in declared:
        raise ShapeError(f"operator {view.op} is not known, and {name} has no declared shape")
    return declared[name]


def output_type(view):
    if view.op in ("Shape", "ArgMax"):
        return wire.INT64
    if view.op == "Cast":
        return view.get("to")
    if view.op in ("Constant", "ConstantOfShape"):
        value = view.get("value")
        return value.data_type if value else wire.FLOAT
    return view.facts.type[view.node.input[0]]


def known_integers(view):
    """The value of a node on known integers, for the chains that compute a new shape."""
    if view.op == "Shape":
        return list(view.shape(0))
    if view.op == "Constant":
        return wire.integers(view.get("value"))
    inputs = [view.facts.integers.get(name) for name in view.node.input]
    if not inputs or inputs[0] is None:
        return None
    if view.op in ("Unsqueeze", "Squeeze", "Cast", "Identity"):
        return inputs[0]
    if None in inputs:
        return None
    if view.op == "Gather":
        return [inputs[0][i] for i in inputs[1]]
    return sum(inputs, []) if view.op == "Concat" else None


def declared_shape(value_info, bindings):
    dims = value_info.type.tensor_type.shape.dim
    sizes = [bindings.get(d.dim_param, d.dim_param) if d.dim_param else d.dim_value for d in dims]
    for size in sizes:
        if isinstance(size, str):
            raise ShapeError(f"input {value_info.name} has no size for dimension {size}")
    return tuple(sizes)


def set_roots(facts, graph, bindings):
    for tensor in graph.initializer:
        facts.set(tensor.name, tensor.dims, tensor.data_type)
        facts.integers[tensor.name] = wire.integers(tensor)
    for value in graph.input:
        if value.name not in facts.shape:
            facts.set(value.name, declared_shape(value, bindings), value.type.tensor_type.elem_type)


def infer(model, bindings):
    facts, graph = Facts(), model.graph
    set_roots(facts, graph, bindings)
    declared = {v.name: declared_shape(v, bindings) for v in graph.value_info
                if v.type and v.type.tensor_type and v.type.tensor_type.shape}
    for node in graph.node:
        view = NodeView(node, facts)
        shape, element_type = output_shape(view, declared), output_type(view)
        for name in filter(None, node.output):
            facts.set(name, shape, element_type)
        facts.integers[node.output[0]] = known_integers(view)
    return facts
