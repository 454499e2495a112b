#include "importers/config/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace pfsday::config {
namespace {

/// Products of two sizes and the tokens of a pass then fit 64 bits.
constexpr std::int64_t largest_size = std::int64_t{1} << 24U;
constexpr std::int64_t most_layers = 2000;

const Json empty_object = {.kind = Json::Kind::object};

/// Keys that change nothing of what is counted, or that the importer itself reads.
constexpr std::string_view irrelevant[] = {"_*",
                                           "*dropout*",
                                           "*_pdrop",
                                           "*drop_rate*",
                                           "*drop_path*",
                                           "*_token_id",
                                           "*_token_index",
                                           "*_token_ids",
                                           "token_id",
                                           "*epsilon",
                                           "*_eps",
                                           "eps",
                                           "initializer*",
                                           "init_*",
                                           "*_std",
                                           "*init_std",
                                           "*init_range",
                                           "torch_dtype",
                                           "dtype",
                                           "transformers_version",
                                           "model_type",
                                           "architectures",
                                           "auto_map",
                                           "use_cache",
                                           "*gradient_checkpointing*",
                                           "gradient_checkpoint*",
                                           "tokenizer*",
                                           "task_specific_params",
                                           "id2label",
                                           "label2id",
                                           "finetuning_task",
                                           "problem_type",
                                           "pretraining_tp",
                                           "summary_*",
                                           "output_*",
                                           "return_*",
                                           "is_decoder_head",
                                           "*attn_implementation",
                                           "attn_impl*",
                                           "quantization_config",
                                           "rope_scaling",
                                           "rope_theta",
                                           "rope_parameters",
                                           "rotary_emb_base",
                                           "rotary_base",
                                           "*rope_theta*",
                                           "rope_local_base_freq",
                                           "rope_interleave*",
                                           "*aux_loss*",
                                           "*z_loss*",
                                           "cache_implementation",
                                           "*use_flash*",
                                           "flash_*",
                                           "*softmax_in_fp32",
                                           "*in_fp32",
                                           "fp32_*",
                                           "bf16",
                                           "fp16",
                                           "fp32",
                                           "fused_*",
                                           "max_position_embeddings",
                                           "max_seq_len*",
                                           "seq_length",
                                           "n_ctx",
                                           "n_special",
                                           "initial_context_length",
                                           "original_max_position_embeddings",
                                           "max_sequence_length",
                                           "model_max_length",
                                           "max_length",
                                           "min_length",
                                           "num_beams",
                                           "early_stopping",
                                           "no_repeat_ngram_size",
                                           "length_penalty",
                                           "do_sample",
                                           "temperature",
                                           "top_p",
                                           "forced_*",
                                           "begin_suppress_tokens",
                                           "suppress_tokens",
                                           "classifier_*",
                                           "predict_special_tokens",
                                           "*_scaling_factor",
                                           "seq_aux",
                                           "*loss_weight*",
                                           "*loss_coef*",
                                           "*_coef",
                                           "router_jitter_noise",
                                           "*layer_norm_eps*",
                                           "sequence_parallel*",
                                           "selective_checkpoint*",
                                           "*tensor_parallel*",
                                           "is_training",
                                           "use_bfloat16",
                                           "scale_attn_weights",
                                           "scale_attn_by_inverse_layer_idx",
                                           "reorder_and_upcast_attn",
                                           "prefill_chunk_size",
                                           "context_window_size",
                                           "attention_sink_size",
                                           "attention_window_size",
                                           "tensor_parallel_shards",
                                           "max_batch_size",
                                           "onnx_safe",
                                           "runner_max_sequence_length",
                                           "inference_runner",
                                           "validate_runner_input",
                                           "pre_allocate*",
                                           "position_embedding_init",
                                           "prefix",
                                           "pad_token",
                                           "name_or_path",
                                           "apply_spec_augment",
                                           "mask_time_*",
                                           "mask_feature_*",
                                           "median_filter_width",
                                           "model_version",
                                           "language",
                                           "layerdrop",
                                           "*_layerdrop",
                                           "unk_index",
                                           "bos_index",
                                           "eos_index",
                                           "pad_index",
                                           "logit_scale*",
                                           "embd_pdrop",
                                           "resid_pdrop",
                                           "attn_pdrop",
                                           "adjust_logits*",
                                           "tf_legacy_loss",
                                           "rescale_every",
                                           "pruned_heads",
                                           "chunk_size_feed_forward",
                                           "cross_attention_hidden_size",
                                           "remove_invalid_values",
                                           "sep_token_id",
                                           "diversity_penalty",
                                           "num_return_sequences",
                                           "num_beam_groups",
                                           "repetition_penalty",
                                           "top_k",
                                           "typical_p",
                                           "bad_words_ids",
                                           "encoder_no_repeat_ngram_size",
                                           "exponential_decay_length_penalty",
                                           "use_return_dict",
                                           "torchscript",
                                           "tie_encoder_decoder",
                                           "is_encoder_decoder",
                                           "is_composition",
                                           "eos_token",
                                           "mup_*",
                                           "ep_size",
                                           "projection_dim",
                                           "num_image_tokens",
                                           "attention_probs_dropout_prob",
                                           "hidden_dropout_prob",
                                           "rms_norm_eps",
                                           "norm_eps"};

bool is_irrelevant(std::string_view name) {
  return std::ranges::any_of(irrelevant,
                             [&](std::string_view pattern) { return matches_glob(pattern, name); });
}

/// A key whose value switches nothing on.
bool is_off(const Json& value) {
  switch (value.kind) {
    case Json::Kind::null:
      return true;
    case Json::Kind::flag:
      return !value.flag;
    case Json::Kind::list:
    case Json::Kind::object:
      return value.items.empty();
    case Json::Kind::number:
    case Json::Kind::text:
      return false;
  }
  return false;
}

std::string to_text(const Json& value) {
  switch (value.kind) {
    case Json::Kind::null:
      return "null";
    case Json::Kind::flag:
      return value.flag ? "true" : "false";
    case Json::Kind::number:
      return fmt::format("{}", value.number);
    case Json::Kind::text:
      return fmt::format("\"{}\"", to_printable(value.text));
    case Json::Kind::list:
      return "a list";
    case Json::Kind::object:
      return "an object";
  }
  return {};
}

std::string_view first_of(std::string_view names) { return split(names, '|').front(); }

}  // namespace

