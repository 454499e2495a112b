#include "importers/header/weight_use.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"

namespace pfsday::importers {
namespace {

/// The parts of a name between dots and slashes, in which the last one names the tensor.
using Parts = std::vector<std::string_view>;

Parts split_name(std::string_view name) {
  Parts parts;
  for (const std::string_view part : split(name, '.')) {
    const auto inner = split(part, '/');
    parts.insert(parts.end(), inner.begin(), inner.end());
  }
  return parts;
}

using Patterns = std::span<const std::string_view>;

bool matches_any(Patterns patterns, std::string_view text) {
  return std::ranges::any_of(patterns,
                             [&](std::string_view pattern) { return matches_glob(pattern, text); });
}

bool has_part(const Parts& parts, Patterns patterns) {
  return std::ranges::any_of(parts,
                             [&](std::string_view part) { return matches_any(patterns, part); });
}

constexpr std::string_view buffers[] = {"running_mean", "running_var",  "num_batches_tracked",
                                        "inv_freq",     "*rotary_emb*", "position_ids",
                                        "masked_bias",  "rope_freqs",   "rope_factors*"};
constexpr std::string_view embeddings[] = {
    "*embed*",    "*embd*", "wte",        "wpe",        "emb",
    "*_emb",      "shared", "*position*", "*codebook*", "*relative_attention_bias*",
    "token_types"};
constexpr std::string_view convolutions[] = {"*conv*"};
constexpr std::string_view experts[] = {"experts", "*_exps"};
constexpr std::string_view pooled[] = {
    "*pooler*",         "classifier",      "pre_classifier",   "score",
    "seq_relationship", "text_projection", "visual_projection"};
constexpr std::string_view packed[] = {"qweight", "qzeros", "weight_packed", "*_blocks"};

/// Names of modules whose only matrix is multiplied with each token.
constexpr std::string_view linear_modules[] = {
    // Projections of decoders and encoders: Llama, Mistral, Qwen, Gemma, DeepSeek, Mamba, OPT, ...
    "*_proj", "*_proj_with_mqa", "proj", "qkv*", "query*", "key*", "value*", "q", "k", "v", "o",
    "q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2", "Wqkv", "wq", "wk", "wv", "wo", "wi",
    "wi_0", "wi_1", "w1", "w2", "w3", "to_q", "to_k", "to_v", "to_out", "c_attn", "c_proj", "c_fc",
    "q_attn", "receptance", "gate", "router", "up", "down", "self_attention*", "dense*", "*_dense",
    "fc*", "linear*", "projection", "ffn", "classifier", "pre_classifier",
    // Heads.
    "lm_head", "head", "*_head", "output", "decoder", "reduction",
    // GGUF.
    "attn_q", "attn_k", "attn_v", "attn_qkv", "attn_output", "attn_gate", "attn_q_a", "attn_q_b",
    "attn_kv_a_mqa", "attn_kv_b", "ffn_gate", "ffn_up", "ffn_down", "ffn_gate_inp", "ffn_*_shexp",
    "ssm_in", "ssm_out", "ssm_x", "ssm_dt"};

/// Names of matrices that are no module's `weight`: of recurrent cells and of attention.
constexpr std::string_view linear_tensors[] = {"weight_ih*", "weight_hh*", "in_proj_weight"};

bool is_number(std::string_view part) {
  return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The module that holds a weight; numbers within a sequence of modules are passed over.
std::string_view module_of(const Parts& parts) {
  for (std::size_t i = parts.size() - 1; i-- > 0;) {
    if (!is_number(parts[i])) return parts[i];
  }
  return {};
}

bool is_linear(const Parts& parts) {
  const std::string_view last = parts.back();
  if (matches_any(linear_tensors, last)) return true;
  return (last == "weight" || last == "kernel") && matches_any(linear_modules, module_of(parts));
}

/// "model.layers.61" of "model.layers.61.eh_proj.weight": up to the first number.
std::string layer_of(const Parts& parts) {
  std::string layer;
  for (const std::string_view part : parts) {
    layer += std::string(part) + ".";
    if (is_number(part)) return layer;
  }
  return {};
}

/// Layers that join the state with the next token's embedding, to predict further tokens.
std::set<std::string> find_prediction_layers(std::span<const Tensor> tensors) {
  std::set<std::string> layers;
  for (const Tensor& tensor : tensors) {
    if (tensor.name.find("eh_proj") == std::string::npos) continue;
    layers.insert(layer_of(split_name(tensor.name)));
  }
  layers.erase("");
  return layers;
}

WeightUse use_of(const Tensor& tensor, const Parts& parts) {
  const std::size_t rank = tensor.shape.size();
  // The causal mask of GPT-2 and its kin is called "bias".
  const bool is_mask = rank > 2 && parts.back() == "bias";
  if (is_mask || has_part(parts, buffers)) return WeightUse::buffer;
  if (has_part(parts, experts)) return WeightUse::expert;
  if (rank < 2) return WeightUse::vector;
  if (rank > 3 || has_part(parts, convolutions)) return WeightUse::convolution;
  if (has_part(parts, embeddings)) return WeightUse::embedding;
  if (matches_any(packed, parts.back())) return WeightUse::packed;
  return rank == 2 && is_linear(parts) ? WeightUse::linear : WeightUse::unknown;
}

struct Described {
  std::string_view name, reason;
};
constexpr std::array<Described, weight_use_count> descriptions = {{
    {"linear", ""},
    {"embedding", "looked up; a tied product with it is not counted"},
    {"convolution", "its positions are not in the header"},
    {"expert", "its tokens are not in the header"},
    {"sequence", "once for a sequence, not for each token"},
    {"prediction", "of a layer beside the model, for further tokens"},
    {"packed", "several numbers in each element"},
    {"vector", "element by element, at places not in the header"},
    {"buffer", "no weight: what it is for is not in the header"},
    {"unknown", "no name that is known for a product with each token"},
}};

}  // namespace

std::string_view to_string(WeightUse use) {
  return descriptions[static_cast<std::size_t>(use)].name;
}
std::string_view reason_of(WeightUse use) {
  return descriptions[static_cast<std::size_t>(use)].reason;
}

std::vector<WeightUse> find_uses(std::span<const Tensor> tensors) {
  const std::set<std::string> prediction = find_prediction_layers(tensors);
  std::vector<WeightUse> uses;
  uses.reserve(tensors.size());
  for (const Tensor& tensor : tensors) {
    const Parts parts = split_name(tensor.name);
    WeightUse use = use_of(tensor, parts);
    const bool is_counted = use == WeightUse::linear || use == WeightUse::expert;
    if (is_counted && prediction.contains(layer_of(parts))) use = WeightUse::prediction;
    uses.push_back(use);
  }
  if (std::ranges::find(uses, WeightUse::embedding) == uses.end()) return uses;
  for (std::size_t i = 0; i < uses.size(); ++i) {
    const bool is_pooled =
        uses[i] == WeightUse::linear && has_part(split_name(tensors[i].name), pooled);
    if (is_pooled) uses[i] = WeightUse::sequence;
  }
  return uses;
}

}  // namespace pfsday::importers
