#include "importers/onnx/custom.h"

#include <fmt/format.h>

namespace pfsday::onnx {
namespace {

importers::OperatorSite site_of(const OnnxNode& node, Builder& b) {
  importers::OperatorSite site;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    site.inputs.push_back(node.has_input(i) ? std::optional(b.type(node.input(i))) : std::nullopt);
  }
  site.attribute = [&node](std::string_view name) -> std::optional<std::int64_t> {
    const AttributeView* found = node.find(name);
    const bool is_integer = found != nullptr && found->kind == AttributeView::Kind::integer;
    return is_integer ? std::optional(found->integer) : std::nullopt;
  };
  site.contents = [&](std::size_t i) { return b.known(node.input(i)); };
  return site;
}

}  // namespace

Result<Values> lower_custom(const importers::CustomOperator& op, const OnnxNode& node, Builder& b) {
  importers::CustomFigures figures = TRY(importers::work_out(op, site_of(node, b)));
  if (figures.outputs.size() < node.output_count()) {
    return fail(Code::formula_invalid, fmt::format("the node has {} outputs, its formulas give {}",
                                                   node.output_count(), figures.outputs.size()));
  }
  // An input that is left out is none of the primitive, nor is its gradient.
  Values inputs;
  Axes gradient;
  const std::size_t counters = figures.work.size();
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    if (!node.has_input(i)) continue;
    if (!b.type(node.input(i)).known()) {
      return fail(Code::value_unknown,
                  fmt::format("the type of \"{}\" is unknown", node.input_name(i)));
    }
    inputs.push_back(node.input(i));
    note_weight(node.input(i), b);
    if ((i + 1) * counters > figures.gradient.size()) continue;
    const auto first = figures.gradient.begin() + i * counters;
    gradient.insert(gradient.end(), first, first + counters);
  }
  return b.custom(inputs, figures.outputs, op.op, std::move(figures.work), std::move(gradient));
}

}  // namespace pfsday::onnx
