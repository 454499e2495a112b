"""What torch itself computes in a training step: its products, forward and backward.

    step = measure.measure(network, inputs)
    step["products"]["forward"]            # multiply-adds of all matrix products and convolutions
    step["profiler"]["forward"]["total"]   # those that torch.profiler(with_flops=True) reports

Two ways:

  products  each call of a product that reaches torch's dispatcher, below autograd, from the shapes
            of its operands. A product of the backward pass multiplies a gradient with a saved
            operand, and gives the gradient of that operand's partner in the forward pass: a weight
            gradient where the partner depends on no input of the network, else a data gradient.
  profiler  the figures of torch.profiler, halved (it counts a multiply-add as two). In torch 1.13
            they lack convolutions of one and three axes, transposed ones, and all gradients of
            convolutions.

The gradient of each output is given; inputs need none unless `input_gradient`.
"""

import math
import re

import torch
from torch.utils._python_dispatch import TorchDispatchMode

PROFILED = ("aten::mm", "aten::addmm", "aten::bmm", "aten::baddbmm", "aten::conv2d")
PRODUCT_LIKE = re.compile(r"mm|mv|dot|matmul|^linear|bilinear$|conv|lstm|gru|rnn|attention|cdist")


def matrix_macs(a, b):
    """[..., m, k] x [..., k, n]."""
    return a.numel() * b.shape[-1]


def convolution_macs(x, weight, y, transposed):
    """One for each tap of each output; of a transposed one, for each tap of each input."""
    return (x if transposed else y).numel() * (weight.numel() // weight.shape[0])


def storage(tensor):
    return tensor.storage().data_ptr()


def tensors(values):
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from tensors(value)


class ProductCounter(TorchDispatchMode):
    """Counts the products of one forward and one backward pass. Holds all tensors of the forward
    pass, so that their addresses stay theirs."""

    OPERANDS = {"mm": (0, 1), "bmm": (0, 1), "addmm": (1, 2), "baddbmm": (1, 2)}

    def __init__(self, inputs):
        super().__init__()
        self.held = list(inputs)
        self.on_input = {storage(tensor) for tensor in self.held}
        self.partners = {}  # storage of an operand: which kinds of gradient its products give
        self.backward = False
        self.macs = {"forward": 0, "data_gradient": 0, "weight_gradient": 0}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if not self.backward:
            self.follow(args, result)
        self.count(func.overloadpacket.__name__, args, result)
        return result

    def follow(self, args, result):
        outputs = list(tensors([result]))
        self.held += outputs
        if any(storage(tensor) in self.on_input for tensor in tensors(args)):
            self.on_input.update(storage(tensor) for tensor in outputs)

    def count(self, name, args, result):
        if name in self.OPERANDS:
            a, b = (args[i] for i in self.OPERANDS[name])
            kind = self.gradient_kind(a, b) if self.backward else "forward"
            self.macs[kind] += matrix_macs(a, b)
            if not self.backward:
                self.pair(a, b)
        elif name == "convolution":
            self.macs["forward"] += convolution_macs(args[0], args[1], result, args[6])
        elif name == "convolution_backward":
            self.count_convolution_gradients(*args)
        elif PRODUCT_LIKE.search(name):
            raise ValueError(f"{name}: a product that is not counted")

    def pair(self, a, b):
        for operand, partner in ((a, b), (b, a)):
            if partner.requires_grad:
                kind = "data" if storage(partner) in self.on_input else "weight"
                self.partners.setdefault(storage(operand), set()).add(f"{kind}_gradient")

    def gradient_kind(self, a, b):
        kinds = self.partners.get(storage(a), set()) | self.partners.get(storage(b), set())
        if len(kinds) != 1:
            raise ValueError(f"a product of the backward pass may give any of {sorted(kinds)}")
        return min(kinds)

    def count_convolution_gradients(self, dy, x, weight, bias_sizes, stride, padding, dilation,
                                    transposed, output_padding, groups, output_mask):
        macs = convolution_macs(x, weight, dy, transposed)
        self.macs["data_gradient"] += macs * output_mask[0]
        self.macs["weight_gradient"] += macs * output_mask[1]


def float_outputs(result):
    return [tensor for tensor in tensors([result]) if tensor.is_floating_point()]


def run_backward(outputs):
    torch.autograd.backward(outputs, [torch.ones_like(tensor) for tensor in outputs])


def count_products(network, inputs):
    with ProductCounter(inputs) as counter:
        outputs = float_outputs(network(*inputs))
        counter.backward = True
        run_backward(outputs)
    return counter.macs


def profiled_macs(work):
    """The result of work(), and what the profiler says of it."""
    with torch.profiler.profile(with_flops=True) as profiler:
        result = work()
    named = {event.key: event.flops // 2 for event in profiler.key_averages()
             if event.key in PROFILED and event.flops}
    return result, {**dict(sorted(named.items())), "total": sum(named.values())}


def profile(network, inputs):
    outputs, forward = profiled_macs(lambda: float_outputs(network(*inputs)))
    _, backward = profiled_macs(lambda: run_backward(outputs))
    return {"forward": forward, "backward": backward}


def measure(network, inputs, input_gradient=False):
    """The training step of a network in the mode (training or not) that it is in."""
    for tensor in inputs:
        if tensor.is_floating_point():
            tensor.requires_grad_(input_gradient)
    return {"products": count_products(network, inputs), "profiler": profile(network, inputs)}


def parameter_count(network):
    return sum(math.prod(parameter.shape) for parameter in network.parameters())
