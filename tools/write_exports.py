#!/usr/bin/env python3
"""Writes the small exports in tests/exports, and what torch says of each of them.

    /usr/bin/python3 tools/write_exports.py write [NAME...]   default: all
    /usr/bin/python3 tools/write_exports.py check [NAME...]   exit 1 where a committed one differs

Needs Debian's python3-torch, which neither the build nor the tests do: the files are committed.
Each network of exports/catalogue.py is made with random weights from a fixed seed, exported by
torch.onnx.export, and its weights are moved out to a data file that is not kept. Parameters and
products of a training step go to tests/exports/expected.json.
"""

import argparse
import copy
import io
import json
import sys
import warnings
from pathlib import Path

import torch
from torch.fx.experimental import optimization

from exports import detach_weights, measure
from exports.catalogue import EXPORTS, Tokens

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "exports"
SEED = 20180516


def build(export):
    """The network with random weights: the exporter merges equal ones, as scales that are 1."""
    torch.manual_seed(SEED)
    network = export.build().train(export.mode == "training")
    for tensor in [*network.parameters(), *network.buffers()]:
        if tensor.is_floating_point():
            torch.nn.init.uniform_(tensor, 0.01, 0.1)
    return network


def sizes_of(given):
    return given.sizes if isinstance(given, Tokens) else given


def example(given, bind):
    """An input: a tensor as it stands, or tokens or random numbers of the bound sizes."""
    if isinstance(given, torch.Tensor):
        return given.clone()
    sizes = [bind.get(extent, extent) for extent in sizes_of(given)]
    return torch.randint(10, sizes) if isinstance(given, Tokens) else torch.randn(sizes)


def examples(export, run):
    return tuple(example(given, run.bind) for given in export.inputs.values())


def open_axes(given):
    """The named dimensions of an input, by axis."""
    if isinstance(given, torch.Tensor):
        return {}
    return {axis: name for axis, name in enumerate(sizes_of(given)) if isinstance(name, str)}


def onnx_bytes(name, export):
    network = build(export)
    file = io.BytesIO()
    training = torch.onnx.TrainingMode
    torch.onnx.export(
        torch.jit.script(network) if export.script else network, examples(export, export.runs[0]),
        file, opset_version=export.opset, input_names=list(export.inputs),
        output_names=export.outputs,
        training=training.TRAINING if export.mode == "training" else training.EVAL,
        dynamic_axes={input: open_axes(given) for input, given in export.inputs.items()},
        **export.options)
    return detach_weights.detach(file.getvalue(), f"{name}.data")


def trained_network(export):
    """The network that the file holds: the exporter folds normalization into convolutions."""
    network = build(export)
    normalized = any(isinstance(module, torch.nn.BatchNorm2d) for module in network.modules())
    if export.mode == "training" or not normalized:
        return network
    return optimization.fuse(network)


def measure_run(export, network, run):
    network = copy.deepcopy(network)
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(run.trainable in name)
    step = measure.measure(network, examples(export, run), run.input_gradient)
    told = {"bind": run.bind, "options": run.options, **step}
    if run.differs:
        told["differs"] = {figure: {"more": more, "why": why}
                           for figure, (more, why) in run.differs.items()}
    return told


def fit_polynomial(export, runs):
    """The products as a sum of coefficients times batch^i * seq^j, one for each power in
    export.polynomial; solved from the first runs and held against the others."""
    rows = [[run["bind"]["batch"] ** i * run["bind"]["seq"] ** j for i, j in export.polynomial]
            for run in runs]
    count, fitted = len(export.polynomial), {}
    for name in ("forward", "data_gradient", "weight_gradient"):
        values = [run["products"][name] for run in runs]
        solved = torch.linalg.solve(torch.tensor(rows[:count], dtype=torch.float64),
                                    torch.tensor(values[:count], dtype=torch.float64))
        whole = [round(value) for value in solved.tolist()]
        if any(sum(a * b for a, b in zip(row, whole)) != value for row, value in zip(rows, values)):
            raise ValueError(f"{name}: no such polynomial")
        fitted[name] = {f"batch^{i} seq^{j}": coefficient
                        for (i, j), coefficient in zip(export.polynomial, whole)}
    return fitted


def record(export):
    network = trained_network(export)
    runs = [measure_run(export, network, run) for run in export.runs]
    told = {"what": export.what, "mode": export.mode, "opset": export.opset,
            "parameters": measure.parameter_count(network), "runs": runs}
    if export.polynomial:
        told["polynomial"] = fit_polynomial(export, runs)
    return told


def text_of(records):
    return json.dumps({"torch": torch.__version__, "exports": records}, indent=1) + "\n"


def differs(export, file, data, told, committed):
    """Whether the committed file and record are not what torch writes now."""
    return told != committed or not file.exists() or (export.stable and file.read_bytes() != data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=["write", "check"])
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    expected = FOLDER / "expected.json"
    committed = json.loads(expected.read_text())["exports"] if expected.exists() else {}
    records, differing = dict(committed), []
    for name in args.names or EXPORTS:
        export, file = EXPORTS[name], FOLDER / f"{name}.onnx"
        data, records[name] = onnx_bytes(name, export), record(export)
        print(f"{name:30}{len(data):>9} bytes", flush=True)
        if args.command == "write":
            file.write_bytes(data)
        elif differs(export, file, data, records[name], committed.get(name)):
            differing.append(name)
    if args.command == "write":
        expected.write_text(text_of({name: records[name] for name in EXPORTS if name in records}))
    elif differing:
        sys.exit(f"not what torch writes now: {' '.join(differing)}")


if __name__ == "__main__":
    main()
