"""The shapes that a node gives, by operator.

    first, *others = rules.output_shapes(view)

A rule returns one shape, of all outputs, or a list of shapes, one for each output in order.
"""

from math import ceil, floor

import operands
import windows
from shapes import ShapeError, Unknown, broadcast, elements

SAME_SHAPE = set("""
    Abs Acos Acosh Asin Asinh Atan Atanh Bernoulli BitShift BitwiseNot Cast CastLike Ceil Celu Clip
    Cos Cosh CumSum DequantizeLinear Dropout Elu Erf Exp Floor Gelu
    GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LRN
    LeakyRelu Log LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Not PRelu
    QuantizeLinear RMSNormalization RandomNormalLike RandomUniformLike Reciprocal Relu
    ReverseSequence RotaryEmbedding Round Scatter ScatterElements ScatterND Selu Shrink Sigmoid Sign
    Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu Trilu""".split())
BROADCAST = set("""
    Add And BitwiseAnd BitwiseOr BitwiseXor Div Equal Greater GreaterOrEqual Less LessOrEqual Max
    Mean Min Mod Mul Or Pow Sub Sum Where Xor""".split())
MICROSOFT_SAME_SHAPE = {"BiasGelu", "FastGelu", "Gelu", "QuickGelu", "RotaryEmbedding",
                        "SkipLayerNormalization", "SkipSimplifiedLayerNormalization"}


def conv(view, weight=1):
    (batch, channels, *_), (out_channels, per_group, *kernel) = view.shape(0), view.shape(weight)
    if channels != per_group * view.get("group", 1):
        raise ShapeError(f"{view.label}: {channels} channels, weight {view.shape(weight)}")
    return (batch, out_channels, *[len(a.starts) for a in windows.window_axes(view, kernel)])


def transposed_conv(view):
    (batch, channels, *_), (rows, per_group, *kernel) = view.shape(0), view.shape(1)
    if channels != rows:
        raise ShapeError(f"{view.label}: {channels} channels, weight {view.shape(1)}")
    axes = windows.transposed_axes(view, kernel)
    return (batch, per_group * view.get("group", 1), *[axis.extent for axis in axes])


def pool(view):
    axes = windows.window_axes(view, view.get("kernel_shape"))
    return (*view.shape(0)[:2], *[len(axis.starts) for axis in axes])


def matmul(view, second=1):
    batch, m, _, n = operands.matmul_sides(view, 0, second)
    rows = (m,) if len(view.shape(0)) > 1 else ()
    columns = (n,) if len(view.shape(second)) > 1 else ()
    return (*batch, *rows, *columns)


def recurrent(view):
    sizes = operands.recurrent_sizes(view)
    state = (sizes.directions, sizes.batch, sizes.hidden)
    every = (sizes.steps, *state)
    if view.get("layout", 0):
        state = (sizes.batch, sizes.directions, sizes.hidden)
        every = (sizes.batch, sizes.steps, *state[1:])
    return [every, state, state]


def attention(view):
    """Like the query, but for the size of the values; then the keys and values so far."""
    sizes, query = operands.ATTENTIONS[view.key](view), view.shape(0)
    if len(query) == 4:
        return [(*query[:3], sizes.v_size), (*view.shape(1)[:2], sizes.keys, sizes.qk_size),
                (*view.shape(2)[:2], sizes.keys, sizes.v_size)]
    return [(sizes.batch, sizes.queries, sizes.heads * sizes.v_size)]


def reshape(view):
    old, wanted = view.shape(0), view.setting("shape", 1)
    keep = not view.get("allowzero", 0)
    sizes = [old[i] if size == 0 and keep else size for i, size in enumerate(wanted)]
    if -1 in sizes:
        at = sizes.index(-1)
        sizes[at] = elements(old) // max(1, elements(sizes[:at] + sizes[at + 1:]))
    if elements(sizes) != elements(old):
        raise ShapeError(f"{view.label}: {old} does not reshape to {wanted}")
    return tuple(sizes)


def flatten(view):
    shape, axis = view.shape(0), view.get("axis", 1)
    axis = axis + len(shape) if axis < 0 else axis
    return (elements(shape[:axis]), elements(shape[axis:]))


def transpose(view):
    shape = view.shape(0)
    return tuple(shape[p] for p in view.get("perm", range(len(shape))[::-1]))


