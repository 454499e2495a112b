"""The multiply-adds of each product operator: loops over results, and what each is summed from.

    found = products.PRODUCTS["", "MatMul"](view)    # a Products
    print(found.forward, found.gradients)
"""

from collections import Counter, namedtuple
from itertools import product, repeat
from math import prod

import operands
import rules
import windows
from shapes import Unknown, domain_of

MICROSOFT = "com.microsoft"
WALKED_AT_MOST = 1 << 16

# `gradients` holds one count for each operand, in order, and None where they are not counted here;
# `within` is a data gradient that is needed for the gradient of any operand.
Products = namedtuple("Products", "forward gradients within", defaults=(None, 0))


def matrix_product(rows, inner, columns):
    """Walks the elements of a [rows, columns] result, each a sum of `inner` products; many elements
    are multiplied instead."""
    if rows * columns > WALKED_AT_MOST:
        return rows * columns * inner
    return sum(sum(repeat(inner, columns)) for _ in range(rows))


def channel_pairs(channels, out_channels, groups):
    """How many (output channel, input channel) pairs meet, walking the groups."""
    pairs = 0
    for group in range(groups):
        inputs = range(group * channels // groups, (group + 1) * channels // groups)
        outputs = range(group * out_channels // groups, (group + 1) * out_channels // groups)
        pairs += sum(len(inputs) for _ in outputs)
    return pairs


def taps_by_input(axis, real):
    outputs_of = Counter(start + offset for start, offset in axis.taps(real))
    return sum(outputs_of.values())


def taps_by_weight(axis, real):
    taps_of = Counter(offset for _, offset in axis.taps(real))
    return sum(taps_of.values())


def taps_of_axes(axes, count, real):
    """Window taps are separable: the total is the product of what is walked on each axis."""
    return prod(count(axis, real) for axis in axes)


def windowed(view, axes, pairs):
    """Forward by output, data gradient by input and weight gradient by weight."""
    pairs = sum(repeat(pairs, view.shape(0)[0]))
    walks = [windows.count_taps]
    is_small = max(len(axis.starts) * len(axis.offsets) for axis in axes) < WALKED_AT_MOST
    walks += [taps_by_input, taps_by_weight] if is_small else 2 * [windows.count_taps]
    forward, *gradients = [pairs * taps_of_axes(axes, walk, view.real_taps) for walk in walks]
    return Products(forward, gradients)


def conv_products(view, weight=1):
    out_channels, _, *kernel = view.shape(weight)
    pairs = channel_pairs(view.shape(0)[1], out_channels, view.get("group", 1))
    return windowed(view, windows.window_axes(view, kernel), pairs)


def quantized_conv_products(view):
    return Products(conv_products(view, weight=3 if view.op == "QLinearConv" else 1).forward, [])


def transposed_conv_products(view):
    groups = view.get("group", 1)
    channels, per_group, *kernel = view.shape(1)
    pairs = channel_pairs(channels, per_group * groups, groups)
    return windowed(view, windows.transposed_axes(view, kernel), pairs)


def deformed_conv_products(view):
    """Samples are taken at every tap, in the input or not, so there are no padded ones."""
    out_channels, _, *kernel = view.shape(1)
    batch, _, *positions = view.shape(2)
    pairs = channel_pairs(view.shape(0)[1], out_channels, view.get("group", 1))
    return Products(batch * pairs * matrix_product(prod(positions), prod(kernel), 1))


def product_of_sides(batch, m, k, n):
    one = (matrix_product(m, k, n), matrix_product(m, n, k), matrix_product(k, m, n))
    forward = a = b = 0
    for _ in product(*[range(extent) for extent in batch]):
        forward, a, b = forward + one[0], a + one[1], b + one[2]
    return Products(forward, [a, b])


def matmul_products(view):
    return product_of_sides(*operands.matmul_sides(view))


def quantized_matmul_products(view):
    second = 3 if view.op == "QLinearMatMul" else 1
    return Products(product_of_sides(*operands.matmul_sides(view, 0, second)).forward, [])


def narrow_matmul_products(view):
    """MatMulNBits: the packed weight stands for [N, K] numbers."""
    inner, columns = view.get("K"), view.get("N")
    return Products(matrix_product(prod(view.shape(0)[:-1]), inner, columns))


def contraction(left, right, kept, sizes):
    """Multiply-adds of one pairwise step, and the letters of its result. What stands in one operand
    only and is not kept is summed away before the product."""
    left, right = ({x for x in own if x in other or x in kept}
                   for own, other in ((left, right), (right, left)))
    result = (left | right) & kept
    contracted = (left & right) - kept
    elements = prod(sizes[x] for x in result)
    return matrix_product(elements, prod(sizes[x] for x in contracted), 1), result


def einsum_products(view):
    """Two operands at a time, in written order."""
    einsum = operands.Einsum(view)
    total, left = 0, set(einsum.terms[0])
    for i, term in enumerate(einsum.terms[1:], 1):
        kept = set(einsum.output).union(*einsum.terms[i + 1:])
        macs, left = contraction(left, set(term), kept, einsum.sizes)
        total += macs
    return Products(total, [total] * 2 if len(einsum.terms) == 2 else None)


def recurrent_products(view):
    """Each step of each direction multiplies its input and its state with all gates. The adjoint of
    a state goes back through every step but the first; through that, where it is an operand."""
    sizes = operands.recurrent_sizes(view)
    columns, inputs, states, within = sizes.gates * sizes.hidden, 0, 0, 0
    from_input = matrix_product(sizes.batch, sizes.inputs, columns)
    from_state = matrix_product(sizes.batch, sizes.hidden, columns)
    for _ in range(sizes.directions):
        inputs += sum(repeat(from_input, sizes.steps))
        states += sum(repeat(from_state, sizes.steps))
        within += sum(repeat(from_state, sizes.steps - 1))
    gradients = [inputs, inputs, states, 0, 0, states - within, 0, 0]
    return Products(inputs + states, gradients, within)


def seen_keys(sizes, query):
    if not sizes.causal:
        return sizes.keys
    seen = max(0, min(sizes.keys, query + 1 + sizes.past))
    return seen if sizes.window is None else min(seen, sizes.window)


def attention_products(view):
    """A score is a product over the size of a head, and each scales one value."""
    sizes = operands.ATTENTIONS[view.key](view)
    pairs = sum(seen_keys(sizes, query) for query in range(sizes.queries))
    head = matrix_product(1, sizes.qk_size, pairs) + matrix_product(1, pairs, sizes.v_size)
    return Products(sizes.projected + sum(repeat(head, sizes.batch * sizes.heads)))


PRODUCTS = {
    ("", "Conv"): conv_products,
    ("", "ConvInteger"): quantized_conv_products,
    ("", "ConvTranspose"): transposed_conv_products,
    ("", "DeformConv"): deformed_conv_products,
    ("", "Einsum"): einsum_products,
    ("", "GRU"): recurrent_products,
    ("", "Gemm"): matmul_products,
    ("", "LSTM"): recurrent_products,
    ("", "MatMul"): matmul_products,
    ("", "MatMulInteger"): quantized_matmul_products,
    ("", "QLinearConv"): quantized_conv_products,
    ("", "QLinearMatMul"): quantized_matmul_products,
    ("", "RNN"): recurrent_products,
    (MICROSOFT, "FusedConv"): conv_products,
    (MICROSOFT, "FusedGemm"): matmul_products,
    (MICROSOFT, "FusedMatMul"): matmul_products,
    (MICROSOFT, "MatMulNBits"): narrow_matmul_products,
    **dict.fromkeys(operands.ATTENTIONS, attention_products),
}

# Domains all of whose product operators are known here, and others that hold no product.
KNOWN_DOMAINS = {"", "ai.onnx.ml", "ai.onnx.preview.training"}
WITHOUT_PRODUCTS = {(MICROSOFT, op) for op in rules.MICROSOFT_SAME_SHAPE | {
    "DequantizeLinear", "EmbedLayerNormalization", "QLinearAdd", "QLinearMul", "QuantizeLinear"}}


def product_of(node):
    """The function that counts a node, or None. Errors: Unknown, for operators nobody knows."""
    key = (domain_of(node), node.op_type)
    if key not in PRODUCTS and key[0] not in KNOWN_DOMAINS and key not in WITHOUT_PRODUCTS:
        raise Unknown(f"node {node.name}: does {node.op_type} of {node.domain} hold products?")
    return PRODUCTS.get(key)
