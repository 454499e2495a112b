#include "importers/onnx/recognition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <protozero/pbf_reader.hpp>
#include <set>
#include <unordered_set>

#include "base/text.h"

namespace pfsday::onnx {
namespace {

constexpr std::uint32_t training_info_field = 20;  // of ModelProto

bool has_training_info(Bytes file) try {
  protozero::pbf_reader model(reinterpret_cast<const char*>(file.data()), file.size());
  return model.next(training_info_field);
} catch (const protozero::exception&) {
  return false;
}

bool trains(const NodeView& node) {
  if (node.domain == "ai.onnx.preview.training") return true;
  if (node.domain != "com.microsoft") return false;
  return node.op.ends_with("Grad") || node.op.find("Grad_") != node.op.npos ||
         node.op.find("Optimizer") != node.op.npos;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

bool is_named_by_folding(std::string_view name) {
  constexpr std::string_view of_torch = "onnx::Conv_";
  if (name.starts_with(of_torch)) name.remove_prefix(of_torch.size());
  return is_number(name) || name.ends_with("_fused_bn") || name.starts_with("ConvBnFusion_");
}

std::int64_t integer_of(const NodeView& node, std::string_view name) {
  const auto found = std::ranges::find(node.attributes, name, &AttributeView::name);
  return found == node.attributes.end() ? 0 : found->integer;
}

std::size_t count_named(const Names& names) {
  return std::ranges::count_if(names, [](std::string_view name) { return !name.empty(); });
}

/// Operator sets before 7 have the attribute is_test, those from 14 on training_mode; between them
/// the statistics of the batch are further outputs.
bool uses_held_statistics(const NodeView& node, std::int64_t opset) {
  if (opset < 7) return integer_of(node, "is_test") != 0;
  return integer_of(node, "training_mode") == 0 && count_named(node.outputs) == 1;
}

/// From operator set 12 on the third input says whether anything is dropped.
bool drops_nothing(const NodeView& node, std::int64_t opset) {
  if (opset < 7) return integer_of(node, "is_test") != 0;
  return node.inputs.size() < 3 || node.inputs[2].empty();
}

bool is_named_after_dropout(const NodeView& node) {
  std::string name(node.name);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name.find("dropout") != name.npos;
}

class Evidence {
 public:
  explicit Evidence(const ModelView& model) {
    for (const auto& tensor : model.graph.initializers) held_.insert(tensor.name);
    for (const OpsetView& opset : model.opsets) {
      if (opset.domain.empty()) opset_ = opset.version;
    }
    for (const NodeView& node : model.graph.nodes) look_at(node);
    for (const FunctionView& function : model.functions) {
      for (const NodeView& node : function.body.nodes) look_at(node);
    }
  }

  Recognition take(bool has_training_info) && {
    if (has_training_info) training_.insert("a TrainingInfoProto, whose algorithm is not read");
    const std::vector<std::string> shown(training_.begin(), training_.end());
    return {.training = join(shown, ", "), .inference = training_.empty() ? describe() : ""};
  }

 private:
  void look_at(const NodeView& node) {
    if (trains(node)) training_.insert(std::string(node.op));
    if (!node.domain.empty()) return;
    if (node.op == "Conv") look_at_convolution(node);
    if (node.op == "BatchNormalization" && uses_held_statistics(node, opset_)) ++normalizations_;
    if (node.op == "Dropout" && drops_nothing(node, opset_)) ++dropouts_;
    if (node.op == "Identity" && is_named_after_dropout(node)) ++dropouts_;
  }

  void look_at_convolution(const NodeView& node) {
    ++convolutions_;
    if (node.inputs.size() < 3) return;
    const bool is_folded = std::ranges::all_of(
        std::span(node.inputs).subspan(1),
        [&](std::string_view name) { return held_.contains(name) && is_named_by_folding(name); });
    if (!is_folded) return;
    ++folded_;
    if (example_.empty()) example_ = node.inputs[1];
  }

  std::string describe() const {
    std::vector<std::string> parts;
    if (folded_ > 0) {
      parts.push_back(fmt::format(
          "{} of {} convolutions have weights and biases named as folded normalization is (such as "
          "{})",
          folded_, convolutions_, example_));
    }
    if (normalizations_ > 0) {
      parts.push_back(fmt::format("{} BatchNormalization of which the file holds the statistics",
                                  normalizations_));
    }
    if (dropouts_ > 0)
      parts.push_back(fmt::format("{} Dropout that cannot drop anything", dropouts_));
    if (parts.empty()) return {};
    std::vector<std::string> missing;
    if (folded_ + normalizations_ > 0) missing.emplace_back("the statistics of each batch");
    if (folded_ > 0) missing.emplace_back("what the export has folded or removed");
    if (dropouts_ > 0) missing.emplace_back("dropout");
    return fmt::format(
        "Looks like an export for inference: {}. The training step is that of the graph as "
        "exported, "
        "without {}.",
        join(parts, "; "), join(missing, " and "));
  }

  std::unordered_set<std::string_view> held_;
  std::int64_t opset_ = 1;
  std::set<std::string> training_;
  std::size_t convolutions_ = 0, folded_ = 0, normalizations_ = 0, dropouts_ = 0;
  std::string example_;  ///< name of a folded weight
};

}  // namespace

Recognition recognize(const ModelView& model, Bytes file) {
  return Evidence(model).take(has_training_info(file));
}

}  // namespace pfsday::onnx