def with_extent(shape, axis, extent):
    out = list(shape)
    out[axis] = extent
    return tuple(out)


def concat(view):
    shapes, axis = [view.shape(i) for i in range(len(view.node.input))], view.get("axis", 1)
    return with_extent(shapes[0], axis, sum(s[axis] for s in shapes))


def unsqueeze(view):
    axes, shape = view.setting("axes", 1), list(view.shape(0))
    rank = len(shape) + len(axes)
    for axis in sorted(a % rank for a in axes):
        shape.insert(axis, 1)
    return tuple(shape)


def squeeze(view):
    axes, shape = view.setting("axes", 1), view.shape(0)
    drop = {a % len(shape) for a in axes} if axes else {i for i, s in enumerate(shape) if s == 1}
    return tuple(s for i, s in enumerate(shape) if i not in drop)


def gather(view):
    shape = view.shape(0)
    axis = view.get("axis", 0) % len(shape)
    return (*shape[:axis], *view.shape(1), *shape[axis + 1:])


def gather_nd(view):
    batch, data, indices = view.get("batch_dims", 0), view.shape(0), view.shape(1)
    return (*indices[:-1], *data[batch + indices[-1]:])


def cuts(view):
    """(axis, range of indices) of each axis that a Slice cuts."""
    shape = view.shape(0)
    starts, ends = view.setting("starts", 1), view.setting("ends", 2)
    axes = view.setting("axes", 3) or range(len(starts))
    steps = view.setting("steps", 4) or [1] * len(starts)
    return [(axis % len(shape), range(*slice(start, end, step).indices(shape[axis])))
            for axis, start, end, step in zip(axes, starts, ends, steps)]


def sliced(view):
    shape = list(view.shape(0))
    for axis, indices in cuts(view):
        shape[axis] = len(indices)
    return tuple(shape)


