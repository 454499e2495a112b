#!/usr/bin/env python3
"""Writes the small model files of the tests; the same bytes on every run.

    write_models.py write [FOLDER]   all of them (default: the folder of this script)
    write_models.py check            exit 1 if a committed file is not what `write` would write
    write_models.py hole PATH        a valid model with a weight of 3 GiB that takes no disk space
    write_models.py zeros PATH       3 GiB of zeros that take no disk space

Each function below writes one file and says what the file is for.
"""

import os
import struct

from onnx_build import Message, Net, attribute, run, tensor, wire

HOLE_BYTES = 3 << 30
FOLDER = os.path.dirname(os.path.abspath(__file__))


def mlp():
    """Two dense layers; the batch is a named dimension."""
    net = Net("mlp")
    x = net.input("x", ["batch", 12])
    hidden = net.op("Relu", "/relu", [net.gemm("/fc1", x, (12, 16))])
    net.output(net.gemm("/fc2", hidden, (16, 10)), ["batch", 10])
    return net.bytes()


def seq():
    """One attention head over an open dimension: products that grow with its square."""
    net = Net("seq")
    x = net.input("x", [1, "seq", 64])
    q, k, v = [net.op("MatMul", f"/attention/{part}", [x, net.weight(f"{part}.weight", [64, 8])])
               for part in ("query", "key", "value")]
    k_t = net.op("Transpose", "/attention/transpose", [k], perm=[0, 2, 1])
    scores = net.op("MatMul", "/attention/scores", [q, k_t])
    weights = net.op("Softmax", "/attention/softmax", [scores], axis=-1)
    mixed = net.op("MatMul", "/attention/mix", [weights, v])
    y = net.op("MatMul", "/attention/output", [mixed, net.weight("output.weight", [8, 64])])
    net.output(net.op("Add", "/add", [x, y]), [1, "seq", 64])
    return net.bytes()


def decoder():
    """One attention head over new tokens and those in a cache."""
    net = Net("decoder")
    x = net.input("x", [1, "seq", 8])
    past = [net.input(f"past_{part}", [1, "past", 8]) for part in ("key", "value")]
    q, k, v = [net.op("MatMul", f"/{part}", [x, net.weight(f"{part}.weight", [8, 8])])
               for part in ("query", "key", "value")]
    k, v = [net.op("Concat", f"/cache_{part}", pair, axis=1)
            for part, pair in (("key", [past[0], k]), ("value", [past[1], v]))]
    scores = net.op("MatMul", "/scores", [q, net.op("Transpose", "/transpose", [k], perm=[0, 2, 1])])
    net.output(net.op("MatMul", "/mix", [net.op("Softmax", "/softmax", [scores], axis=-1), v]),
               [1, "seq", 8])
    return net.bytes()


def image_domain():
    """A convolution between operators that read and write image files, of another domain."""
    net = Net("image_domain")
    domain = "com.microsoft.extensions"
    net.import_domain(domain, 1)
    x = net.op("DecodeImage", "/decode", [net.input("file", ["num_bytes"], wire.UINT8)], domain=domain)
    x = net.op("Transpose", "/planes", [net.op("Cast", "/to_real", [x], to=wire.FLOAT)], perm=[2, 0, 1])
    x = net.op("Unsqueeze", "/batch", [x, net.integers("first", [0])])
    x = net.op("Squeeze", "/image", [net.conv("/conv", x, [3, 3, 3, 3], pad=1), "first"])
    x = net.op("Transpose", "/pixels", [x], perm=[1, 2, 0])
    x = net.op("EncodeImage", "/encode", [net.op("Cast", "/to_bytes", [x], to=wire.UINT8)], domain=domain)
    net.output(x, ["num_encoded"], wire.UINT8)
    return net.bytes()


def fused():
    """Two attention operators of 2 heads of 4, the first one causal."""
    net = Net("fused", opset=23)
    x = net.input("x", [2, 4, 8])
    q, k, v = [net.op("MatMul", f"/first/{part}", [x, net.weight(f"{part}.weight", [8, 8])])
               for part in ("query", "key", "value")]
    heads = {"q_num_heads": 2, "kv_num_heads": 2}
    x = net.op("Attention", "/first/attention", [q, k, v], is_causal=1, **heads)
    x = net.op("Attention", "/second/attention", [x, x, x], **heads)
    net.output(net.op("MatMul", "/output", [x, net.weight("output.weight", [8, 8])]), [2, 4, 8])
    return net.bytes()


