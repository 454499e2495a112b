#include "importers/header/header_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "units/count.h"

namespace pfsday::importers {
namespace {

using graph::ElementType;
using graph::Shape;
using graph::TensorType;
using graph::TensorTypes;
using graph::Value;
using graph::Values;

constexpr std::size_t most_axes = 16;
constexpr std::int64_t longest_axis = std::int64_t{1} << 40U;

/// "a.weight and 3 more".
std::string list_names(const std::vector<std::string_view>& names) {
  if (names.size() == 1) return std::string(names[0]);
  return fmt::format("{} and {} more", names[0], names.size() - 1);
}

class HeaderGraph {
 public:
  explicit HeaderGraph(Header header) : header_(std::move(header)), builder_(model_.graph) {
    for (const HeaderTensor& tensor : header_.tensors) model_.tensors.push_back(tensor.listed);
    uses_ = find_uses(model_.tensors);
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i] == WeightUse::expert && can_use_experts(i)) uses_[i] = WeightUse::linear;
      if (uses_[i] != WeightUse::packed && holds_no_weights(i)) uses_[i] = WeightUse::buffer;
      model_.tensors[i].use = to_string(uses_[i]);
    }
  }

  Model build() && {
    add_tensors();
    Values outputs;
    for (std::size_t use = 1; use < weight_use_count; ++use) {
      const auto out = add_uncounted(static_cast<WeightUse>(use));
      if (out) outputs.push_back(*out);
    }
    add_products(outputs);
    model_.graph.set_outputs(std::move(outputs));
    model_.format = std::move(header_.format);
    model_.notes = std::move(header_.notes);
    model_.notes.push_back(describe());
    if (std::ranges::find(uses_, WeightUse::packed) != uses_.end()) {
      model_.notes.emplace_back(
          "Some weights hold several numbers in each element, which are counted as one: the "
          "parameters are a lower bound, too.");
    }
    return std::move(model_);
  }

 private:
  /// Counters, codes and flags: nothing that is trained is of such a type.
  bool holds_no_weights(std::size_t i) const {
    const ElementType element = header_.tensors[i].element;
    return !graph::is_real(element) && !graph::is_quantized(element);
  }

  bool can_use_experts(std::size_t i) const {
    const Shape& shape = model_.tensors[i].shape;
    return header_.experts_used && shape.size() == 3 && *header_.experts_used <= shape[0];
  }

  void add_tensors() {
    for (std::size_t i = 0; i < header_.tensors.size(); ++i) {
      const Tensor& listed = model_.tensors[i];
      const TensorType type{header_.tensors[i].element, listed.shape};
      const Value tensor = model_.graph.add_tensor(listed.name, type);
      if (uses_[i] != WeightUse::buffer) builder_.use_as_parameter(tensor);
      values_.push_back(tensor);
    }
  }

  void enter(std::string op, std::string name) {
    builder_.set_origin(model_.graph.add_origin({.op = std::move(op), .name = std::move(name)}));
  }

  /// One node for all weights of that use; what it gives, if nothing else of the graph uses that.
  std::optional<Value> add_uncounted(WeightUse use) {
    Values inputs;
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i] != use) continue;
      inputs.push_back(values_[i]);
      names.push_back(model_.tensors[i].name);
    }
    if (inputs.empty()) return std::nullopt;
    const std::string op(to_string(use));
    enter(op, list_names(names));
    const Value out = builder_.uncounted(std::move(inputs), {{ElementType::f32, {1}}}, op,
                                         std::string(reason_of(use)))[0];
    if (use != WeightUse::embedding) return out;
    embedded_ = out;
    return std::nullopt;
  }

  /// What one row is multiplied with: [n, k], or those experts of [experts, n, k] that are used.
  Value matrix_of(std::size_t i) {
    const Shape& shape = model_.tensors[i].shape;
    Value w = values_[i];
    if (shape.size() == 3) {
      w = builder_.slice_axis(w, 0, 0, *header_.experts_used);
      w = builder_.reshape(w, {*header_.experts_used * shape[1], shape[2]});
    }
    const ElementType element = header_.tensors[i].element;
    const bool is_computed_with = element == ElementType::f64 || element == ElementType::f32 ||
                                  element == ElementType::f16 || element == ElementType::bf16;
    return is_computed_with ? w : builder_.cast(w, ElementType::f32);
  }

  void add_products(Values& outputs) {
    std::vector<Value> matrices;
    std::vector<std::size_t> which;
    TensorTypes rows;
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i] != WeightUse::linear) continue;
      enter("linear", model_.tensors[i].name);
      matrices.push_back(matrix_of(i));
      origins_.push_back(builder_.origin());
      const TensorType& type = builder_.type(matrices.back());
      rows.push_back({type.element, {1, type.shape[1]}});
      products_ += type.elements();
    }
    enter("computation", "(between the weights)");
    Values inputs = {model_.graph.add_input("token", {ElementType::i64, {1}})};
    if (embedded_) inputs.push_back(embedded_);
    rows.push_back({ElementType::f32, {1}});
    const Values x = builder_.uncounted(std::move(inputs), rows, "computation",
                                        "attention, norms, activations, sums: not in the header");
    outputs.push_back(x[matrices.size()]);
    for (std::size_t i = 0; i < matrices.size(); ++i) {
      builder_.set_origin(origins_[i]);
      outputs.push_back(builder_.dot(x[i], matrices[i], {{}, {}, {1}, {1}}));
    }
  }

  std::string describe() const {
    if (model_.tensors.empty()) {
      return "The file lists no tensors: it says nothing of parameters or of work.";
    }
    if (origins_.empty()) {
      return "No tensor has a name that is known for a product with each token: nothing is "
             "counted, "
             "and 0 is a lower bound.";
    }
    return fmt::format(
        "A header says what weights there are, not what is computed with them. Counted is one "
        "token, "
        "which goes once through each linear weight that is known by its name, {} of them: {} "
        "multiply-adds. It is a lower bound.",
        units::to_grouped(origins_.size()), units::to_grouped(products_));
  }

  Header header_;
  Model model_;
  ops::Builder builder_;
  std::vector<WeightUse> uses_;
  std::vector<Value> values_;
  std::vector<std::uint32_t> origins_;  ///< of the products
  Value embedded_ = {};
  units::Count products_ = 0;
};

}  // namespace

Result<void> check_header_shape(const Shape& shape) {
  if (shape.size() > most_axes) {
    return fail(Code::limit_exceeded,
                fmt::format("{} axes; at most {} are read", shape.size(), most_axes));
  }
  for (const std::int64_t size : shape) {
    if (size <= longest_axis) continue;
    return fail(Code::limit_exceeded, fmt::format("an axis of {} elements", size));
  }
  return {};
}

Model model_of_header(Header header) { return HeaderGraph(std::move(header)).build(); }

}  // namespace pfsday::importers