def split(view):
    shape, count = view.shape(0), len(view.node.output)
    axis, sizes = view.get("axis", 0) % len(shape), view.setting("split", 1)
    if not sizes:
        count = view.get("num_outputs", count)
        part = -(-shape[axis] // count)
        sizes = [min(part, shape[axis] - part * i) for i in range(count)]
    return [with_extent(shape, axis, size) for size in sizes]


def reduced(view):
    shape = view.shape(0)
    axes = [view.get("axis", 0)] if view.op in ("ArgMax", "ArgMin") else view.setting("axes", 1)
    if not axes and view.get("noop_with_empty_axes", 0):
        return shape
    axes, keep = {a % len(shape) for a in axes or range(len(shape))}, view.get("keepdims", 1)
    return tuple(1 if i in axes else s for i, s in enumerate(shape) if keep or i not in axes)


def layer_normalization(view):
    shape = view.shape(0)
    axis = view.get("axis", -1) % len(shape)
    statistics = (*shape[:axis], *[1 for _ in shape[axis:]])
    return [shape, statistics, statistics]


def batch_normalization(view):
    return [view.shape(0), *[view.shape(1)] * 4]


def padded(view):
    shape, pads = view.shape(0), view.setting("pads", 1) or view.get("paddings")
    axes = [a % len(shape) for a in (view.known(3) if view.has(3) else range(len(shape)))]
    out = list(shape)
    for axis, begin, end in zip(axes, pads[:len(axes)], pads[len(axes):]):
        out[axis] += begin + end
    return tuple(out)


def resize(view):
    """Resize takes X, roi, scales, sizes since operator set 11; before that, X and scales."""
    shape, at = view.shape(0), 1 if view.op == "Upsample" or len(view.node.input) == 2 else 2
    if view.get("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise Unknown(f"{view.label}: sizes that keep the aspect ratio")
    axes = [a % len(shape) for a in view.get("axes", range(len(shape)))]
    scales = view.setting("scales", at) or None
    sizes = ([floor(shape[a] * scale) for a, scale in zip(axes, scales)] if scales
             else view.values(3, "the new size"))
    out = list(shape)
    for axis, size in zip(axes, sizes):
        out[axis] = size
    return tuple(out)


def tile(view):
    return tuple(s * times for s, times in zip(view.shape(0), view.values(1, "repeats")))


def counted_range(view):
    start, limit, delta = [view.values(i, "a limit")[0] for i in range(3)]
    return (max(0, ceil((limit - start) / delta)),)


def top_k(view):
    k = view.values(1, "k")[0] if view.has(1) else view.get("k")
    return with_extent(view.shape(0), view.get("axis", -1), k)


def one_hot(view):
    shape, axis = list(view.shape(0)), view.get("axis", -1)
    at = axis if axis >= 0 else len(shape) + 1 + axis
    return (*shape[:at], view.values(1, "the depth")[0], *shape[at:])


def depth_to_space(view):
    (batch, channels, *extents), block = view.shape(0), view.get("blocksize")
    area = block * block
    if view.op == "DepthToSpace":
        return (batch, channels // area, *[e * block for e in extents])
    return (batch, channels * area, *[e // block for e in extents])


def constant(view):
    for name in ("value_ints", "value_floats"):
        if view.get(name) is not None:
            return (len(view.get(name)),)
    return tuple(view.get("value").dims) if view.get("value") else ()


REDUCTIONS = ("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
              "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "ArgMax", "ArgMin")
RULES = {
    **dict.fromkeys(REDUCTIONS, reduced),
    **dict.fromkeys(("MaxPool", "AveragePool", "LpPool"), pool),
    **dict.fromkeys(("RNN", "GRU", "LSTM"), recurrent),
    **dict.fromkeys(("Resize", "Upsample"), resize),
    **dict.fromkeys(("DepthToSpace", "SpaceToDepth"), depth_to_space),
    **dict.fromkeys(("GlobalAveragePool", "GlobalMaxPool"),
                    lambda v: (*v.shape(0)[:2], *[1 for _ in v.shape(0)[2:]])),
    **dict.fromkeys(("Conv", "ConvInteger"), conv),
    **dict.fromkeys(("MatMul", "MatMulInteger", "Gemm"), matmul),
    "QLinearConv": lambda v: conv(v, 3), "QLinearMatMul": lambda v: matmul(v, 3),
    "ConvTranspose": transposed_conv, "Attention": attention,
    "DeformConv": lambda v: (v.shape(0)[0], v.shape(1)[0], *v.shape(2)[2:]),
    "Einsum": lambda v: operands.Einsum(v).shape(),
    "Reshape": reshape, "Flatten": flatten, "Transpose": transpose, "Concat": concat,
    "Unsqueeze": unsqueeze, "Squeeze": squeeze, "Slice": sliced, "Split": split, "Pad": padded,
    "Gather": gather, "GatherND": gather_nd, "GatherElements": lambda v: v.shape(1),
    "DynamicQuantizeLinear": lambda v: [v.shape(0), (), ()],
    "LayerNormalization": layer_normalization, "BatchNormalization": batch_normalization,
    "Tile": tile, "Range": counted_range, "TopK": top_k, "OneHot": one_hot,
    "Expand": lambda v: broadcast([v.shape(0), v.values(1, "the shape")]),
    "Shape": lambda v: (len(v.shape(0)[v.get("start", 0):v.get("end")]),),
    "Size": lambda v: (), "EyeLike": lambda v: v.shape(0),
    "ConstantOfShape": lambda v: tuple(v.values(0, "the shape")),
    "RandomNormal": lambda v: tuple(v.get("shape")),
    "RandomUniform": lambda v: tuple(v.get("shape")),
    "Constant": constant,
}
MICROSOFT_RULES = {
    **dict.fromkeys(("Attention", "QAttention", "MultiHeadAttention", "GroupQueryAttention"),
                    attention),
    "FusedConv": conv, "FusedGemm": matmul, "FusedMatMul": matmul,
    "MatMulNBits": lambda v: (*v.shape(0)[:-1], v.get("N")),
}


def output_shapes(view):
    """One shape for each output that the rule knows. Errors: Unknown, ShapeError."""
    domain, op = view.key
    inputs = range(len(view.node.input))
    same, table = {"": (SAME_SHAPE, RULES),
                   "com.microsoft": (MICROSOFT_SAME_SHAPE, MICROSOFT_RULES)}.get(domain, ((), {}))
    if op in same:
        shapes = view.shape(0)
    elif domain == "" and op in BROADCAST:
        shapes = broadcast([view.shape(i) for i in inputs])
    elif op in table:
        shapes = table[op](view)
    else:
        raise Unknown(f"operator {op} is not known")
    return shapes if isinstance(shapes, list) else [shapes] * len(view.node.output)