def cnn():
    """Convolution, normalization, pooling and a dense layer."""
    net = Net("cnn")
    x = net.input("image", [1, 3, 16, 16])
    x = net.conv("/conv1", x, [8, 3, 3, 3], pad=1, bias=False)
    x = net.op("Relu", "/relu1", [net.batch_norm("/bn1", x, 8)])
    x = net.max_pool("/pool1", x, kernel=2, stride=2)
    x = net.conv("/conv2", x, [16, 8, 3, 3], stride=2, pad=1)
    x = net.op("Relu", "/relu2", [net.batch_norm("/bn2", x, 16)])
    x = net.op("GlobalAveragePool", "/pool2", [x])
    x = net.op("Flatten", "/flatten", [x])
    net.output(net.gemm("/fc", x, (16, 10)), [1, 10])
    return net.bytes()


def truncated():
    """cnn.onnx, cut in the middle."""
    whole = cnn()
    return whole[:len(whole) // 2]


def residual():
    """One weight used by two layers, and an addition that skips the second."""
    net = Net("residual")
    x = net.input("x", [2, 16])
    inputs = [net.weight("shared.weight", [16, 16]), net.weight("shared.bias", [16])]
    first = net.op("Relu", "/relu1", [net.op("Gemm", "/layer1", [x, *inputs])])
    second = net.op("Relu", "/relu2", [net.op("Gemm", "/layer2", [first, *inputs])])
    both = net.op("Add", "/add", [first, second])
    net.output(net.gemm("/head", both, (16, 4)), [2, 4])
    return net.bytes()


def tied():
    """An embedding matrix, and its transpose as the output layer: one parameter."""
    net = Net("tied")
    x = net.input("one_hot", [4, 24])
    table = net.weight("embedding.weight", [24, 8])
    x = net.op("Relu", "/relu", [net.op("MatMul", "/embedding", [x, table])])
    x = net.op("MatMul", "/logits", [x, net.op("Transpose", "/transpose", [table], perm=[1, 0])])
    net.output(x, [4, 24])
    return net.bytes()


def unknown_between(typed):
    net = Net("unknown_op")
    net.import_domain("com.example", 1)
    x = net.gemm("/fc1", net.input("x", [2, 8]), (8, 6))
    x = net.op("FooBar", "/foobar", [x], domain="com.example", strength=3)
    if typed:
        net.declare(x, [2, 6])
    net.output(net.gemm("/fc2", x, (6, 4)), [2, 4])
    return net.bytes()


def unknown_op():
    """An operator nobody knows; the file says what shape it gives."""
    return unknown_between(typed=True)


def unknown_op_untyped():
    """An operator nobody knows; the file does not say what it gives."""
    return unknown_between(typed=False)


def external():
    """A weight in another file, which does not exist."""
    net = Net("external")
    x = net.input("x", [2, 512])
    place = [Message("Entry", key="location", value="no_such_file.bin"),
             Message("Entry", key="offset", value="0"),
             Message("Entry", key="length", value=str(512 * 1024 * 4))]
    net.graph.initializer.append(Message(
        "Tensor", dims=[1024, 512], data_type=wire.FLOAT, name="fc.weight", external_data=place,
        data_location=wire.EXTERNAL))
    net.output(net.op("Gemm", "/fc", [x, "fc.weight"], transB=1), [2, 1024])
    return net.bytes()


def shape_chain():
    """x.view(x.size(0), -1) as exporters write it: the new shape is computed in the graph."""
    net = Net("shape_chain")
    x = net.input("image", ["batch", 1, 8, 8])
    x = net.op("Relu", "/relu", [net.conv("/conv", x, [4, 1, 3, 3], pad=1)])
    sizes = net.op("Shape", "/shape", [x])
    scalar = net.op("Constant", "/index", [], value=tensor("", [], wire.INT64, bytes(8)))
    batch = net.op("Gather", "/gather", [sizes, scalar], axis=0)
    batch = net.op("Unsqueeze", "/unsqueeze", [batch, net.integers("axes", [0])])
    shape = net.op("Concat", "/concat", [batch, net.integers("rest", [-1])], axis=0)
    x = net.op("Reshape", "/reshape", [x, shape])
    net.output(net.gemm("/fc", x, (256, 5)), ["batch", 5])
    return net.bytes()


def bad_matmul():
    """Inner dimensions that differ."""
    net = Net("bad_matmul")
    x = net.input("x", [2, 8])
    y = net.op("MatMul", "/scores", [x, net.weight("weight", [6, 4])])
    net.output(y, [2, 4])
    return net.bytes()


def bad_recurrent():
    """A bias without axes."""
    net = Net("bad_recurrent")
    x = net.input("x", [5, 2, 3])
    operands = [x, net.weight("w", [1, 16, 3]), net.weight("r", [1, 16, 4]), net.weight("b", [])]
    net.output(net.op("LSTM", "/lstm", operands, hidden_size=4), [5, 1, 2, 4])
    return net.bytes()


def undefined():
    """A node that reads a value nobody writes."""
    net = Net("undefined")
    x = net.input("x", [2, 8])
    net.output(net.op("Add", "/add", [x, "nowhere"]), [2, 8])
    return net.bytes()


def cyclic():
    """Two nodes that wait for each other."""
    net = Net("cyclic")
    x = net.input("x", [2, 8])
    first = net.op("Add", "/first", [x, "/second"])
    net.output(net.op("Relu", "/second", [first]), [2, 8])
    return net.bytes()


def no_gradient():
    """A cast to integers, which no gradient passes, between the only weight and the output."""
    net = Net("no_gradient")
    x = net.gemm("/fc", net.input("x", [2, 8]), (8, 4))
    x = net.op("Cast", "/to_integer", [x], to=wire.INT64)
    net.output(net.op("Cast", "/to_float", [x], to=wire.FLOAT), [2, 4])
    return net.bytes()


def scalar(net, name, value):
    net.graph.initializer.append(tensor(name, [], wire.FLOAT, struct.pack("<f", value)))
    return name


def layer_norm(net, name, x, width):
    """As exporters wrote it before operator set 17."""
    centered = net.op("Sub", f"{name}/sub", [x, net.op("ReduceMean", f"{name}/mean", [x], axes=[-1])])
    square = net.op("Pow", f"{name}/pow", [centered, "two"])
    variance = net.op("ReduceMean", f"{name}/variance", [square], axes=[-1])
    deviation = net.op("Sqrt", f"{name}/sqrt", [net.op("Add", f"{name}/add", [variance, "epsilon"])])
    scaled = net.op("Div", f"{name}/div", [centered, deviation])
    stem = name.strip("/").replace("/", ".")
    scaled = net.op("Mul", f"{name}/mul", [scaled, net.weight(f"{stem}.weight", [width])])
    return net.op("Add", f"{name}/shift", [scaled, net.weight(f"{stem}.bias", [width])])


def dense(net, name, x, inputs, outputs):
    stem = name.strip("/").replace("/", ".")
    x = net.op("MatMul", f"{name}/matmul", [x, net.weight(f"{stem}.weight", [inputs, outputs])])
    return net.op("Add", name, [x, net.weight(f"{stem}.bias", [outputs])])


def attention_heads(net, name, x, width):
    """Full attention of 12 heads over projections that one product makes."""
    parts = [f"{name}/{part}" for part in ("query", "key", "value")]
    net.graph.node.append(Message(
        "Node", input=[dense(net, f"{name}/qkv", x, width, 3 * width), "thirds"], output=parts,
        name=f"{name}/split", op_type="Split", attribute=[attribute("axis", 2)]))
    order = {"query": [0, 2, 1, 3], "key": [0, 2, 3, 1], "value": [0, 2, 1, 3]}
    q, k, v = [net.op("Transpose", f"{part}/heads",
                      [net.op("Reshape", f"{part}/split", [part, "heads"])],
                      perm=order[part.rsplit("/", 1)[1]]) for part in parts]
    scores = net.op("Div", f"{name}/scale", [net.op("MatMul", f"{name}/scores", [q, k]), "eight"])
    mixed = net.op("MatMul", f"{name}/mix", [net.op("Softmax", f"{name}/softmax", [scores], axis=-1), v])
    mixed = net.op("Transpose", f"{name}/transpose", [mixed], perm=[0, 2, 1, 3])
    mixed = net.op("Reshape", f"{name}/merge", [mixed, "merged"])
    return dense(net, f"{name}/output", mixed, width, width)


def gelu(net, name, x):
    erf = net.op("Erf", f"{name}/erf", [net.op("Div", f"{name}/div", [x, "root_two"])])
    half = net.op("Mul", f"{name}/mul", [x, net.op("Add", f"{name}/add", [erf, "one"])])
    return net.op("Mul", name, [half, "half"])


def gpt2_body():
    """The 12 blocks of GPT-2 small between embedding and output layer; batch and length open."""
    width, net = 768, Net("gpt2_body", fill=True)
    x = net.input("hidden", ["batch", "seq", width])
    for name, value in (("one", 1), ("two", 2), ("eight", 8), ("half", 0.5), ("root_two", 2 ** 0.5),
                        ("epsilon", 1e-5)):
        scalar(net, name, value)
    net.integers("thirds", [width] * 3)
    net.integers("heads", [0, 0, 12, 64])
    net.integers("merged", [0, 0, width])
    for i in range(12):
        block = f"/h.{i}"
        part = attention_heads(net, f"{block}/attn", layer_norm(net, f"{block}/ln_1", x, width), width)
        x = net.op("Add", f"{block}/add_1", [x, part])
        part = dense(net, f"{block}/mlp/c_fc", layer_norm(net, f"{block}/ln_2", x, width), width, 3072)
        part = dense(net, f"{block}/mlp/c_proj", gelu(net, f"{block}/mlp/gelu", part), 3072, width)
        x = net.op("Add", f"{block}/add_2", [x, part])
    net.output(x, ["batch", "seq", width])
    return net.bytes()


def strided():
    """Convolutions and pooling that round an open image size down by 2 and by 4."""
    net = Net("strided")
    x = net.input("image", ["batch", 1, "height", 8])
    x = net.conv("/conv1", x, [4, 1, 3, 3], stride=2, pad=1)
    x = net.max_pool("/pool", net.op("Relu", "/relu", [x]), kernel=2, stride=2)
    net.output(net.conv("/conv2", x, [2, 4, 1, 1]), ["batch", 2, "rows", 2])
    return net.bytes()


def dilated():
    """One convolution of odd sizes with all that a convolution has: stride, pads, dilation, groups."""
    net = Net("dilated")
    x = net.input("image", [2, 4, 11, 9])
    weight = net.weight("conv.weight", [6, 2, 3, 2])
    y = net.op("Conv", "/conv", [x, weight], strides=[2, 3], dilations=[3, 2], pads=[2, 1, 3, 2],
               group=2, kernel_shape=[3, 2])
    net.output(y, [2, 6, 5, 4])
    return net.bytes()


def trains(gradient_domain=None):
    """A layer, the gradient of its weight, and the update by Adam: a whole training step."""
    net = Net("trains")
    net.import_domain("ai.onnx.preview.training", 1)
    x, dy = net.input("x", [2, 8]), net.input("dy", [2, 4])
    rate, step = net.input("rate", []), net.input("step", [], wire.INT64)
    weight, mean, square = [net.weight(f"fc.{name}", [8, 4]) for name in ("weight", "mean", "square")]
    y = net.op("MatMul", "/fc", [x, weight])
    if gradient_domain:
        net.import_domain(gradient_domain, 1)
        y = net.op("Relu", "/relu", [y])
        dy = net.op("ReluGrad", "/relu_Grad/ReluGrad_0", [dy, y], domain=gradient_domain)
        net.declare(dy, [2, 4])
    x_t = net.op("Transpose", "/fc_Grad/Transpose_0", [x], perm=[1, 0])
    dw = net.op("MatMul", "/fc_Grad/MatMul_0", [x_t, dy])
    net.output(y, [2, 4])
    net.update("Adam", "/adam", [rate, step, weight, dw, mean, square], [8, 4])
    return net.bytes()


def trains_uncounted():
    """The same behind an activation, whose gradient is an operator of onnxruntime's own."""
    return trains("com.microsoft")


def coupled():
    """Two open dimensions that must be equal."""
    net = Net("coupled")
    x = net.input("x", ["rows", 4])
    y = net.input("y", ["columns", 4])
    net.output(net.op("Add", "/add", [x, y]), ["rows", 4])
    return net.bytes()


FILES = [mlp, seq, decoder, image_domain, fused, cnn, truncated, residual, tied, unknown_op,
         unknown_op_untyped, external, shape_chain, bad_matmul, bad_recurrent, undefined, cyclic,
         no_gradient, gpt2_body, strided, dilated, coupled, trains, trains_uncounted]


def hole_header():
    """All bytes of the model but those of its weight, which end the file."""
    rows, columns = 24576, HOLE_BYTES // 4 // 24576
    net = Net("hole")
    net.output(net.op("MatMul", "/fc", [net.input("x", [1, rows]), "weight"]), [1, columns])
    head = wire.write(Message("Tensor", dims=[rows, columns], data_type=wire.FLOAT, name="weight"))
    head += wire.varint(9 * 8 + 2) + wire.varint(HOLE_BYTES)  # raw_data
    key = wire.varint(5 * 8 + 2) + wire.varint(len(head) + HOLE_BYTES)  # initializer
    rest = wire.write(net.graph)
    size = len(rest) + len(key) + len(head) + HOLE_BYTES
    model = net.model()
    model.given.discard("graph")
    before = wire.write(model) + wire.varint(7 * 8 + 2) + wire.varint(size)  # graph
    return before + rest + key + head


def write_hole(path):
    with open(path, "wb") as file:
        file.write(hole_header())
        file.truncate(file.tell() + HOLE_BYTES)


def write_zeros(path):
    with open(path, "wb") as file:
        file.truncate(HOLE_BYTES)


if __name__ == "__main__":
    run(FILES, FOLDER, __doc__, {"hole": write_hole, "zeros": write_zeros})
