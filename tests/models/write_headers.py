#!/usr/bin/env python3
"""Writes the headers of checkpoints that the golden tests and fuzz targets read; their tensors hold
zeros.

    write_headers.py            write what differs
    write_headers.py check      exit 1 if a file is not what this program writes
"""

import json
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent.parent / "fuzz" / "corpus"
BYTES = {"F32": 4, "BF16": 2, "I64": 8, "U8": 1}


def elements(shape):
    count = 1
    for size in shape:
        count *= size
    return count


def safetensors(tensors, metadata=None):
    """tensors: (name, type, shape) in the order of their bytes."""
    header, at = ({"__metadata__": metadata} if metadata else {}), 0
    for name, kind, shape in tensors:
        end = at + elements(shape) * BYTES[kind]
        header[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [at, end]}
        at = end
    return with_header(json.dumps(header, separators=(",", ":")), at)


def with_header(text, data_bytes):
    return struct.pack("<Q", len(text)) + text.encode() + bytes(data_bytes)


def layer(i, hidden=4, inner=6):
    prefix = f"model.layers.{i}."
    yield prefix + "input_layernorm.weight", "BF16", (hidden,)
    for name in ("q", "k", "v", "o"):
        yield f"{prefix}self_attn.{name}_proj.weight", "BF16", (hidden, hidden)
    for name in ("gate", "up"):
        yield f"{prefix}mlp.{name}_proj.weight", "BF16", (inner, hidden)
    yield prefix + "mlp.down_proj.weight", "BF16", (hidden, inner)


EMBEDDING = ("model.embed_tokens.weight", "BF16", (10, 4))
HEAD = ("lm_head.weight", "BF16", (10, 4))


def index(shards):
    """The index of files, each a list of tensors."""
    total = sum(elements(shape) * BYTES[kind] for ts in shards.values() for _, kind, shape in ts)
    names = {name: file for file, ts in shards.items() for name, _, _ in ts}
    return (json.dumps({"metadata": {"total_size": total}, "weight_map": names}, indent=2)
            + "\n").encode()


