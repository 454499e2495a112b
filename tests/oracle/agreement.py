#!/usr/bin/env python3
"""Holds three derivations of one training step against each other, to the last unit.

    agreement.py PFSDAY

For each dump below: the closed form of a Llama step, worked out here from the sizes that the papers
print; the graph of the configuration; the dump of the compiled program. Each line of the closed form
must stand in both, and what only the dump does must have its reason there: the embedding that is
looked up by a product, and what is computed again. The dumps and configurations are those of the
folder models in the one that PFSDAY_SHARED names (default: `shared` beside the project); skipped, and
said so, where it is missing.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SKIPPED = 77

Llama = collections.namedtuple("Llama", "width inner layers heads key_heads head vocabulary tied",
                               defaults=(False,))
LLAMA_8B = Llama(4096, 14336, 32, 32, 8, 128, 128256)
LLAMA_70B = Llama(8192, 28672, 80, 64, 8, 128, 128256)
LLAMA_405B = Llama(16384, 53248, 126, 128, 8, 128, 128256)
MAXTEXT = Llama(2560, 8192, 8, 8, 8, 128, 32000, True)

# Dump, model, sequences and tokens of one device, options, what its multiply-adds are beside the
# closed form: the embedding as products (0 or 2), which forward products are done again, and how
# often the products of attention are.
Dump = collections.namedtuple("Dump", "file model batch seq full one_hot again macs")
PROJECTIONS = ("q", "kv", "o", "gate_up")
DUMPS = [
    Dump("hlo_llama31_8b_bf16_1x8.hlo.gz", LLAMA_8B, 2, 8192, False, 2, (), 386_083_200_172_032),
    Dump("hlo_llama3_8b_bf16_activation_offloading_1x8.hlo", LLAMA_8B, 1, 8192, False, 2, (),
         193_041_600_086_016),
    Dump("hlo_llama31_70b_bf16_16x8.hlo", LLAMA_70B, 2, 8192, False, 2,
         PROJECTIONS + ("scores", "values"), None),
    Dump("hlo_llama31_405b_bf16_16x8.hlo", LLAMA_405B, 1, 8192, False, 2,
         PROJECTIONS + ("scores", "values"), 12_346_725_305_942_016),
    Dump("nv_maxtext_1n1g_jit_train_step_before_optimization.hlo", MAXTEXT, 16, 2048, True, 0,
         ("values",), 70_175_470_649_344),
]


def forward(dump):
    """Multiply-adds of the forward pass, by line: how many products, and each one's."""
    m, tokens = dump.model, dump.batch * dump.seq
    pairs = dump.seq ** 2 if dump.full else dump.seq * (dump.seq + 1) // 2
    attention = m.layers * dump.batch * m.heads * pairs * m.head
    return {
        "q": m.layers * tokens * m.width * m.heads * m.head,
        "kv": 2 * m.layers * tokens * m.width * m.key_heads * m.head,
        "o": m.layers * tokens * m.heads * m.head * m.width,
        "gate_up": 2 * m.layers * tokens * m.width * m.inner,
        "down": m.layers * tokens * m.inner * m.width,
        "head": tokens * m.width * m.vocabulary,
        "scores": attention,
        "values": attention,
    }


def closed_form(dump):
    """(the step, what is computed again in attention, the embedding, what else is done again)"""
    lines = forward(dump)
    step = 3 * sum(lines.values())
    embedding = dump.one_hot * dump.batch * dump.seq * dump.model.vocabulary * dump.model.width
    return step, lines["scores"], embedding, sum(lines[name] for name in dump.again)


def configuration(folder, model):
    path = os.path.join(folder, f"{model.width}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"architectures": ["LlamaForCausalLM"], "model_type": "llama",
                   "hidden_size": model.width, "intermediate_size": model.inner,
                   "num_hidden_layers": model.layers, "num_attention_heads": model.heads,
                   "num_key_value_heads": model.key_heads, "head_dim": model.head,
                   "vocab_size": model.vocabulary, "rms_norm_eps": 1e-5, "hidden_act": "silu",
                   "tie_word_embeddings": model.tied, "torch_dtype": "bfloat16"}, file)
    return path


def run(binary, *arguments):
    done = subprocess.run([binary, "count", *arguments, "--json"], capture_output=True, text=True,
                          timeout=300, check=False)
    if done.returncode != 0:
        raise SystemExit(f"exit {done.returncode}: {arguments}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def reasons_of(products):
    return {one["reason"]: (one["a"], one["b"]) for one in products["reasons"]}


def check(binary, dump, config, path):
    """The faults, as text."""
    step, scores, embedding, again = closed_form(dump)
    options = ["--bind", f"batch={dump.batch}", "--bind", f"seq={dump.seq}", "--train"]
    if dump.full:
        options += ["--attention", "full"]
    faults = []

    def expect(what, found, expected):
        if found != expected:
            faults.append(f"{what}: {found} instead of {expected}")

    products = run(binary, config, *options, "--diff", path)["products"]
    expect("configuration and closed form", products["total"]["a"], step + scores)
    expect("dump and closed form", products["total"]["b"], step + scores + embedding + again)
    expect("both", products["in_both"], step + scores)
    reasons = reasons_of(products)
    expect("embedding", reasons.pop("one_hot", (0, 0)), (0, embedding))
    done_again = [reasons.pop(name, (0, 0)) for name in ("recompute", "like_forward")]
    expect("recompute", tuple(map(sum, zip(*done_again))), (0, again))
    expect("other reasons", reasons, {})
    dots = [row for row in run(binary, path, "--by", "op")["by"] if row["op"] == "dot"]
    if dump.macs is not None:
        expect("dots", sum(row["macs"] for row in dots), dump.macs)
    if "down" not in dump.again and "gate_up" in dump.again:
        faults += check_full_recompute(binary, dump, config, path, options)
    return faults


def check_full_recompute(binary, dump, config, path, options):
    """A compiler leaves out the last product of a layer, whose result no gradient needs."""
    products = run(binary, config, *options, "--recompute", "full", "--diff", path)["products"]
    expected = {"one_hot": (0, closed_form(dump)[2]), "recompute": (forward(dump)["down"], 0)}
    if reasons_of(products) == expected and products["agrees"]:
        return []
    return [f"--recompute full: {reasons_of(products)} instead of {expected}"]


def main():
    binary = sys.argv[1]
    shared = os.environ.get("PFSDAY_SHARED") or os.path.join(PROJECT, "..", "shared")
    if not os.path.isdir(os.path.join(shared, "models", "hlo")):
        print(f"skipped: there are no dumps in {os.path.normpath(shared)}/models/hlo")
        return SKIPPED
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for dump in DUMPS:
            path = os.path.join(shared, "models", "hlo", dump.file)
            faults = check(binary, dump, configuration(folder, dump.model), path)
            bad += bool(faults)
            step, scores, embedding, again = closed_form(dump)
            print(f"{'DIFFERENT' if faults else 'same'}: {dump.file}: step {step:,}, scores of the "
                  f"gradient {scores:,}, embedding {embedding:,}, again {again:,}")
            for fault in faults:
                print(f"  {fault}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
