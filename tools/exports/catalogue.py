"""The exports: each a network, what it is exported with, and the runs that are measured.

An input is written as its sizes; a name among them is a dimension that stays open in the file, and
a run says what it is bound to. A tensor is taken as it stands.
"""

from dataclasses import dataclass, field

import torch
from torch import nn

from . import convolutions, recurrent, transformers


@dataclass
class Run:
    """One measured training step: sizes of the open dimensions, and what `pfsday count` is told."""
    bind: dict = field(default_factory=dict)
    options: list = field(default_factory=list)
    input_gradient: bool = False
    trainable: str = ""     # a part of the names of the parameters that are trained
    differs: dict = field(default_factory=dict)  # figure to (how much more ours is, why)


@dataclass
class Tokens:
    """Sizes of an input that holds the numbers of tokens."""
    sizes: tuple


@dataclass
class Export:
    """A file: `build` gives the network, `inputs` what it is given, by name."""
    what: str
    build: object
    inputs: dict
    outputs: list = field(default_factory=lambda: ["y"])
    opset: int = 16
    mode: str = "inference"     # or "training": normalization by the batch, with dropout
    runs: list = field(default_factory=lambda: [Run()])
    options: dict = field(default_factory=dict)  # more arguments of torch.onnx.export
    script: bool = False        # through torch.jit.script, which keeps branches and loops
    stable: bool = True         # the same bytes each time
    polynomial: tuple = ()      # fitted to the products: powers of (batch, seq)


GROUP_SCALES = ("the exporter writes the scale and shift of a normalization of groups as constants of "
                "two elements, which the rule of parameters takes for weights")
FREQUENCIES = ("the frequencies of the rotary positions are a buffer of torch; in the file they are "
               "a constant of four elements that is multiplied, which the rule of parameters takes "
               "for weights")

WITH_IMAGE = [Run(), Run(options=["--input-gradient"], input_gradient=True)]
KEEP_NAMES = {"do_constant_folding": False}


def scaled(*batches_and_seqs):
    return [Run(bind={"batch": batch, "seq": seq}) for batch, seq in batches_and_seqs]


