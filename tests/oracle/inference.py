"""Facts of every value of a graph, node by node, with the graphs in attributes run in their place.

    facts = inference.infer(wire.read("cnn.onnx"), {"batch": 8})
    for run in facts.bodies[id(loop_node)]:
        run.facts, run.times

A binding is a size of a named dimension, the shape of an input, or the number in an input that
steers the graph. What stays unknown is kept with its reason: it is an error only where it matters.
"""

import onnx_wire as wire
import rules
import values
from shapes import Body, Facts, NodeView, Unknown

UNROLLED_AT_MOST = 256
SEARCHED_AT_MOST = 4096


def declared_shape(value_info, bindings):
    """The sizes of a tensor. Errors: Unknown where one is open."""
    tensor = value_info.type.tensor_type if value_info.type else None
    if tensor is None or tensor.shape is None:
        raise Unknown(f"{value_info.name} has no declared shape")
    sizes = []
    for dimension in tensor.shape.dim:
        size = dimension.dim_value
        if "dim_value" not in dimension.given or size < 0:
            size = bindings.get(dimension.dim_param)
        if size is None:
            raise Unknown(f"{value_info.name} has no size for dimension {dimension.dim_param}")
        sizes.append(size)
    return tuple(sizes)


def set_input(facts, value, bindings):
    tensor = value.type.tensor_type if value.type else None
    element_type, bound = tensor.elem_type if tensor else None, bindings.get(value.name)
    try:
        shape = bound if isinstance(bound, tuple) else declared_shape(value, bindings)
        facts.set(value.name, shape, element_type, [bound] if isinstance(bound, int) else None)
    except Unknown as error:
        facts.set_unknown(value.name, error, element_type)


def set_roots(facts, graph, bindings):
    for tensor in graph.initializer:
        facts.set(tensor.name, tensor.dims, tensor.data_type, wire.numbers(tensor))
    for value in graph.input:
        if value.name not in facts.shape and value.name not in facts.unknown:
            set_input(facts, value, bindings)


def set_outputs(view, shapes, element_type, facts):
    known = values.known_values(view, shapes)
    for name, shape, numbers in zip(view.node.output, shapes, known):
        if name:
            facts.set(name, shape, element_type, numbers)


def fall_back(view, reason, bindings, declared, facts):
    """Where no rule tells a shape: the one that the file declares."""
    for name in filter(None, view.node.output):
        try:
            info = declared[name]
            facts.set(name, declared_shape(info, bindings), info.type.tensor_type.elem_type)
        except (KeyError, Unknown):
            if name not in facts.shape:
                facts.set_unknown(name, reason)


def run_body(graph, facts, bindings, times=1):
    set_roots(facts, graph, bindings)
    infer_nodes(graph, facts, bindings)
    return Body(graph, facts, times)


def infer_if(view, bindings):
    """Both branches, or the one that a known condition takes."""
    condition = view.known(0)
    names = ("then_branch", "else_branch")
    if condition is not None:
        names = names[:1] if condition[0] else names[1:]
    runs = [run_body(view.get(name), Facts(view.facts), bindings) for name in names]
    for name, *sources in zip(view.node.output, *[run.graph.output for run in runs]):
        seen = {run.facts.shape.get(source.name) for run, source in zip(runs, sources)}
        if len(seen) == 1:
            view.facts.copy(name, runs[0].facts, sources[0].name)
        else:
            view.facts.set_unknown(name, "the branches of an If give different shapes",
                                   runs[0].facts.type.get(sources[0].name))
    return runs


def run_trip(view, state, trip, bindings):
    """One trip of a Loop: state holds (facts, name) of each carried value."""
    graph, facts = view.get("body"), Facts(view.facts)
    facts.set(graph.input[0].name, (), wire.INT64, None if trip is None else [trip])
    facts.set(graph.input[1].name, (), wire.BOOL, [1])
    for value, (source, name) in zip(graph.input[2:], state):
        facts.copy(value.name, source, name)
        if trip is not None:
            facts.values[value.name] = source.values.get(name)
    return run_body(graph, facts, bindings)


