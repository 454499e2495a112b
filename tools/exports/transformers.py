"""Networks of attention: encoder, decoder, GPT, vision transformer, einsum attention, LoRA."""

import math

import torch
from torch import nn


class SelfAttention(nn.Module):
    """Packed projections, one product for the scores, one for the mix."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.scale = heads, math.sqrt(width // heads)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x, unseen=None):
        batch, seq, width = x.shape
        split = self.qkv(x).view(batch, seq, 3, self.heads, width // self.heads)
        q, k, v = split.permute(2, 0, 3, 1, 4)
        scores = torch.matmul(q, k.transpose(-2, -1)) / self.scale
        if unseen is not None:
            scores = scores.masked_fill(unseen, float("-inf"))
        mixed = torch.matmul(scores.softmax(dim=-1), v)
        return self.proj(mixed.transpose(1, 2).reshape(batch, seq, width))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = SelfAttention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(),
                                 nn.Linear(4 * width, width))

    def forward(self, x, unseen=None):
        x = x + self.attn(self.ln_1(x), unseen)
        return x + self.mlp(self.ln_2(x))


class GptBody(nn.Module):
    """The layers of a GPT, from hidden states to hidden states; a position sees those before it."""

    def __init__(self, layers, width, heads):
        super().__init__()
        self.h = nn.ModuleList([Block(width, heads) for _ in range(layers)])
        self.ln_f = nn.LayerNorm(width)

    def forward(self, x):
        seq = x.shape[1]
        unseen = ~torch.ones(seq, seq, dtype=torch.bool, device=x.device).tril()
        for block in self.h:
            x = block(x, unseen)
        return self.ln_f(x)


class Gpt(nn.Module):
    """Tokens to logits; the output layer is the token embedding again."""

    def __init__(self, vocabulary, positions, layers, width, heads):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, width), nn.Embedding(positions, width)
        self.body = GptBody(layers, width, heads)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, tokens):
        positions = torch.arange(tokens.shape[1], device=tokens.device)
        return self.lm_head(self.body(self.wte(tokens) + self.wpe(positions)))


class VisionTransformer(nn.Module):
    """Patches by a convolution, a class token, learned positions; the layers of ViT."""

    def __init__(self, image, patch, layers, width, heads, classes):
        super().__init__()
        self.conv_proj = nn.Conv2d(3, width, patch, stride=patch)
        self.class_token = nn.Parameter(torch.randn(1, 1, width))
        self.pos_embedding = nn.Parameter(torch.randn(1, (image // patch) ** 2 + 1, width))
        self.layers = nn.Sequential(*[Block(width, heads) for _ in range(layers)])
        self.ln = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)

    def forward(self, image):
        patches = self.conv_proj(image).flatten(2).transpose(1, 2)
        token = self.class_token.expand(patches.shape[0], -1, -1)
        x = torch.cat([token, patches], dim=1) + self.pos_embedding
        return self.head(self.ln(self.layers(x))[:, 0])


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)


def rotate(x, angles):
    """Rotary positions: each pair of the two halves turned by its angle."""
    cos, sin = angles.cos(), angles.sin()
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


class GroupedAttention(nn.Module):
    """Several query heads share one key and value head; those of past tokens are given."""

    def __init__(self, width, heads, shared):
        super().__init__()
        self.dim, self.group = width // heads, heads // shared
        self.q_proj = nn.Linear(width, width, bias=False)
        self.k_proj = nn.Linear(width, shared * self.dim, bias=False)
        self.v_proj = nn.Linear(width, shared * self.dim, bias=False)
        self.o_proj = nn.Linear(width, width, bias=False)

    def heads(self, x):
        return x.view(x.shape[0], x.shape[1], -1, self.dim).transpose(1, 2)

    def repeated(self, x):
        """Each head as often as queries share it. The exporter writes a reshape that does not fit for
        repeat_interleave."""
        batch, shared, seq, dim = x.shape
        wide = x.unsqueeze(2).expand(batch, shared, self.group, seq, dim)
        return wide.reshape(batch, shared * self.group, seq, dim)

    def forward(self, x, angles, past):
        q, k = [rotate(self.heads(part), angles) for part in (self.q_proj(x), self.k_proj(x))]
        k, v = [torch.cat(pair, dim=2) for pair in zip(past, (k, self.heads(self.v_proj(x))))]
        wide_k, wide_v = self.repeated(k), self.repeated(v)
        weights = (torch.matmul(q, wide_k.transpose(2, 3)) / math.sqrt(self.dim)).softmax(dim=-1)
        return self.o_proj(torch.matmul(weights, wide_v).transpose(1, 2).flatten(2)), k, v


class LlamaLayer(nn.Module):
    def __init__(self, width, heads, shared):
        super().__init__()
        self.input_norm, self.post_norm = RmsNorm(width), RmsNorm(width)
        self.attn = GroupedAttention(width, heads, shared)
        self.gate, self.up = [nn.Linear(width, 3 * width, bias=False) for _ in range(2)]
        self.down = nn.Linear(3 * width, width, bias=False)

    def forward(self, x, angles, past):
        mixed, k, v = self.attn(self.input_norm(x), angles, past)
        x = x + mixed
        y = self.post_norm(x)
        return x + self.down(nn.functional.silu(self.gate(y)) * self.up(y)), k, v


class Llama(nn.Module):
    """New tokens after those whose keys and values are given; gives theirs as well."""

    def __init__(self, vocabulary, width, heads, shared):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.layer = LlamaLayer(width, heads, shared)
        self.norm, self.head = RmsNorm(width), nn.Linear(width, vocabulary, bias=False)
        self.register_buffer("frequencies", torch.ones(width // heads // 2))

    def forward(self, tokens, past_k, past_v):
        positions = torch.arange(tokens.shape[1], device=tokens.device) + past_k.shape[2]
        angles = positions.float().unsqueeze(1) * self.frequencies
        y, k, v = self.layer(self.embed(tokens), angles, (past_k, past_v))
        return self.head(self.norm(y)), k, v


class EinsumAttention(nn.Module):
    """Every product of an attention layer, projections included, as an einsum."""

    def __init__(self, width, heads):
        super().__init__()
        shape = (width, heads, width // heads)
        self.w_q, self.w_k, self.w_v = [nn.Parameter(torch.randn(shape)) for _ in range(3)]
        self.w_o = nn.Parameter(torch.randn(heads, width // heads, width))

    def forward(self, x):
        q, k, v = [torch.einsum("bsd,dhe->bshe", x, w) for w in (self.w_q, self.w_k, self.w_v)]
        weights = (torch.einsum("bqhe,bkhe->bhqk", q, k) / math.sqrt(q.shape[-1])).softmax(dim=-1)
        mixed = torch.einsum("bhqk,bkhe->bqhe", weights, v)
        return torch.einsum("bqhe,hed->bqd", mixed, self.w_o)


class LoraLinear(nn.Module):
    """A dense layer with a low-rank update beside it."""

    def __init__(self, inputs, outputs, rank):
        super().__init__()
        self.base = nn.Linear(inputs, outputs)
        self.lora_A = nn.Linear(inputs, rank, bias=False)
        self.lora_B = nn.Linear(rank, outputs, bias=False)
        self.scale = 2.0

    def forward(self, x):
        return self.base(x) + self.scale * self.lora_B(self.lora_A(x))


class LoraNet(nn.Module):
    def __init__(self, width, rank):
        super().__init__()
        self.up = LoraLinear(width, 4 * width, rank)
        self.down = LoraLinear(4 * width, width, rank)

    def forward(self, x):
        return self.down(torch.relu(self.up(x)))


def encoder(layers, width, heads):
    layer = nn.TransformerEncoderLayer(width, heads, 4 * width, dropout=0.0, batch_first=True)
    return nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)


def encoder_decoder(layers, width, heads):
    return nn.Transformer(width, heads, layers, layers, 4 * width, dropout=0.0, batch_first=True)