EXPORTS = {
    "transformer_encoder": Export(
        "nn.TransformerEncoder, fixed sizes",
        lambda: transformers.encoder(2, 64, 4), {"x": (2, 16, 64)}, opset=14),
    "transformer_encoder_dynamic": Export(
        "the same, batch and seq open",
        lambda: transformers.encoder(2, 64, 4), {"x": ("batch", "seq", 64)},
        runs=scaled((2, 16), (3, 21))),
    "transformer": Export(
        "nn.Transformer, encoder and decoder",
        lambda: transformers.encoder_decoder(1, 32, 4),
        {"source": (2, 12, 32), "target": (2, 7, 32)}, opset=13),
    "gpt_fixed": Export(
        "GPT with tied embeddings, fixed sizes",
        lambda: transformers.Gpt(96, 32, 2, 48, 3), {"tokens": Tokens((2, 16))}, opset=14,
        options=KEEP_NAMES),
    "gpt_dynamic": Export(
        "the same, batch and seq open",
        lambda: transformers.Gpt(96, 32, 2, 48, 3), {"tokens": Tokens(("batch", "seq"))},
        runs=scaled((1, 16), (3, 21)), options=KEEP_NAMES),
    "gpt_functions": Export(
        "the layers of a GPT as functions of the file (torch orders them by address)",
        lambda: transformers.GptBody(3, 48, 3), {"x": (2, 16, 48)}, opset=15,
        stable=False,
        options={"export_modules_as_functions": {transformers.Block, nn.LayerNorm, nn.GELU}}),
    "gpt2_body": Export(
        "the 12 layers of GPT-2 small, batch and seq open",
        lambda: transformers.GptBody(12, 768, 12), {"x": ("batch", "seq", 768)}, opset=17,
        runs=scaled((1, 8), (1, 16), (2, 24)), polynomial=((1, 1), (1, 2))),
    "vit_b_16": Export(
        "ViT-B/16 at 224",
        lambda: transformers.VisionTransformer(224, 16, 12, 768, 12, 1000),
        {"image": (1, 3, 224, 224)}, opset=17, runs=WITH_IMAGE),
    "einsum_attention": Export(
        "attention with every product an einsum",
        lambda: transformers.EinsumAttention(32, 4), {"x": ("batch", "seq", 32)}, opset=13,
        runs=scaled((2, 10), (1, 7))),
    "llama": Export(
        "rotary positions, grouped queries, gated layers; keys and values of past tokens are given",
        lambda: transformers.Llama(64, 48, 6, 2),
        {"tokens": Tokens(("batch", "seq")), "past_k": ("batch", 2, "past", 8),
         "past_v": ("batch", 2, "past", 8)},
        outputs=["logits", "present_k", "present_v"], opset=15,
        runs=[Run(bind={"batch": 1, "seq": 1, "past": 12},
                  differs={"parameters": (4, FREQUENCIES)}),
              Run(bind={"batch": 2, "seq": 5, "past": 3},
                  differs={"parameters": (4, FREQUENCIES)})]),
    "lora": Export(
        "dense layers with low-rank updates",
        lambda: transformers.LoraNet(64, 4), {"x": (2, 8, 64)}, opset=13,
        runs=[Run(), Run(options=["--trainable", "*lora_*"], trainable="lora_")],
        options=KEEP_NAMES),
    "resnet18": Export(
        "ResNet-18 at 224, normalization folded",
        convolutions.resnet18, {"image": (1, 3, 224, 224)}, opset=11, runs=WITH_IMAGE),
    "resnet18_train": Export(
        "ResNet-18 at 224, exported for training",
        convolutions.resnet18, {"image": (1, 3, 224, 224)}, mode="training", opset=15,
        runs=WITH_IMAGE),
    "mobilenet": Export(
        "depthwise, strided, dilated and grouped convolutions; image sizes open",
        convolutions.mobilenet, {"image": ("batch", 3, "height", "width")}, opset=14,
        runs=[Run(bind={"batch": 2, "height": 32, "width": 32}),
              Run(bind={"batch": 1, "height": 37, "width": 50})]),
    "upsampling": Export(
        "strided and transposed convolutions with a skip",
        convolutions.UpsamplingNet, {"image": (1, 1, 16, 12)}, opset=12, runs=WITH_IMAGE),
    "transposed": Export(
        "a transposed convolution, 2x2 with stride 2, on (1, 4, 30, 2)",
        convolutions.transposed, {"x": (1, 4, 30, 2)}, opset=9, runs=WITH_IMAGE),
    "audio": Export(
        "convolutions of one axis: strided, dilated, grouped, transposed",
        convolutions.audio, {"wave": ("batch", 1, 400)}, opset=10,
        runs=[Run(bind={"batch": 2})]),
    "volume": Export(
        "convolutions of three axes",
        convolutions.volume, {"x": (1, 1, 9, 18, 18)}, opset=11),
    "restoration": Export(
        "upsampling, normalization of groups and instances, PReLU",
        convolutions.restoration, {"image": (1, 3, 16, 16)}, opset=13,
        runs=[Run(differs={"parameters": (4, GROUP_SCALES)})]),
    "classifier": Export(
        "a network that gives its own loss",
        convolutions.Classifier, {"image": (2, 1, 8, 8), "labels": Tokens((2,))}, outputs=["loss"],
        opset=14, mode="training"),
    "normalized": Export(
        "convolutions, normalization folded",
        convolutions.normalized, {"x": ("batch", 3, 12, 12)}, opset=13,
        runs=[Run(bind={"batch": 2})]),
    "normalized_train": Export(
        "the same, exported for training: normalization by the batch, dropout",
        convolutions.normalized, {"x": ("batch", 3, 12, 12)}, mode="training", opset=15,
        runs=[Run(bind={"batch": 2})]),
    "lstm": Export(
        "LSTM: two layers, both directions",
        lambda: recurrent.Recurrent(nn.LSTM, 12, 16, 5, num_layers=2, bidirectional=True),
        {"x": (9, 2, 12)}, opset=14),
    "lstm_dynamic": Export(
        "LSTM: one layer, its states are inputs and outputs, seq open",
        lambda: recurrent.Stateful(12, 16),
        {"x": ("seq", 2, 12), "h": (1, 2, 16), "c": (1, 2, 16)},
        outputs=["y", "h_n", "c_n"],
        runs=[Run(bind={"seq": 9}), Run(bind={"seq": 4})]),
    "gru": Export(
        "GRU: two layers, batch first",
        lambda: recurrent.Recurrent(nn.GRU, 12, 16, 5, num_layers=2, batch_first=True),
        {"x": (2, 9, 12)}, opset=11),
    "rnn": Export(
        "plain recurrent layer, both directions",
        lambda: recurrent.Recurrent(nn.RNN, 12, 16, 5, bidirectional=True),
        {"x": (9, 2, 12)}, opset=9),
    "branches": Export(
        "a scripted If: a wide path or a narrow one",
        lambda: recurrent.Branches(16), {"x": torch.ones(3, 16)}, script=True),
    "steps": Export(
        "a scripted loop over the rows of the input",
        lambda: recurrent.Steps(16), {"x": ("seq", 2, 16)}, script=True,
        runs=[Run(bind={"seq": 7}), Run(bind={"seq": 3})]),
    "until": Export(
        "a scripted loop that runs as often as an input says",
        lambda: recurrent.Until(16), {"x": (4, 16), "steps": torch.tensor(5)}, script=True,
        runs=[Run(options=["--trips", "/Loop=5"])]),
}
