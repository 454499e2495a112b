"""How the operands of a product operator meet: what its shape and its count follow from."""

from collections import namedtuple

from shapes import ShapeError, broadcast


def turned(view, i, name):
    """Operand i with the exchanges that attributes such as transA and transBatchA ask for."""
    shape = view.shape(i)
    if view.get("transBatch" + name, 0):
        shape = (*shape[1:-1], shape[0], shape[-1])
    if view.get("trans" + name, 0) and len(shape) > 1:
        shape = (*shape[:-2], shape[-1], shape[-2])
    return shape


def matmul_sides(view, first=0, second=1):
    """(batch axes, m, k, n) of a matrix product, a vector seen as a matrix."""
    a, b = turned(view, first, "A"), turned(view, second, "B")
    a = (1, *a) if len(a) == 1 else a
    b = (*b, 1) if len(b) == 1 else b
    if a[-1] != b[-2]:
        raise ShapeError(f"{view.label}: inner dimensions differ: {a} and {b}")
    return broadcast([a[:-2], b[:-2]]), a[-2], a[-1], b[-1]


class Einsum:
    """The letters of each operand and of the result; the axes of an ellipsis are numbers that count
    from its end, so that operands broadcast."""

    def __init__(self, view):
        self.shapes = [view.shape(i) for i in range(len(view.node.input))]
        inputs, arrow, output = view.get("equation").replace(" ", "").partition("->")
        terms = inputs.split(",")
        if len(terms) != len(self.shapes):
            raise ShapeError(f"{view.label}: {len(terms)} terms, {len(self.shapes)} operands")
        self.terms = [self.spread(term, len(shape)) for term, shape in zip(terms, self.shapes)]
        self.sizes = self.sizes_of_letters(view)
        dots = sorted({x for term in self.terms for x in term if isinstance(x, int)}, reverse=True)
        if arrow:
            before, ellipsis, after = output.partition("...")
            self.output = [*before, *(dots if ellipsis else []), *after]
        else:
            letters = [x for x in inputs if x.isalpha()]
            self.output = [*dots, *sorted(x for x in letters if letters.count(x) == 1)]

    @staticmethod
    def spread(term, rank):
        before, ellipsis, after = term.partition("...")
        dots = range(rank - len(before) - len(after)) if ellipsis else ()
        return [*before, *reversed(dots), *after]

    def sizes_of_letters(self, view):
        sizes = {}
        for term, shape in zip(self.terms, self.shapes):
            if len(term) != len(shape):
                raise ShapeError(f"{view.label}: {len(term)} letters for the shape {shape}")
            for letter, size in zip(term, shape):
                if size != 1 and sizes.get(letter, 1) not in (1, size):
                    raise ShapeError(f"{view.label}: {letter} is {sizes[letter]} and {size}")
                sizes[letter] = size if size != 1 else sizes.get(letter, 1)
        return sizes

    def shape(self):
        return tuple(self.sizes[letter] for letter in self.output)


Recurrent = namedtuple("Recurrent", "steps batch inputs directions gates hidden")
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def recurrent_sizes(view):
    x, (directions, rows, inputs), hidden = view.shape(0), view.shape(1), view.shape(2)[-1]
    steps, batch = (x[1], x[0]) if view.get("layout", 0) else (x[0], x[1])
    gates = GATES[view.op]
    if rows != gates * hidden or x[2] != inputs:
        raise ShapeError(f"{view.label}: X {x}, W {view.shape(1)} and R {view.shape(2)} disagree")
    return Recurrent(steps, batch, inputs, directions, gates, hidden)


# Where `causal`, query i looks at keys up to i + past, and at the last `window` of them at most.
# `projected` multiply-adds come before the attention itself.
Attention = namedtuple(
    "Attention", "batch heads queries past keys qk_size v_size causal window projected",
    defaults=(False, None, 0))


def past_length(view, i, axis=2):
    return view.shape(i)[axis] if view.has(i) else 0


def onnx_attention(view):
    """Attention of ai.onnx: operands [batch, heads, length, size] or [batch, length, all heads]."""
    query, key, value = (view.shape(i) for i in range(3))
    if len(query) == 3:
        query_heads, heads = view.get("q_num_heads"), view.get("kv_num_heads")
        query = (query[0], query_heads, query[1], query[2] // query_heads)
        key = (key[0], heads, key[1], key[2] // heads)
        value = (value[0], heads, value[1], value[2] // heads)
    past = past_length(view, 4)
    return Attention(query[0], query[1], query[2], past, past + key[2], query[3], value[3],
                     bool(view.get("is_causal", 0)))


def projecting_attention(view):
    """Attention and QAttention of com.microsoft: one weight makes queries, keys and values."""
    (batch, length, inputs), (_, columns) = view.shape(0), view.shape(1)
    heads = view.get("num_heads")
    sizes = view.get("qkv_hidden_sizes") or [columns // 3] * 3
    past = past_length(view, 8 if view.op == "QAttention" else 4, axis=3)
    return Attention(batch, heads, length, past, past + length, sizes[0] // heads,
                     sizes[2] // heads, bool(view.get("unidirectional", 0)),
                     projected=batch * length * inputs * columns)


def multi_head_attention(view):
    """MultiHeadAttention of com.microsoft; operands may be packed into the query or the key. The
    last query looks at the last key."""
    query, heads = view.shape(0), view.get("num_heads")
    if len(query) == 5:  # [batch, length, heads, 3, size]
        keys, size, v_size = query[1], query[4], query[4]
    else:
        size = query[2] // heads
        keys, v_size = keys_and_value_size(view, heads, size)
    return Attention(query[0], heads, query[1], keys - query[1], keys, size, v_size,
                     bool(view.get("unidirectional", 0)))


def keys_and_value_size(view, heads, size):
    key, past = view.shape(1), past_length(view, 6)
    if len(key) == 5:  # [batch, length, heads, 2, size]
        return key[1], size
    if len(key) == 4:  # [batch, heads, length, size]
        return past + key[2], view.shape(2)[3]
    return past + key[1], view.shape(2)[2] // heads


def grouped_attention(view):
    """GroupQueryAttention of com.microsoft; without a key the query holds all."""
    (batch, length, columns), heads = view.shape(0), view.get("num_heads")
    size = columns // (heads if view.has(1) else heads + 2 * view.get("kv_num_heads"))
    past, window = past_length(view, 3), view.get("local_window_size", -1)
    return Attention(batch, heads, length, past, past + length, size, size,
                     bool(view.get("causal", 1)),
                     window if window > 0 else None)


ATTENTIONS = {("", "Attention"): onnx_attention,
              ("com.microsoft", "Attention"): projecting_attention,
              ("com.microsoft", "QAttention"): projecting_attention,
              ("com.microsoft", "MultiHeadAttention"): multi_head_attention,
              ("com.microsoft", "GroupQueryAttention"): grouped_attention}