GGUF_TYPES = {"F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 18), "Q6_K": (14, 256, 210)}


def gguf(keys, tensors, version=3, order="<", cut=0):
    """keys: name to a number, a text or a list of texts; tensors: (name, type, shape)."""
    length = "I" if version == 1 else "Q"
    number = lambda form, *values: struct.pack(order + form, *values)
    text = lambda value: number(length, len(value)) + value.encode()

    def value_of(value):
        if isinstance(value, int):
            return number("II", 4, value)
        if isinstance(value, str):
            return number("I", 8) + text(value)
        return number("II", 9, 8) + number(length, len(value)) + b"".join(map(text, value))

    head = b"GGUF" + number("I", version) + number(length * 2, len(tensors), len(keys))
    head += b"".join(text(name) + value_of(value) for name, value in keys.items())
    at = 0
    for name, kind, shape in tensors:
        code, block, size = GGUF_TYPES[kind]
        head += text(name) + number("I", len(shape)) + number(length * len(shape), *shape[::-1])
        head += number("IQ", code, at)
        at += -(-(elements(shape) // block * size) // 32) * 32
    return (head + bytes(-len(head) % 32) + bytes(at))[:len(head) + -len(head) % 32 + at - cut]


GGUF_KEYS = {"general.architecture": "llama", "general.name": "tiny", "llama.block_count": 1,
             "llama.embedding_length": 256, "llama.feed_forward_length": 6,
             "llama.attention.head_count": 4, "llama.expert_count": 4, "llama.expert_used_count": 2,
             "tokenizer.ggml.tokens": ["a", "b", "c"]}
GGUF_TENSORS = [("token_embd.weight", "Q6_K", (3, 256)), ("output_norm.weight", "F32", (256,)),
                *((f"blk.0.attn_{name}.weight", "Q4_0", (16, 256)) for name in ("q", "k", "v")),
                ("blk.0.ffn_gate_inp.weight", "F32", (4, 256)),
                ("blk.0.ffn_up_exps.weight", "F16", (4, 6, 256))]

SHARDS = {"model-00001-of-00002.safetensors": [EMBEDDING, *layer(0)],
          "model-00002-of-00002.safetensors": [*layer(1), HEAD]}
# Of the same model, as far as the checkpoint has it: no norm behind the attention, none at the end,
# and 7 for 6 in the feed-forward layers.
CONFIGURATION = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 10,
                 "hidden_size": 4, "intermediate_size": 7, "num_hidden_layers": 2,
                 "num_attention_heads": 2, "num_key_value_heads": 2, "rms_norm_eps": 1e-05,
                 "hidden_act": "silu", "tie_word_embeddings": False, "torch_dtype": "bfloat16"}
WHOLE = [EMBEDDING, *(t for i in range(2) for t in layer(i)), HEAD, ("model.norm.weight", "BF16", (4,)),
         *((f"model.layers.{i}.post_attention_layernorm.weight", "BF16", (4,)) for i in range(2))]
GAP = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}'
TWICE = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'

FILES = {
    HERE / "decoder.safetensors": safetensors([EMBEDDING, *layer(0), *layer(1), HEAD],
                                              {"format": "pt"}),
    HERE / "experts.safetensors": safetensors(
        [EMBEDDING, ("model.layers.0.mlp.gate.weight", "F32", (3, 4)),
         *((f"model.layers.0.mlp.experts.{i}.up_proj.weight", "BF16", (6, 4)) for i in range(3)),
         ("model.layers.0.mlp.table", "F32", (2, 2)), ("steps", "I64", ())]),
    HERE / "sharded" / "model.safetensors.index.json": index(SHARDS),
    **{HERE / "sharded" / file: safetensors(ts) for file, ts in SHARDS.items()},
    HERE / "sharded" / "config.json": (json.dumps(CONFIGURATION, indent=2) + "\n").encode(),
    HERE / "whole" / "model.safetensors": safetensors(WHOLE),
    HERE / "whole" / "config.json":
        (json.dumps({**CONFIGURATION, "intermediate_size": 6}, indent=2) + "\n").encode(),
    HERE / "gap.safetensors": with_header(GAP, 12),
    HERE / "twice.safetensors": with_header(TWICE, 4),
    HERE / "cut.safetensors": safetensors([EMBEDDING])[:-10],
    HERE / "experts.gguf": gguf(GGUF_KEYS, GGUF_TENSORS),
    HERE / "vocabulary.gguf": gguf(GGUF_KEYS, []),
    HERE / "cut.gguf": gguf(GGUF_KEYS, GGUF_TENSORS, cut=32),
    CORPUS / "gguf" / "small": gguf(GGUF_KEYS, [("blk.0.ffn_up_exps.weight", "F32", (4, 2, 3))]),
    CORPUS / "gguf" / "version_1": gguf({"a": 1}, [("a.weight", "F16", (2, 3))], 1),
    CORPUS / "gguf" / "big_endian": gguf({"a": "b"}, [("a", "Q4_0", (64,))], 3, ">"),
    CORPUS / "gguf" / "cut": gguf({"a": ["b"]}, [("a", "Q4_0", (64,))], cut=40),
    CORPUS / "safetensors" / "types.safetensors": safetensors(
        [("a", "F32", ()), ("b", "I64", (2, 0)), ("c.weight", "U8", (3, 2))]),
    CORPUS / "safetensors" / "huge": with_header(
        '{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}', 8),
    CORPUS / "safetensors" / "index.json": index({"a": [EMBEDDING]}),
    CORPUS / "safetensors" / "decoder": safetensors([EMBEDDING, *layer(0), HEAD]),
    CORPUS / "safetensors" / "gap": with_header(GAP, 12),
}


def main():
    differing = [path for path, content in FILES.items()
                 if not path.exists() or path.read_bytes() != content]
    if sys.argv[1:] == ["check"]:
        for path in differing:
            print(f"{path}: not what write_headers.py writes", file=sys.stderr)
        return 1 if differing else 0
    for path in differing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(FILES[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())
