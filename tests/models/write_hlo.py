#!/usr/bin/env python3
"""Writes decoder.hlo: the training step of a small decoder as a compiler's text has it.

    write_hlo.py write|check

It is the model of configs/small_decoder.json, with two sequences of three tokens: an embedding that
is looked up by a product with a one-hot matrix, grouped queries, attention written out in full, a
gated layer, and of each layer the products of the gate and of queries and keys done again for the
gradients. Norms and rotary positions are left out: they hold no product.
"""
import os
import sys

BATCH, SEQ, VOCABULARY, WIDTH, KEY_HEADS, GROUP, HEAD, INNER, LAYERS = 2, 3, 10, 4, 1, 2, 2, 6, 2
PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "decoder.hlo")

TOKENS = (BATCH, SEQ)
QUERIES = (BATCH, SEQ, KEY_HEADS, GROUP, HEAD)
KEYS = (BATCH, SEQ, KEY_HEADS, HEAD)
SCORES = (BATCH, KEY_HEADS, SEQ, GROUP, SEQ)  # [.., query, group, key]


class Program:
    def __init__(self):
        self.lines, self.inputs = [], []
        self.scope = "jvp(Decoder)"

    def emit(self, shape, op, operands, attributes="", element="f32"):
        name = f"v{len(self.lines)}"
        sizes = ",".join(str(size) for size in shape)
        tail = f", {attributes}" if attributes else ""
        self.lines.append(f"  {name} = {element}[{sizes}] {op}({', '.join(operands)}){tail}, "
                          f'metadata={{op_name="jit(train_step)/{self.scope}/{op}"}}')
        return name

    def parameter(self, name, shape, element="f32"):
        sizes = ",".join(str(size) for size in shape)
        self.inputs.append(f'  {name} = {element}[{sizes}] parameter({len(self.inputs)}), '
                           f"metadata={{op_name=\"state.params['params']['{name}']\"}}"
                           if element == "f32" else
                           f"  {name} = {element}[{sizes}] parameter({len(self.inputs)})")
        return name

    def dot(self, a, b, shape, contract, batch=((), ())):
        def axes(side, kind, values):
            return f"{side}_{kind}_dims={{{','.join(map(str, values))}}}"
        parts = [axes("lhs", "batch", batch[0]), axes("rhs", "batch", batch[1])] if batch[0] else []
        parts += [axes("lhs", "contracting", contract[0]), axes("rhs", "contracting", contract[1])]
        return self.emit(shape, "dot", [a, b], ", ".join(parts))

    def reduced(self, x, shape, axes, computation):
        start = "lowest" if computation == "larger" else "zero"
        listed = ",".join(map(str, axes))
        return self.emit(shape, "reduce", [x, start], f"dimensions={{{listed}}}, to_apply={computation}")

    def spread(self, x, shape, axes):
        return self.emit(shape, "broadcast", [x], f"dimensions={{{','.join(map(str, axes))}}}")

    def softmax(self, x, shape):
        kept = tuple(range(len(shape) - 1))
        top = self.spread(self.reduced(x, shape[:-1], [len(kept)], "larger"), shape, kept)
        e = self.emit(shape, "exponential", [self.emit(shape, "subtract", [x, top])])
        total = self.spread(self.reduced(e, shape[:-1], [len(kept)], "sum"), shape, kept)
        return self.emit(shape, "divide", [e, total])

    def one_hot(self, ids, scope):
        self.scope = scope
        shape = TOKENS + (VOCABULARY,)
        spread = self.emit(shape, "broadcast", [ids], "dimensions={0,1}", "s32")
        iota = self.emit(shape, "iota", [], "iota_dimension=2", "s32")
        is_it = self.emit(shape, "compare", [spread, iota], "direction=EQ", "pred")
        return self.emit(shape, "convert", [is_it])


def scores_of(p, q, k):
    """[batch, key heads, query, group, key]"""
    return p.dot(q, k, SCORES, ([4], [3]), ([0, 2], [0, 2]))


