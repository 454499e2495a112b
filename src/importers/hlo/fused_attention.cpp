#include "importers/hlo/fused_attention.h"

#include <fmt/format.h>

#include "importers/hlo/configuration.h"
#include "importers/hlo/scope.h"
#include "ops/infer.h"

namespace pfsday::hlo {
namespace {

/// What the configuration says of one attention.
struct Attention {
  std::int64_t batch = 0, heads = 0, groups = 0, queries = 0, keys = 0, size = 0, value_size = 0;
  bool is_causal = false;
  std::int64_t offset = 0;  ///< keys before the first query that it sees
  std::int64_t window = 0;  ///< 0: all
  double scale = 1;
  double dropout = 0;
  bool has_bias = false;
  bool has_padding = false;  ///< how long sequences are is known only when the program runs
  bool is_backward = false;
};

std::unexpected<Error> incomplete(std::string_view field) {
  return fail(Code::value_unknown,
              fmt::format("its configuration does not say \"{}\" of the attention", field));
}

/// NVTE_Mask_Type of Transformer Engine: 0 none, 1 padding, 2 causal, 3 both, 4 causal from the
/// last query and key, 5 that and padding.
void set_mask(std::int64_t type, Attention& a) {
  a.is_causal = type >= 2;
  a.has_padding = type == 1 || type == 3 || type == 5;
  if (type >= 4) a.offset = a.keys - a.queries;
}

Result<Attention> transformer_engine(const Node& node, const Configuration& config) {
  Attention a;
  struct Field {
    std::string_view name;
    std::int64_t* into;
  };
  const Field fields[] = {
      {"input_batch", &a.batch},    {"attn_heads", &a.heads},   {"num_gqa_groups", &a.groups},
      {"q_max_seqlen", &a.queries}, {"kv_max_seqlen", &a.keys},
  };
  for (const Field& field : fields) {
    const auto value = config.integer(field.name);
    if (!value || *value < 0) return incomplete(field.name);
    *field.into = *value;
  }
  const auto size = config.integer("qk_head_dim");
  const auto shared = config.integer("head_dim");
  if (!size && !shared) return incomplete("qk_head_dim");
  a.size = size.value_or(shared.value_or(0));
  a.value_size = config.integer("v_head_dim").value_or(a.size);
  const auto mask = config.integer("mask_type");
  if (!mask) return incomplete("mask_type");
  set_mask(*mask, a);
  const std::int64_t left = config.integer("window_size_left").value_or(-1);
  if (left >= 0 && a.is_causal) a.window = left + 1;
  a.scale = config.real("scaling_factor").value_or(1);
  a.dropout = config.real("dropout_probability").value_or(0);
  a.has_bias = config.integer("bias_type").value_or(0) > 0;
  a.is_backward =
      unquoted(node.text("custom_call_target")).find("backward") != std::string_view::npos;
  return a;
}

/// From the sizes of the scores and of the tensors beside them.
Result<Attention> cudnn(const Node& node, const Configuration& config, Builder& b) {
  const std::string_view target = unquoted(node.text("custom_call_target"));
  Attention a;
  const Configuration scores(
      node.text("backend_config")
          .substr(std::min(node.text("backend_config").find("intermediate_tensor_shape"),
                           node.text("backend_config").size())));
  const auto sizes = scores.integers("dimensions");
  if (!sizes || sizes->size() != 4) return incomplete("intermediate_tensor_shape");
  a.batch = (*sizes)[0];
  a.heads = (*sizes)[1];
  a.queries = (*sizes)[2];
  a.keys = (*sizes)[3];
  const auto elements = [&](std::size_t i) -> Result<std::int64_t> {
    return static_cast<std::int64_t>(b.type(TRY(node.operand(i))).elements().value());
  };
  if (a.batch < 1 || a.heads < 1 || a.queries < 1 || a.keys < 1) {
    return incomplete("intermediate_tensor_shape");
  }
  const Count pairs = Count(a.batch) * Count(a.heads) * Count(a.queries) * Count(a.keys);
  if (pairs > Count(ops::size_limit)) return incomplete("intermediate_tensor_shape");
  a.size = TRY(elements(0)) / (a.batch * a.heads * a.queries);
  if (a.size < 1) return incomplete("size of a head");
  a.groups = TRY(elements(1)) / (a.batch * a.keys) / a.size;
  if (a.groups < 1) return incomplete("heads of the keys");
  a.value_size = TRY(elements(2)) / (a.batch * a.keys) / a.groups;
  const std::string_view mask = config.text("mask_type");
  a.is_causal = mask.find("CAUSAL") != mask.npos;
  a.has_padding = mask.find("PADDING") != mask.npos;
  const std::int64_t window = config.integer("sliding_window_length").value_or(0);
  if (window > 0 && a.is_causal) a.window = window;
  a.scale = config.real("fmha_scale").value_or(1);
  a.dropout = target.find("Dropout") != target.npos ? config.real("dropout_rate").value_or(0) : 0;
  a.has_bias = target.find("Bias") != target.npos;
  a.is_backward = target.find("Backward") != target.npos;
  return a;
}

ops::Attributes attributes_of(const Attention& a) {
  return {{"causal", std::int64_t{a.is_causal ? 1 : 0}},
          {"offset", a.offset},
          {"window", a.window},
          {"scale", a.scale},
          {"softcap", 0.0}};
}

/// The tensors of the call in the order of axes that the primitive takes. A layout that packs them
/// changes where they stand, not how many elements they have.
Values operands_of(const Attention& a, const Node& node, ElementType element, Builder& b) {
  const Values all = node.all_arrays();
  const auto tensor = [&](Shape shape) {
    return moved(all, {element, std::move(shape)}, "layout", b);
  };
  Values operands = {tensor({a.batch, a.heads, a.queries, a.size}),
                     tensor({a.batch, a.groups, a.keys, a.size}),
                     tensor({a.batch, a.groups, a.keys, a.value_size})};
  if (a.has_bias) operands.push_back(tensor({a.batch, a.heads, a.queries, a.keys}));
  return operands;
}

void note_assumptions(const Attention& a, const Node& node, Builder& b) {
  if (a.has_padding && node.scope().context().is_first(node.instruction())) {
    b.note_bound("upper_bound", "every sequence of a fused attention is taken to be full");
  }
}

/// A random number and two multiplies for each pair: a mask, and its scale.
Value with_dropout(const Attention& a, Value y, Builder& b) {
  if (a.dropout <= 0) return y;
  const Count pairs = Count(a.batch) * Count(a.heads) * Count(a.queries) * Count(a.keys);
  const auto dropped = stated({y}, {b.type(y)}, "dropout", {.mul = 2, .special = 1}, pairs, b);
  return dropped && !dropped->empty() ? (*dropped)[0] : y;
}

Result<Values> lower_forward(const Attention& a, const Node& node, ElementType element,
                             Builder& b) {
  const Value y =
      with_dropout(a, b.emit("attention", operands_of(a, node, element, b), attributes_of(a)), b);
  Values results;
  for (const TensorType& type : node.result_types()) {
    results.push_back(moved({y}, type, node.op(), b));
  }
  return results;
}

Result<Values> lower_backward(const Attention& a, const Node& node, ElementType element,
                              Builder& b) {
  Values operands = operands_of(a, node, element, b);
  operands.push_back(moved(node.all_arrays(),
                           {element, {a.batch, a.heads, a.queries, a.value_size}}, "layout", b));
  auto attributes = attributes_of(a);
  attributes.push_back({"wrt", Axes{0, 1, 2}});
  if (b.pass() == graph::Pass::forward) b.set_pass(graph::Pass::data_gradient);
  const Values adjoints = b.emit_all("attention_gradient", operands, std::move(attributes));
  Values results;
  for (const TensorType& type : node.result_types()) {
    results.push_back(moved(adjoints, type, node.op(), b));
  }
  return results;
}

}  // namespace

Result<Values> lower_fused_attention(const Node& node, Builder& b) {
  const Configuration config(node.text("backend_config"));
  const bool is_cudnn = unquoted(node.text("custom_call_target")).starts_with("__cudnn");
  const Attention a =
      is_cudnn ? TRY(cudnn(node, config, b)) : TRY(transformer_engine(node, config));
  const ElementType element = b.type(TRY(node.operand(0))).element;
  note_assumptions(a, node, b);
  return a.is_backward ? lower_backward(a, node, element, b) : lower_forward(a, node, element, b);
}

}  // namespace pfsday::hlo