Keys Keys::with_defaults(const Json& defaults) const {
  Keys keys = *this;
  keys.defaults_ = &defaults;
  return keys;
}

const Json* Keys::find_in(const Json& object, std::string_view names) const {
  const Json* first = nullptr;
  for (const std::string_view name : split(names, '|')) {
    const Json* value = object.find(name);
    if (value == nullptr) continue;
    shared_->used.insert(value);
    if (first == nullptr && !value->is_null()) first = value;
  }
  return first;
}

const Json* Keys::find(std::string_view names) const {
  const Json* found = find_in(*object_, names);
  const bool is_default = found == nullptr && defaults_ != nullptr;
  return is_default ? find_in(*defaults_, names) : found;
}

void Keys::note(Error fault) const {
  if (!shared_->fault) shared_->fault = std::move(fault);
}

void Keys::refuse(std::string_view name, std::string_view why, std::string hint) const {
  note({Code::configuration_unsupported,
        fmt::format("\"{}{}\" {}", path_, name, why),
        std::move(hint),
        {}});
}

std::optional<Error> Keys::take_fault() const { return std::exchange(shared_->fault, {}); }

std::int64_t Keys::to_size(const Json& value, std::string_view name, std::int64_t least) const {
  const bool is_size = value.kind == Json::Kind::number &&
                       value.number == std::floor(value.number) &&
                       value.number >= static_cast<double>(least) &&
                       value.number <= static_cast<double>(largest_size);
  if (is_size) return static_cast<std::int64_t>(value.number);
  refuse(name, fmt::format("is {}, not a whole number from {} to 2^24", to_text(value), least));
  return least;
}