def forward_layer(p, x, w):
    p.scope = "jvp(Decoder)/layers"
    q = p.dot(x, w["q"], QUERIES, ([2], [0]))
    k = p.dot(x, w["k"], KEYS, ([2], [0]))
    v = p.dot(x, w["v"], KEYS, ([2], [0]))
    weights = p.softmax(scores_of(p, q, k), SCORES)
    y = p.dot(weights, v, (BATCH, KEY_HEADS, SEQ, GROUP, HEAD), ([4], [1]), ([0, 1], [0, 2]))
    out = p.dot(y, w["o"], TOKENS + (WIDTH,), ([1, 3, 4], [0, 1, 2]))
    middle = p.emit(TOKENS + (WIDTH,), "add", [x, out])
    gate = p.emit(TOKENS + (INNER,), "logistic", [p.dot(middle, w["gate"], TOKENS + (INNER,), ([2], [0]))])
    up = p.dot(middle, w["up"], TOKENS + (INNER,), ([2], [0]))
    inner = p.emit(TOKENS + (INNER,), "multiply", [gate, up])
    down = p.dot(inner, w["down"], TOKENS + (WIDTH,), ([2], [0]))
    result = p.emit(TOKENS + (WIDTH,), "add", [middle, down])
    return result, {"x": x, "q": q, "k": k, "v": v, "y": y, "middle": middle, "inner": inner, "up": up}


def backward_layer(p, dy, w, kept, gradients):
    p.scope = "transpose(jvp(Decoder))/checkpoint/rematted_computation/layers"
    gate = p.emit(TOKENS + (INNER,), "logistic",
                  [p.dot(kept["middle"], w["gate"], TOKENS + (INNER,), ([2], [0]))])
    weights = p.softmax(scores_of(p, kept["q"], kept["k"]), SCORES)
    p.scope = "transpose(jvp(Decoder))/layers"
    inner_shape, wide = TOKENS + (INNER,), TOKENS + (WIDTH,)
    gradients.append(p.dot(kept["inner"], dy, (INNER, WIDTH), ([0, 1], [0, 1])))
    d_inner = p.dot(dy, w["down"], inner_shape, ([2], [1]))
    d_up = p.emit(inner_shape, "multiply", [d_inner, gate])
    d_gate = p.emit(inner_shape, "multiply", [d_inner, kept["up"]])
    gradients.append(p.dot(kept["middle"], d_up, (WIDTH, INNER), ([0, 1], [0, 1])))
    gradients.append(p.dot(kept["middle"], d_gate, (WIDTH, INNER), ([0, 1], [0, 1])))
    d_middle = p.emit(wide, "add", [p.dot(d_up, w["up"], wide, ([2], [1])),
                                    p.dot(d_gate, w["gate"], wide, ([2], [1]))])
    d_middle = p.emit(wide, "add", [d_middle, dy])
    y_shape = (BATCH, KEY_HEADS, SEQ, GROUP, HEAD)
    gradients.append(p.dot(kept["y"], d_middle, (KEY_HEADS, GROUP, HEAD, WIDTH), ([0, 2], [0, 1])))
    d_y = p.dot(d_middle, w["o"], TOKENS + (KEY_HEADS, GROUP, HEAD), ([2], [3]))
    d_y = p.emit(y_shape, "transpose", [d_y], "dimensions={0,2,1,3,4}")
    d_v = p.dot(weights, d_y, (BATCH, KEY_HEADS, SEQ, HEAD), ([2, 3], [2, 3]), ([0, 1], [0, 1]))
    d_weights = p.dot(d_y, kept["v"], SCORES, ([4], [3]), ([0, 1], [0, 2]))
    d_scores = p.emit(SCORES, "multiply", [weights, d_weights])
    d_q = p.dot(d_scores, kept["k"], y_shape, ([4], [1]), ([0, 1], [0, 2]))
    d_k = p.dot(d_scores, kept["q"], (BATCH, KEY_HEADS, SEQ, HEAD), ([2, 3], [1, 3]), ([0, 1], [0, 2]))
    d_x = d_middle
    for name, d, axes in (("q", d_q, [1, 3, 4]), ("k", d_k, [1, 3]), ("v", d_v, [1, 3])):
        sizes = (KEY_HEADS, GROUP, HEAD) if name == "q" else (KEY_HEADS, HEAD)
        gradients.append(p.dot(kept["x"], d, (WIDTH,) + sizes, ([0, 1], [0, 2])))
        d_x = p.emit(wide, "add", [d_x, p.dot(d, w[name], wide, (axes, list(range(1, len(sizes) + 1))))])
    return d_x


