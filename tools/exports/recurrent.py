"""Networks that carry a state or choose a path: LSTM, GRU, RNN, scripted loops and branches."""

import torch
from torch import nn


class Recurrent(nn.Module):
    """A recurrent layer from zero states, then a dense layer at each step."""

    def __init__(self, kind, inputs, hidden, outputs, **options):
        super().__init__()
        self.rnn = kind(inputs, hidden, **options)
        directions = 2 if options.get("bidirectional") else 1
        self.out = nn.Linear(hidden * directions, outputs)

    def forward(self, x):
        return self.out(self.rnn(x)[0])


class Stateful(nn.Module):
    """An LSTM that takes its states and gives them back."""

    def __init__(self, inputs, hidden):
        super().__init__()
        self.rnn = nn.LSTM(inputs, hidden)

    def forward(self, x, h, c):
        y, (h, c) = self.rnn(x, (h, c))
        return y, h, c


class Branches(nn.Module):
    """A wide path for inputs with a positive sum, a narrow one for others."""

    def __init__(self, width):
        super().__init__()
        self.stem = nn.Linear(width, width)
        self.wide = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(),
                                  nn.Linear(4 * width, width))
        self.narrow = nn.Linear(width, width)

    def forward(self, x):
        if bool(x.sum() > 0):
            y = self.wide(self.stem(x))
        else:
            y = self.narrow(self.stem(x))
        return y


class Steps(nn.Module):
    """A cell that is run once for each row of its input; the state starts as the first row."""

    def __init__(self, width):
        super().__init__()
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x):
        h = self.inner(x[0])
        for i in range(x.size(0)):
            h = torch.tanh(self.outer(h) + x[i])
        return h


class Until(nn.Module):
    """Layers that are repeated as often as a second input says."""

    def __init__(self, width):
        super().__init__()
        self.first, self.layer = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x, steps: torch.Tensor):
        x = self.first(x)
        i = torch.zeros_like(steps)
        while bool(i < steps):
            x = torch.relu(self.layer(x))
            i = i + 1
        return x
