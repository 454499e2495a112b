"""Networks of convolutions, with and without batch normalization."""

import torch
from torch import nn


def conv_norm(inputs, outputs, kernel, activation=nn.ReLU, **options):
    padding = options.get("dilation", 1) * (kernel - 1) // 2
    layers = [nn.Conv2d(inputs, outputs, kernel, padding=padding, bias=False, **options),
              nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = conv_norm(inputs, outputs, 3, stride=stride)
        self.conv2 = conv_norm(outputs, outputs, 3, activation=None)
        same = stride == 1 and inputs == outputs
        self.downsample = nn.Identity() if same else conv_norm(inputs, outputs, 1, activation=None,
                                                              stride=stride)

    def forward(self, x):
        return torch.relu(self.conv2(self.conv1(x)) + self.downsample(x))


def resnet18():
    stages, inputs = [], 64
    for stage, outputs in enumerate([64, 128, 256, 512]):
        stages += [BasicBlock(inputs, outputs, 1 if stage == 0 else 2),
                   BasicBlock(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(conv_norm(3, 64, 7, stride=2), nn.MaxPool2d(3, stride=2, padding=1),
                         *stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))


class InvertedResidual(nn.Module):
    """Widen, filter each channel on its own, narrow; a shortcut where the shapes allow it."""

    def __init__(self, inputs, outputs, expand, **options):
        super().__init__()
        hidden = inputs * expand
        self.shortcut = inputs == outputs and options.get("stride", 1) == 1
        self.layers = nn.Sequential(
            conv_norm(inputs, hidden, 1, nn.ReLU6),
            conv_norm(hidden, hidden, 3, nn.ReLU6, groups=hidden, **options),
            conv_norm(hidden, outputs, 1, None))

    def forward(self, x):
        y = self.layers(x)
        return x + y if self.shortcut else y


def mobilenet():
    return nn.Sequential(
        conv_norm(3, 8, 3, nn.ReLU6, stride=2),
        InvertedResidual(8, 8, 2), InvertedResidual(8, 12, 4, stride=2),
        InvertedResidual(12, 12, 4, dilation=2), InvertedResidual(12, 16, 4, stride=2),
        conv_norm(16, 32, 1, nn.Hardswish, groups=2), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(32, 10))


class UpsamplingNet(nn.Module):
    """Down by strided convolutions, up again by transposed ones (2x2, stride 2), with a skip."""

    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 8, 3, 2, 1)
        self.middle = nn.Conv2d(8, 8, 3, padding=1)
        self.up1 = nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.up2 = nn.ConvTranspose2d(8, 2, 3, stride=2, padding=1, output_padding=1, groups=2)

    def forward(self, x):
        skip = torch.relu(self.down1(x))
        x = torch.relu(self.middle(torch.relu(self.down2(skip))))
        return self.up2(torch.cat([skip, torch.relu(self.up1(x))], dim=1))


def transposed():
    """One transposed convolution, 2x2 with stride 2, 4 to 8 channels."""
    return nn.ConvTranspose2d(4, 8, 2, stride=2)


def audio():
    """One axis: strided, dilated and grouped, then up again."""
    return nn.Sequential(nn.Conv1d(1, 8, 10, stride=5), nn.GELU(),
                         nn.Conv1d(8, 8, 3, padding=4, dilation=4), nn.GELU(),
                         nn.Conv1d(8, 16, 4, stride=2, groups=4), nn.GELU(),
                         nn.ConvTranspose1d(16, 1, 8, stride=4))


def volume():
    """Three axes."""
    return nn.Sequential(nn.Conv3d(1, 4, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool3d(2),
                         nn.Conv3d(4, 8, (1, 3, 3)), nn.ReLU(), nn.Flatten(), nn.Linear(64, 3))


def normalized():
    """Convolutions with batch normalization and dropout."""
    return nn.Sequential(conv_norm(3, 6, 3), conv_norm(6, 8, 3, stride=2), nn.Dropout(0.1),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5))


def restoration():
    """Bilinear and pixel-shuffle upsampling, the normalizations of groups and instances, PReLU."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.GroupNorm(2, 8), nn.PReLU(8),
        nn.AvgPool2d(2), nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.ReflectionPad2d(1), nn.Conv2d(8, 12, 3), nn.InstanceNorm2d(12, affine=True), nn.ELU(),
        nn.PixelShuffle(2), nn.Conv2d(3, 3, 5, padding=2))


class Classifier(nn.Module):
    """A network that gives its own loss."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 4, 3), nn.SiLU(), nn.Flatten(), nn.Linear(144, 10))

    def forward(self, image, labels):
        return nn.functional.cross_entropy(self.layers(image), labels)