def trips_of_loop(view, state, bindings):
    """The runs of a Loop: each trip for itself, or one for all of many."""
    most, going = view.known(0), view.known(1)
    if view.has(0) and most is None:
        raise Unknown(f"{view.label}: the trip count is not known")
    is_short = most is not None and most[0] <= UNROLLED_AT_MOST
    if most and not is_short:
        run = run_trip(view, state, None, bindings)
        if condition_of(run) == [1]:
            run.times = most[0]
            return [run]
    runs, carried = [], len(state)
    while (most is None or len(runs) < most[0]) and (going is None or going[0]):
        runs.append(run_trip(view, state, len(runs), bindings))
        outputs = runs[-1].graph.output
        state = [(runs[-1].facts, value.name) for value in outputs[1:1 + carried]]
        going = condition_of(runs[-1])
        if not is_short and (going is None or len(runs) > SEARCHED_AT_MOST):
            raise Unknown(f"{view.label}: the trip count is not known")
    return runs


def condition_of(run):
    """What the condition after a trip is known to be: None, [0] or [1]."""
    return run.facts.values.get(run.graph.output[0].name)


def infer_loop(view, bindings):
    state = [(view.facts, name) for name in view.node.input[2:]]
    runs, carried = trips_of_loop(view, state, bindings), len(state)
    if not runs:
        for name, (source, initial) in zip(view.node.output, state):
            view.facts.copy(name, source, initial)
        return runs
    last, outputs = runs[-1], view.get("body").output[1:]
    for i, (name, value) in enumerate(zip(view.node.output, outputs)):
        view.facts.copy(name, last.facts, value.name)
        if i >= carried and value.name in last.facts.shape:
            trips = sum(run.times for run in runs)
            view.facts.set(name, (trips, *last.facts.shape[value.name]),
                           last.facts.type[value.name])
    return runs


def infer_scan(view, bindings):
    """Scan since operator set 9: one run for all trips, whose shapes are the same."""
    graph, scanned = view.get("body"), view.get("num_scan_inputs")
    if len(view.node.input) != len(graph.input):
        raise Unknown(f"{view.label}: a Scan of operator set 8")
    carried, facts, trips = len(graph.input) - scanned, Facts(view.facts), None
    axes = view.get("scan_input_axes", [0] * scanned)
    for i, value in enumerate(graph.input):
        shape, axis = view.shape(i), axes[i - carried] if i >= carried else None
        if axis is not None:
            axis %= len(shape)
            trips, shape = shape[axis], shape[:axis] + shape[axis + 1:]
        facts.set(value.name, shape, view.type(i))
    run = run_body(graph, facts, bindings, trips)
    for i, (name, value) in enumerate(zip(view.node.output, graph.output)):
        view.facts.copy(name, facts, value.name)
        if i >= carried and value.name in facts.shape:
            axis = view.get("scan_output_axes", [0] * (i + 1))[i - carried]
            shape = list(facts.shape[value.name])
            shape.insert(axis % (len(shape) + 1), trips)
            view.facts.set(name, shape, facts.type[value.name])
    return [run]


BODIES = {("", "If"): infer_if, ("", "Loop"): infer_loop, ("", "Scan"): infer_scan}


def infer_node(view, bindings, declared):
    facts = view.facts
    try:
        if view.key in BODIES:
            facts.bodies[id(view.node)] = BODIES[view.key](view, bindings)
        else:
            set_outputs(view, rules.output_shapes(view), values.output_type(view), facts)
    except Unknown as error:
        fall_back(view, error, bindings, declared, facts)
    for name in filter(None, view.node.output):
        if name not in facts.shape and name not in facts.unknown:
            fall_back(view, f"operator {view.op} is not known", bindings, declared, facts)


def infer_nodes(graph, facts, bindings):
    declared = {value.name: value for value in [*graph.value_info, *graph.output]}
    for node in graph.node:
        infer_node(NodeView(node, facts), bindings, declared)


def infer(model, bindings, stored=None):
    """`stored` gives inputs as tensors, by name. Errors: ShapeError."""
    facts = Facts()
    for name, tensor in (stored or {}).items():
        facts.set(name, tensor.dims, tensor.data_type, wire.numbers(tensor))
    set_roots(facts, model.graph, bindings)
    infer_nodes(model.graph, facts, bindings)
    return facts
