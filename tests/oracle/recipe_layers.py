"""Operations of one example of a recipe, by an own reading of docs/recipes.md: two for each
multiply-add, forward, for the gradient of the weights and, but for the first layer, of its input. A
bias is an add for each output, its gradient the adds of a sum; sums of paths and means are adds,
comparisons nothing. A normalization is a subtraction, a multiply and an add for each output, and an
add for each channel; of passes with gradients no run has one.
"""

import math

KINDS = ("conv", "pool", "global_pool", "dense", "residual", "auxiliary", "layers", "block")


def with_values(layers, values):
    """The layers of a block, with numbers for the formulas of its parameters."""
    if isinstance(layers, list):
        return [with_values(layer, values) for layer in layers]
    if isinstance(layers, dict):
        return {key: with_values(layer, values) for key, layer in layers.items()}
    is_formula = isinstance(layers, str) and any(name in layers for name in values)
    return eval(layers, {"__builtins__": {}}, values) if is_formula else layers


class Layers:
    """Operations of one example of a recipe."""

    def __init__(self, recipe):
        self.shape, self.bias = list(recipe["input"]), recipe.get("bias", True)
        self.norm, self.blocks = recipe.get("norm", "none"), recipe.get("block", {})
        self.forward, self.backward, self.first = 0, 0, True
        self.walk(recipe["layers"])

    def walk(self, layers):
        for layer in layers:
            for i in range(layer.get("repeat", 1)):
                one = layer | layer.get("first", {}) if i == 0 else layer
                getattr(self, next(kind for kind in KINDS if kind in one))(one)

    def block(self, layer):
        block = self.blocks[layer["block"]]
        usual = dict(map(str.strip, p.split("=")) for p in block["parameters"] if "=" in p)
        named = {p.split("=")[0].strip(): 0 for p in block["parameters"]}
        values = {name: int(layer.get(name, usual.get(name))) for name in named}
        self.walk(with_values(block["layers"], values))

    def weigh(self, macs, has_bias, units):
        """Products with a weight, whose outputs are `self.shape`; a bias for each of its units."""
        self.forward += 2 * macs
        self.backward += 2 * macs * (1 if self.first else 2)
        self.first = False
        if has_bias:
            self.forward += math.prod(self.shape)
            self.backward += math.prod(self.shape) - units

    def slide(self, layer, stride):
        """Height and width behind a window."""
        if layer.get("pad") == "same":
            return [-(-size // stride) for size in self.shape[1:]]
        reach = 2 * layer.get("pad", 0) - layer["kernel"]
        return [(size + reach) // stride + 1 for size in self.shape[1:]]

    def conv(self, layer):
        size = self.slide(layer, layer.get("stride", 1))
        taps = layer["kernel"] ** 2 * self.shape[0] // layer.get("groups", 1)
        self.shape = [layer["conv"], *size]
        has_bias = layer.get("bias", self.bias) and self.norm == "none"
        self.weigh(math.prod(self.shape) * taps, has_bias, layer["conv"])
        if self.norm == "batch":
            self.forward += 3 * math.prod(self.shape) + layer["conv"]
            self.backward = math.nan

    def pool(self, layer):
        assert layer["pool"] == "max"
        self.shape[1:] = self.slide(layer, layer.get("stride", layer["kernel"]))
        self.backward += 0 if self.first else math.prod(self.shape)  # scattered to the maxima

    def global_pool(self, layer):
        assert layer["global_pool"] == "average"
        self.forward += math.prod(self.shape) - self.shape[0]
        self.shape = self.shape[:1]

    def dense(self, layer):
        inputs, self.shape = math.prod(self.shape), [layer["dense"]]
        self.weigh(inputs * layer["dense"], layer.get("bias", self.bias), layer["dense"])

    def residual(self, layer):
        start = list(self.shape)
        self.walk(layer["residual"])
        if self.shape != start:
            self.weigh(math.prod(self.shape) * start[0], self.bias, self.shape[0])
        self.forward += math.prod(self.shape)  # the sum of both paths
        self.backward += math.prod(start)      # and of their gradients

    def auxiliary(self, layer):
        start = list(self.shape)
        self.walk(layer["auxiliary"])
        self.shape = start

    def layers(self, layer):
        self.walk(layer["layers"])