std::int64_t Keys::size(std::string_view names, std::int64_t least) const {
  if (const Json* value = find(names)) return to_size(*value, first_of(names), least);
  const std::vector<std::string_view> wanted = split(names, '|');
  const std::vector<std::string_view> there(object_->names.begin(), object_->names.end());
  const std::string_view near = nearest(wanted.front(), there);
  note({Code::configuration_incomplete,
        fmt::format("\"{}{}\" is missing", path_, wanted.front()),
        near.empty() || object_->find(near)->is_null()
            ? std::string()
            : fmt::format("\"{}\" is spelled most like it", to_printable(near)),
        {}});
  return std::max<std::int64_t>(1, least);
}

std::int64_t Keys::layers(std::string_view names) const {
  const std::int64_t layers = size(names);
  if (layers <= most_layers) return layers;
  refuse(first_of(names), fmt::format("is {}, more than {} layers", layers, most_layers));
  return 1;
}

std::int64_t Keys::size_or(std::string_view names, std::int64_t otherwise,
                           std::int64_t least) const {
  const Json* value = find(names);
  return value == nullptr ? otherwise : to_size(*value, first_of(names), least);
}

double Keys::number_or(std::string_view names, double otherwise) const {
  const Json* value = find(names);
  if (value == nullptr) return otherwise;
  if (value->kind == Json::Kind::number) return value->number;
  refuse(first_of(names), fmt::format("is {}, not a number", to_text(*value)));
  return otherwise;
}

bool Keys::flag(std::string_view names, bool otherwise) const {
  const Json* value = find(names);
  if (value == nullptr) return otherwise;
  if (value->kind == Json::Kind::flag) return value->flag;
  refuse(first_of(names), fmt::format("is {}, neither true nor false", to_text(*value)));
  return otherwise;
}

std::string Keys::text_or(std::string_view names, std::string_view otherwise) const {
  const Json* value = find(names);
  if (value == nullptr) return std::string(otherwise);
  if (value->kind == Json::Kind::text) return value->text;
  refuse(first_of(names), fmt::format("is {}, not a text", to_text(*value)));
  return std::string(otherwise);
}

std::vector<std::int64_t> Keys::sizes(std::string_view names, std::int64_t least) const {
  const Json* value = find(names);
  if (value == nullptr) return {};
  if (value->kind != Json::Kind::list) return {to_size(*value, first_of(names), least)};
  std::vector<std::int64_t> sizes;
  for (const Json& item : value->items) sizes.push_back(to_size(item, first_of(names), least));
  return sizes;
}

std::vector<std::string> Keys::texts(std::string_view names) const {
  const Json* value = find(names);
  if (value == nullptr) return {};
  std::vector<std::string> texts;
  for (const Json& item : value->items) {
    if (value->kind == Json::Kind::list && item.kind == Json::Kind::text) {
      texts.push_back(item.text);
    }
  }
  const bool is_list_of_texts =
      value->kind == Json::Kind::list && texts.size() == value->items.size();
  if (!is_list_of_texts) refuse(first_of(names), "is no list of texts");
  return texts;
}

Keys Keys::inner(std::string_view name) const {
  Keys keys = *this;
  const Json* found = find(name);
  keys.object_ = found != nullptr && found->is_object() ? found : &empty_object;
  keys.defaults_ = nullptr;
  keys.path_ += std::string(name) + ".";
  if (found != nullptr && !found->is_object()) refuse(name, "is no object");
  return keys;
}

Keys Keys::of(const Json& object) const {
  Keys keys = *this;
  keys.object_ = &object;
  keys.defaults_ = nullptr;
  return keys;
}

void Keys::collect_unused(const Json& object, const std::string& path,
                          std::vector<std::string>& names) const {
  for (std::size_t i = 0; i < object.items.size(); ++i) {
    const Json& value = object.items[i];
    const std::string name = path + to_printable(object.names[i]);
    if (is_irrelevant(object.names[i])) continue;
    const bool is_used = shared_->used.contains(&value);
    if (is_used && value.is_object()) collect_unused(value, name + ".", names);
    if (!is_used && !is_off(value)) names.push_back(name);
  }
}

std::vector<std::string> Keys::unused() const {
  std::vector<std::string> names;
  collect_unused(*object_, path_, names);
  return names;
}

}  // namespace pfsday::config
