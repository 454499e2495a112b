"""Compares the multiply-adds of the forward pass of every model of a folder with the loop counter,
and those of small models of every product operator with figures worked out by hand.

    compare.py BINARY --folder FOLDER [--padding window|real]
    compare.py BINARY --cases

The folder is counted in one call. A model that does not count without the inputs that its test
stores beside it is counted once more with them: open dimensions and single integers are bound,
other small ones are held in a copy of the file. Faults are a figure that differs, a model without
one, and a product operator that is listed as uncounted.
"""

import glob
import json
import os
import re
import subprocess
import tempfile

import cases
import count_products
import onnx_wire as wire
import shapes
from products import PRODUCTS

BLANKS = re.compile(r"\s*")
GRAPH_FIELD = 7  # of a model
INTEGERS = {wire.INT32, wire.INT64, wire.BOOL, wire.UINT8, wire.INT8}
PRODUCT_OPERATORS = {op for _, op in PRODUCTS}


def run_count(binary, padding, *args):
    """The documents by path, and what the program says of the other files."""
    command = [binary, "count", *args, "--json", "--allow-uncounted", "--padding", padding]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    decoder, text, at, documents = json.JSONDecoder(), run.stdout.strip(), 0, {}
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        at = BLANKS.match(text, at).end()
        documents[document["model"]["path"]] = document
    return documents, run.stderr


def stored_files(path, kind):
    """(value, bytes) of each input or output in the first data set beside a model."""
    graph, folder = wire.read(path).graph, os.path.join(os.path.dirname(path), "test_data_set_0")
    held = {tensor.name for tensor in graph.initializer}
    values = graph.output if kind == "output" else [v for v in graph.input if v.name not in held]
    for i, value in enumerate(values):
        file = os.path.join(folder, f"{kind}_{i}.pb")
        if value.type and os.path.exists(file):
            with open(file, "rb") as stream:
                yield value, memoryview(stream.read())


def stored_tensors(path, kind):
    """Those that are tensors, by name."""
    return {value.name: wire.read_message(data, "Tensor")
            for value, data in stored_files(path, kind) if value.type.tensor_type}


def is_bindable(tensor):
    """One number that --bind takes: an integer that is not negative."""
    numbers = wire.numbers(tensor) if tensor.data_type in INTEGERS else None
    return numbers is not None and len(numbers) == 1 and numbers[0] >= 0


def may_steer(tensor):
    is_list = tensor.data_type in INTEGERS and len(tensor.dims) <= 1
    return is_list or shapes.elements(tensor.dims) == 1


def declared_and_stored_shapes(path):
    """(name, declared shape, stored dims) of each input; of a sequence, those of its elements."""
    for value, data in stored_files(path, "input"):
        kind = value.type
        if kind.tensor_type:
            yield value.name, kind.tensor_type.shape, wire.read_message(data, "Tensor").dims
        elif kind.sequence_type and kind.sequence_type.elem_type.tensor_type:
            tensors = wire.read_message(data, "Sequence").tensor_values
            if tensors:
                yield value.name, kind.sequence_type.elem_type.tensor_type.shape, tensors[0].dims


def bindings_of(path, stored):
    """--bind arguments: the open dimensions, and the integers that may steer the graph."""
    bound = {name: wire.numbers(tensor)[0]
             for name, tensor in stored.items() if is_bindable(tensor)}
    for name, shape, dims in declared_and_stored_shapes(path):
        if shape is None:
            bound[name] = "x".join(map(str, dims))
        else:
            bound.update((d.dim_param, size) for d, size in zip(shape.dim, dims) if d.dim_param)
    return [part for name, size in bound.items() for part in ("--bind", f"{name}={size}")]


def with_others_held(path, stored):
    """The bytes of a model whose graph holds the steering inputs that --bind does not take: the
    messages of protobuf that follow one another are merged."""
    others = [wire.Message("Tensor", **{**{field: getattr(tensor, field) for field in tensor.given},
                                        "name": name})
              for name, tensor in stored.items() if may_steer(tensor) and not is_bindable(tensor)]
    with open(path, "rb") as file:
        graph = wire.write(wire.Message("Graph", initializer=others))
        return file.read() + wire.field(GRAPH_FIELD, graph)


def count_with_inputs(binary, padding, path):
    """A document of the program that knows the stored inputs, or what it says instead."""
    stored = stored_tensors(path, "input")
    with tempfile.TemporaryDirectory() as folder:
        held = os.path.join(folder, "held.onnx")
        with open(held, "wb") as file:
            file.write(with_others_held(path, stored))
        documents, messages = run_count(binary, padding, held, *bindings_of(path, stored))
    return documents.get(held) or messages.strip()


def expected_macs(path, padding):
    """(multiply-adds, whether the stored inputs were needed)."""
    try:
        return count_products.count_forward(path, {}, padding=padding), False
    except shapes.Unknown:
        return count_products.count_forward(path, {}, stored_tensors(path, "input"), padding), True


def fault_of(document, expected):
    """Empty if the document agrees."""
    if isinstance(document, str):
        return f"no figure: {document}"
    missing = {row["op"] for row in document["uncounted"]} & PRODUCT_OPERATORS
    if missing:
        return f"uncounted: {', '.join(sorted(missing))}, {expected:,} by loops"
    macs = document["macs"]["forward"]
    return "" if macs == expected else f"{macs:,}, but {expected:,} by loops"


def compare_cases(binary):
    """Prints the faults; true where there is none."""
    models, faults = cases.every_model(), 0
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, f"{i}.onnx") for i in range(len(models))]
        for path, (_, model, _) in zip(paths, models):
            with open(path, "wb") as file:
                file.write(wire.write(model))
        documents, messages = run_count(binary, "window", folder)
    for path, (name, _, macs) in zip(paths, models):
        said = "\n".join(line for line in messages.split("\n") if path in line)
        fault = fault_of(documents.get(path, said), macs)
        if fault:
            faults += 1
            print(f"{name}: {fault}")
    print(f"{len(models) - faults} of {len(models)} cases agree")
    return bool(models) and not faults


def compare(binary, folder, padding):
    """Prints the faults; true where there is none."""
    paths = sorted(glob.glob(os.path.join(folder, "**", "*.onnx"), recursive=True))
    documents, _ = run_count(binary, padding, folder)
    faults = with_products = 0
    for path in paths:
        try:
            expected, needs_inputs = expected_macs(path, padding)
        except (ValueError, wire.WireError, shapes.ShapeError) as error:
            expected, needs_inputs, fault = 0, False, f"loop counter: {error}"
        else:
            if needs_inputs or path not in documents:
                documents[path] = count_with_inputs(binary, padding, path)
            fault = fault_of(documents[path], expected)
        with_products += expected > 0
        if fault:
            faults += 1
            print(f"{os.path.relpath(path, folder)}: {fault}")
    print(f"{len(paths) - faults} of {len(paths)} models agree, {with_products} of them with "
          f"products, taps: {padding}")
    return bool(paths) and not faults