def write():
    p = Program()
    ids = p.parameter("ids", TOKENS, "s32")
    targets = p.parameter("targets", TOKENS, "s32")
    table = p.parameter("embedding", (VOCABULARY, WIDTH))
    head = p.parameter("head", (WIDTH, VOCABULARY))
    layers = []
    for i in range(LAYERS):
        shapes = {"q": (WIDTH, KEY_HEADS, GROUP, HEAD), "k": (WIDTH, KEY_HEADS, HEAD),
                  "v": (WIDTH, KEY_HEADS, HEAD), "o": (KEY_HEADS, GROUP, HEAD, WIDTH),
                  "gate": (WIDTH, INNER), "up": (WIDTH, INNER), "down": (INNER, WIDTH)}
        layers.append({name: p.parameter(f"layer{i}_{name}", shape) for name, shape in shapes.items()})
    wide = TOKENS + (WIDTH,)
    looked_up = p.one_hot(ids, "jvp(Decoder)/embed")
    x = p.dot(looked_up, table, wide, ([2], [0]))
    kept = []
    for w in layers:
        x, of_layer = forward_layer(p, x, w)
        kept.append(of_layer)
    p.scope = "jvp(Decoder)/head"
    logits = p.dot(x, head, TOKENS + (VOCABULARY,), ([2], [0]))
    likely = p.softmax(logits, TOKENS + (VOCABULARY,))
    wanted = p.one_hot(targets, "transpose(jvp(Decoder))/loss")
    d = p.emit(TOKENS + (VOCABULARY,), "subtract", [likely, wanted])
    p.scope = "transpose(jvp(Decoder))/head"
    gradients = [p.dot(x, d, (WIDTH, VOCABULARY), ([0, 1], [0, 1]))]
    dx = p.dot(d, head, wide, ([2], [1]))
    for w, of_layer in reversed(list(zip(layers, kept))):
        dx = backward_layer(p, dx, w, of_layer, gradients)
    p.scope = "transpose(jvp(Decoder))/embed"
    gradients.append(p.dot(looked_up, dx, (VOCABULARY, WIDTH), ([0, 1], [0, 1])))
    types = {line.split(" = ")[0].strip(): line.split(" = ")[1].split(" ")[0] for line in p.lines}
    result = ", ".join(types[g] for g in gradients)
    text = "HloModule jit_train_step\n"
    for name, op in (("sum", "add"), ("larger", "maximum")):
        text += (f"\n{name} {{\n  a = f32[] parameter(0)\n  b = f32[] parameter(1)\n"
                 f"  ROOT r = f32[] {op}(a, b)\n}}\n")
    text += "\nENTRY main {\n" + "\n".join(p.inputs) + "\n"
    text += "  zero = f32[] constant(0)\n  lowest = f32[] constant(-inf)\n"
    text += "\n".join(p.lines) + f"\n  ROOT step = ({result}) tuple({', '.join(gradients)})\n}}\n"
    return text


def main():
    text = write()
    if sys.argv[1:] == ["write"]:
        with open(PATH, "w", encoding="utf-8") as file:
            file.write(text)
        return 0
    with open(PATH, encoding="utf-8") as file:
        if file.read() == text:
            return 0
    print("decoder.hlo is not what write_hlo.py writes")
    return 1


if __name__ == "__main__":
    sys.exit(main())
