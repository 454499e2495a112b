#!/usr/bin/env python3
"""Writes examples/alexnet.onnx and examples/resnet50.onnx; the same bytes on every run.

    write_examples.py write [FOLDER]   both (default: examples/)
    write_examples.py check            exit 1 if a committed file is not what `write` would write

Graphs of real size in a small file: a ConstantOfShape node stands for each weight, so the files
hold the structure of the networks and none of their values.
"""

import os

from onnx_build import Net, run

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples")
LRN = {"alpha": 1e-4, "beta": 0.75, "bias": 2.0, "size": 5}


def dense(net, name, x, sizes):
    return net.op("Relu", f"{name}/relu", [net.gemm(name, x, sizes)])


def conv_relu(net, name, x, dims, **options):
    return net.op("Relu", f"{name}/relu", [net.conv(name, x, dims, **options)])


def alexnet():
    """Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
    networks", 2012, section 3: the form split over two GPUs, whose layers 2, 4 and 5 see only the
    channels on their own GPU (group=2). The input is 227 wide, with which the stated sizes agree.
    """
    net = Net("alexnet", fill=True)
    x = conv_relu(net, "/conv1", net.input("image", [1, 3, 227, 227]), [96, 3, 11, 11], stride=4)
    x = net.max_pool("/pool1", net.op("LRN", "/norm1", [x], **LRN), kernel=3, stride=2)
    x = conv_relu(net, "/conv2", x, [256, 48, 5, 5], pad=2, group=2)
    x = net.max_pool("/pool2", net.op("LRN", "/norm2", [x], **LRN), kernel=3, stride=2)
    x = conv_relu(net, "/conv3", x, [384, 256, 3, 3], pad=1)
    x = conv_relu(net, "/conv4", x, [384, 192, 3, 3], pad=1, group=2)
    x = conv_relu(net, "/conv5", x, [256, 192, 3, 3], pad=1, group=2)
    x = net.op("Flatten", "/flatten", [net.max_pool("/pool5", x, kernel=3, stride=2)])
    x = net.op("Dropout", "/fc6/dropout", [dense(net, "/fc6", x, (9216, 4096))])
    x = net.op("Dropout", "/fc7/dropout", [dense(net, "/fc7", x, (4096, 4096))])
    x = net.op("Softmax", "/softmax", [net.gemm("/fc8", x, (4096, 1000))], axis=1)
    net.output(x, [1, 1000])
    return net.bytes()


def conv_norm(net, name, x, dims, **options):
    return net.batch_norm(name + "/bn", net.conv(name, x, dims, bias=False, **options), dims[0])


def bottleneck(net, name, x, widths, stride, project):
    """Three convolutions around which the input is added, projected where its shape changes."""
    (inputs, inner, outputs), y = widths, x
    y = net.op("Relu", f"{name}/relu1",
               [conv_norm(net, f"{name}/conv1", y, [inner, inputs, 1, 1], stride=stride)])
    y = net.op("Relu", f"{name}/relu2",
               [conv_norm(net, f"{name}/conv2", y, [inner, inner, 3, 3], pad=1)])
    y = conv_norm(net, f"{name}/conv3", y, [outputs, inner, 1, 1])
    if project:
        x = conv_norm(net, f"{name}/shortcut", x, [outputs, inputs, 1, 1], stride=stride)
    return net.op("Relu", f"{name}/relu3", [net.op("Add", f"{name}/add", [y, x])])


def resnet50():
    """He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2015, table 1: the
    50-layer form, version 1, where the first 1x1 convolution of a stage has the stride.
    """
    net = Net("resnet50", fill=True)
    x = net.input("image", [1, 3, 224, 224])
    x = conv_norm(net, "/conv1", x, [64, 3, 7, 7], stride=2, pad=3)
    x = net.max_pool("/pool1", net.op("Relu", "/relu1", [x]), kernel=3, stride=2, pad=1)
    channels = 64
    for stage, blocks in enumerate((3, 4, 6, 3)):
        inner = 64 << stage
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            x = bottleneck(net, f"/layer{stage + 1}/block{block}", x, (channels, inner, 4 * inner),
                           stride, project=block == 0)
            channels = 4 * inner
    x = net.op("Flatten", "/flatten", [net.op("GlobalAveragePool", "/pool2", [x])])
    x = net.op("Softmax", "/softmax", [net.gemm("/fc", x, (2048, 1000))], axis=1)
    net.output(x, [1, 1000])
    return net.bytes()


FILES = [alexnet, resnet50]


if __name__ == "__main__":
    run(FILES, FOLDER, __doc__, {})
