// Decoders against closed forms that are written here, apart from the importer; generation and
// packed sequences against their passes one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "configuration_counts.h"

namespace pfsday {
namespace {

struct Case {
  std::string_view name;
  std::string_view text;
  std::int64_t parameters;  ///< of weights, biases and norms
  std::int64_t matrices;    ///< multiply-adds of one token in products with weights
  std::int64_t scores;      ///< of one pair in one layer: heads * (width of a key + of a value)
  std::initializer_list<std::int64_t> windows;  ///< of each layer that attends
  std::int64_t inactive = 0;  ///< parameters of experts that a token is not sent to
};

/// d = 8, 2 layers, 4 heads, MLP 16, vocabulary 32 throughout, unless something else is written.
constexpr Case cases[] = {
    {"llama, grouped",
     R"({"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 16})",
     2 * 32 * 8 + 2 * (8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 16 + 2 * 8) + 8,
     2 * (8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 16) + 8 * 32,
     4 * (2 + 2),
     {0, 0}},
    {"llama, biases, wide heads, tied",
     R"({"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_attention_heads": 4, "head_dim": 6, "intermediate_size": 16,
           "attention_bias": true, "mlp_bias": true, "tie_word_embeddings": true})",
     32 * 8 + 2 * (4 * 8 * 24 + 3 * 24 + 8 + 3 * 8 * 16 + 2 * 16 + 8 + 2 * 8) + 8,
     2 * (4 * 8 * 24 + 3 * 8 * 16) + 8 * 32,
     4 * (6 + 6),
     {0, 0}},
    {"mistral, window",
     R"({"model_type": "mistral", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_attention_heads": 4, "num_key_value_heads": 1, "intermediate_size": 16,
           "sliding_window": 3})",
     2 * 32 * 8 + 2 * (8 * 8 + 2 * 8 * 2 + 8 * 8 + 3 * 8 * 16 + 2 * 8) + 8,
     2 * (8 * 8 + 2 * 8 * 2 + 8 * 8 + 3 * 8 * 16) + 8 * 32,
     4 * (2 + 2),
     {3, 3}},
    {"mistral, no window",
     R"({"model_type": "mistral", "hidden_size": 8, "num_hidden_layers": 1, "vocab_size": 32,
           "num_attention_heads": 4, "intermediate_size": 16, "sliding_window": null})",
     2 * 32 * 8 + 4 * 8 * 8 + 3 * 8 * 16 + 2 * 8 + 8,
     4 * 8 * 8 + 3 * 8 * 16 + 8 * 32,
     4 * (2 + 2),
     {0}},
    {"qwen2, window from the second layer on",
     R"({"model_type": "qwen2", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_attention_heads": 4, "intermediate_size": 16, "use_sliding_window": true,
           "sliding_window": 4, "max_window_layers": 1})",
     2 * 32 * 8 + 2 * (4 * 8 * 8 + 3 * 8 + 3 * 8 * 16 + 2 * 8) + 8,
     2 * (4 * 8 * 8 + 3 * 8 * 16) + 8 * 32,
     4 * (2 + 2),
     {0, 4}},
    {"qwen2, window not used",
     R"({"model_type": "qwen2", "hidden_size": 8, "num_hidden_layers": 1, "vocab_size": 32,
           "num_attention_heads": 4, "intermediate_size": 16, "use_sliding_window": false,
           "sliding_window": 4, "max_window_layers": 0})",
     2 * 32 * 8 + 4 * 8 * 8 + 3 * 8 + 3 * 8 * 16 + 2 * 8 + 8,
     4 * 8 * 8 + 3 * 8 * 16 + 8 * 32,
     4 * (2 + 2),
     {0}},
    {"gemma3, listed layers",
     R"({"model_type": "gemma3_text", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 4,
           "intermediate_size": 16, "sliding_window": 2,
           "layer_types": ["full_attention", "sliding_attention"]})",
     32 * 8 + 2 * (8 * 16 + 2 * 8 * 8 + 16 * 8 + 2 * 4 + 3 * 8 * 16 + 4 * 8) + 8,
     2 * (8 * 16 + 2 * 8 * 8 + 16 * 8 + 3 * 8 * 16) + 8 * 32,
     4 * (4 + 4),
     {0, 2}},
    {"hunyuan, norms of queries and keys",
     R"({"model_type": "hunyuan_v1_dense", "hidden_size": 8, "num_hidden_layers": 2,
           "vocab_size": 32, "num_attention_heads": 4, "num_key_value_heads": 2,
           "intermediate_size": 16})",
     2 * 32 * 8 + 2 * (8 * 8 + 2 * 8 * 4 + 8 * 8 + 2 * 2 + 3 * 8 * 16 + 2 * 8) + 8,
     2 * (8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 16) + 8 * 32,
     4 * (2 + 2),
     {0, 0}},
    {"hunyuan, 3 of 4 experts beside a shared one",
     R"({"model_type": "hunyuan_v1_moe", "hidden_size": 8, "num_hidden_layers": 1,
           "vocab_size": 32, "num_attention_heads": 4, "intermediate_size": 16,
           "num_experts": [4], "moe_topk": [3]})",
     2 * 32 * 8 + 4 * 8 * 8 + 2 * 2 + 5 * 3 * 8 * 16 + 4 * 8 + 2 * 8 + 8,
     4 * 8 * 8 + 4 * 3 * 8 * 16 + 4 * 8 + 8 * 32,
     4 * (2 + 2),
     {0},
     3 * 8 * 16},
    {"dots1, 2 of 4 experts beside a shared one, behind a dense layer",
     R"({"model_type": "dots1", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_attention_heads": 4, "intermediate_size": 16, "moe_intermediate_size": 4,
           "first_k_dense_replace": 1, "n_routed_experts": 4, "n_shared_experts": 1,
           "num_experts_per_tok": 2, "scoring_func": "noaux_tc"})",
     2 * 32 * 8 + 2 * (4 * 8 * 8 + 2 * 2 + 2 * 8) + 3 * 8 * 16 + 5 * 3 * 8 * 4 + 4 * 8 + 4 + 8,
     2 * 4 * 8 * 8 + 3 * 8 * 16 + 3 * 3 * 8 * 4 + 4 * 8 + 8 * 32,
     4 * (2 + 2),
     {0, 0},
     2 * 3 * 8 * 4},
    {"apertus, two slopes of each activation",
     R"({"model_type": "apertus", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_attention_heads": 4, "intermediate_size": 16})",
     2 * 32 * 8 + 2 * (4 * 8 * 8 + 2 * 2 + 2 * 8 * 16 + 2 + 2 * 8) + 8,
     2 * (4 * 8 * 8 + 2 * 8 * 16) + 8 * 32,
     4 * (2 + 2),
     {0, 0}},
    {"lfm2, a convolution of 3 taps, then attention; MLPs of two thirds",
     R"({"model_type": "lfm2", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_attention_heads": 4, "block_ff_dim": 25, "block_multiple_of": 4,
           "full_attn_idxs": [1]})",
     32 * 8 + 8 * 24 + 8 * 3 + 8 * 8 + 4 * 8 * 8 + 2 * 2 + 2 * (3 * 8 * 16 + 2 * 8) + 8,
     8 * 24 + 8 * 3 + 8 * 8 + 4 * 8 * 8 + 2 * 3 * 8 * 16 + 8 * 32,
     4 * (2 + 2),
     {0}},
    {"lfm2_moe, 2 of 4 experts in the second layer",
     R"({"model_type": "lfm2_moe", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_attention_heads": 4, "intermediate_size": 16, "moe_intermediate_size": 4,
           "num_dense_layers": 1, "num_experts": 4, "num_experts_per_tok": 2,
           "layer_types": ["full_attention", "conv"]})",
     32 * 8 + 8 * 24 + 8 * 3 + 8 * 8 + 4 * 8 * 8 + 2 * 2 + 3 * 8 * 16 + 4 * 3 * 8 * 4 + 4 * 8 + 4 +
         4 * 8 + 8,
     8 * 24 + 8 * 3 + 8 * 8 + 4 * 8 * 8 + 3 * 8 * 16 + 2 * 3 * 8 * 4 + 4 * 8 + 8 * 32,
     4 * (2 + 2),
     {0},
     2 * 3 * 8 * 4},
    {"gpt2",
     R"({"model_type": "gpt2", "n_embd": 8, "n_layer": 2, "n_head": 4, "n_positions": 64,
           "vocab_size": 32, "activation_function": "gelu_new"})",
     32 * 8 + 64 * 8 + 2 * (12 * 8 * 8 + 4 * 8 + 5 * 8 + 4 * 8) + 2 * 8,
     2 * 12 * 8 * 8 + 8 * 32,
     4 * (2 + 2),
     {0, 0}},
    {"gpt_neox, one after the other",
     R"({"model_type": "gpt_neox", "hidden_size": 8, "num_hidden_layers": 1, "vocab_size": 32,
           "num_attention_heads": 4, "intermediate_size": 16, "use_parallel_residual": false})",
     2 * 32 * 8 + 4 * 8 * 8 + 4 * 8 + 2 * 8 * 16 + 16 + 8 + 4 * 8 + 2 * 8,
     4 * 8 * 8 + 2 * 8 * 16 + 8 * 32,
     4 * (2 + 2),
     {0}},
    {"falcon, many queries",
     R"({"model_type": "falcon", "hidden_size": 8, "num_hidden_layers": 1, "vocab_size": 32,
           "num_attention_heads": 4, "multi_query": true, "bias": false})",
     32 * 8 + 8 * (8 + 4) + 8 * 8 + 8 * 8 * 8 + 2 * 8 + 2 * 8,
     8 * (8 + 4) + 8 * 8 + 8 * 8 * 8 + 8 * 32,
     4 * (2 + 2),
     {0}},
    {"mixtral, 2 of 4 experts",
     R"({"model_type": "mixtral", "hidden_size": 8, "num_hidden_layers": 1, "vocab_size": 32,
           "num_attention_heads": 4, "intermediate_size": 16, "num_local_experts": 4,
           "num_experts_per_tok": 2})",
     2 * 32 * 8 + 4 * 8 * 8 + 8 * 4 + 4 * 3 * 8 * 16 + 2 * 8 + 8,
     4 * 8 * 8 + 8 * 4 + 2 * 3 * 8 * 16 + 8 * 32,
     4 * (2 + 2),
     {0},
     2 * 3 * 8 * 16},
    {"gpt_oss, sinks and windows",
     R"({"model_type": "gpt_oss", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 4,
           "intermediate_size": 16, "num_local_experts": 4, "num_experts_per_tok": 2,
           "sliding_window": 2, "layer_types": ["sliding_attention", "full_attention"]})",
     2 * 32 * 8 +
         2 * (2 * 8 * 16 + 2 * 8 * 8 + 16 + 2 * 8 + 8 + 4 + 8 * 4 + 4 + 4 * (3 * 8 * 16 + 32 + 8) +
              2 * 8) +
         8,
     2 * (2 * 8 * 16 + 2 * 8 * 8 + 8 * 4 + 2 * 3 * 8 * 16) + 8 * 32,
     4 * (4 + 4),
     {2, 0},
     2 * 2 * (3 * 8 * 16 + 32 + 8)},
    {"deepseek_v3: latents, a dense layer, groups, a shared expert",
     R"({"model_type": "deepseek_v3", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_attention_heads": 4, "intermediate_size": 16, "moe_intermediate_size": 4,
           "n_routed_experts": 8, "n_shared_experts": 1, "num_experts_per_tok": 2,
           "first_k_dense_replace": 1, "q_lora_rank": 6, "kv_lora_rank": 5, "qk_nope_head_dim": 3,
           "qk_rope_head_dim": 2, "v_head_dim": 4, "n_group": 4, "topk_group": 2,
           "num_nextn_predict_layers": 1})",
     2 * 32 * 8 +
         2 * (8 * 6 + 6 + 6 * 4 * 5 + 8 * (5 + 2) + 5 + 5 * 4 * (3 + 4) + 4 * 4 * 8 + 2 * 8) +
         3 * 8 * 16 + 8 * 8 + 8 + (8 + 1) * 3 * 8 * 4 + 8,
     2 * (8 * 6 + 6 * 4 * 5 + 8 * (5 + 2) + 5 * 4 * (3 + 4) + 4 * 4 * 8) + 3 * 8 * 16 + 8 * 8 +
         (2 + 1) * 3 * 8 * 4 + 8 * 32,
     4 * (5 + 4),
     {0, 0},
     6 * 3 * 8 * 4},
};

Count closed_form(const Case& c) {
  Count sum = Count(c.matrices) * (batch * length);
  for (const std::int64_t window : c.windows) {
    sum += Count(c.scores) * batch * pairs(length, window);
  }
  return sum;
}

TEST(Decoders, EqualTheirClosedForm) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const count::Counts forward = count_text(c.text, bound);
    EXPECT_EQ(forward.parameters.total, Count(c.parameters));
    EXPECT_EQ(macs(forward), closed_form(c));
    EXPECT_TRUE(forward.complete());
    const count::Counts training = count_text(c.text, bound, count::Step::training);
    EXPECT_EQ(macs(training), closed_form(c) * 3);
  }
}

/// The text with more keys before its end.
std::string with(const Case& c, std::string_view keys) {
  return std::string(c.text.substr(0, c.text.size() - 1)) + ", " + std::string(keys) + "}";
}

TEST(Decoders, ActiveParametersLeaveOutTheOtherExperts) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto model = read(c.text, bound);
    ASSERT_TRUE(model);
    EXPECT_EQ(model->parameters.active, Count(c.parameters - c.inactive));
  }
}

TEST(Decoders, FurtherPredictionStandsBesideTheTotal) {
  const Case& c = *std::rbegin(cases);
  const auto model = read(c.text, bound);
  ASSERT_TRUE(model);
  const std::int64_t attention =
      8 * 6 + 6 + 6 * 4 * 5 + 8 * (5 + 2) + 5 + 5 * 4 * (3 + 4) + 4 * 4 * 8 + 2 * 8;
  const std::int64_t experts = 8 * 8 + 8 + (8 + 1) * 3 * 8 * 4;
  EXPECT_EQ(model->parameters.beside, Count(2 * 8 + 2 * 8 * 8 + attention + experts + 8));
}

TEST(Decoders, PackedSequencesAttendToThemselvesAlone) {
  const Case& c = cases[0];
  ImportOptions options = {.dimensions = {{"batch", batch}}};
  options.lengths = {4, 7, 4, 1};
  const Count attention = pairs(4, 0) * 2 + pairs(7, 0) + pairs(1, 0);
  EXPECT_EQ(macs(count_text(c.text, options)),
            Count(c.matrices) * (16 * batch) + attention * c.scores * (2 * batch));
  EXPECT_EQ(macs(count_text(c.text, options, count::Step::training)),
            macs(count_text(c.text, options)) * 3);
}

/// The prompt once, whose last token alone has logits; then one token after another.
TEST(Decoders, GenerationIsTheSumOverItsSteps) {
  constexpr std::int64_t prompt = 5, tokens = 6, samples = 2, head = 8 * 32;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ImportOptions options = {.dimensions = {{"batch", batch}}};
    options.generation = {.prompt = prompt, .tokens = tokens, .samples = samples};
    Count one = Count(c.matrices - head) * prompt + Count(head);
    for (const std::int64_t window : c.windows) one += pairs(prompt, window) * c.scores;
    for (std::int64_t step = 1; step < tokens; ++step) {
      one += Count(c.matrices) * samples;
      for (const std::int64_t window : c.windows) {
        one += pairs(1, window, prompt + step - 1) * (c.scores * samples);
      }
    }
    EXPECT_EQ(macs(count_text(c.text, options)), one * batch);
  }
}

/// Decoders that have no closed form here, or carry a state from token to token.
constexpr std::string_view further_decoders[] = {
    R"({"model_type": "mamba", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
        "state_size": 4, "intermediate_size": 16, "time_step_rank": 2})",
    R"({"model_type": "falcon_mamba", "hidden_size": 8, "num_hidden_layers": 1, "vocab_size": 32,
        "state_size": 4, "intermediate_size": 16, "time_step_rank": 2})",
    R"({"model_type": "mamba2", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
        "num_heads": 4, "head_dim": 4, "n_groups": 2, "state_size": 4})",
    R"({"model_type": "rwkv", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32})",
    R"({"model_type": "rwkv5", "hidden_size": 64, "num_hidden_layers": 1, "vocab_size": 32,
        "head_size": 16})",
    R"({"model_type": "rwkv6", "hidden_size": 64, "num_hidden_layers": 1, "vocab_size": 32,
        "head_size": 16})",
    R"({"model_type": "recurrent_gemma", "hidden_size": 8, "num_hidden_layers": 3, "vocab_size": 32,
        "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 32,
        "attention_window_size": 4})",
    R"({"model_type": "bamba", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
        "num_attention_heads": 2, "intermediate_size": 16, "attn_layer_indices": [1],
        "mamba_n_heads": 4, "mamba_d_state": 4})",
    R"({"model_type": "granitemoehybrid", "hidden_size": 8, "num_hidden_layers": 2,
        "vocab_size": 32, "num_attention_heads": 2, "intermediate_size": 16, "num_local_experts": 4,
        "shared_intermediate_size": 8, "layer_types": ["mamba", "attention"], "mamba_n_heads": 4,
        "mamba_d_state": 4, "residual_multiplier": 0.5})",
    R"({"model_type": "nemotron_h", "hidden_size": 8, "vocab_size": 32, "num_attention_heads": 2,
        "num_key_value_heads": 1, "head_dim": 4, "intermediate_size": 16, "mamba_num_heads": 4,
        "mamba_head_dim": 4, "n_groups": 2, "ssm_state_size": 4, "n_routed_experts": 4,
        "num_experts_per_tok": 2, "moe_intermediate_size": 4, "moe_latent_size": 4,
        "moe_shared_expert_intermediate_size": 8, "hybrid_override_pattern": "M*E-"})",
    R"({"model_type": "qwen3_next", "hidden_size": 8, "num_hidden_layers": 4, "vocab_size": 32,
        "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8, "intermediate_size": 16,
        "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 4,
        "linear_value_head_dim": 4, "num_experts": 4, "num_experts_per_tok": 2,
        "moe_intermediate_size": 4, "shared_expert_intermediate_size": 8})",
    R"({"model_type": "qwen3_5_text", "hidden_size": 8, "num_hidden_layers": 4, "vocab_size": 32,
        "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8, "intermediate_size": 16,
        "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 4,
        "linear_value_head_dim": 4})",
    R"({"model_type": "ernie4_5_moe", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
        "num_attention_heads": 2, "intermediate_size": 16, "moe_intermediate_size": 4,
        "moe_num_experts": 4, "moe_k": 2})",
};

std::vector<std::string_view> all_decoders() {
  std::vector<std::string_view> texts(std::begin(further_decoders), std::end(further_decoders));
  for (const Case& c : cases) texts.push_back(c.text);
  return texts;
}

/// Every counter of a pass, as numbers that can be taken from each other: they are small here.
using Counters = std::array<double, 6>;

Counters counters(std::string_view text, const ImportOptions& options) {
  const ops::Work work = count_text(text, options).total.work;
  return {work.mul.to_double(),     work.add.to_double(),     work.div.to_double(),
          work.special.to_double(), work.compare.to_double(), work.products.to_double()};
}

Counters sum(double a, const Counters& x, double b, const Counters& y) {
  Counters result = {};
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = a * x[i] + b * y[i];
  return result;
}

/// The work on weights alone, such as 1 + weight of a norm, which a pass does once. What a pass
/// does for all sequences of its batch together is what two batches do not double; of that, what
/// two tokens do not double either is of no token.
Counters work_on_weights(std::string_view text) {
  const auto once_for_tokens = [&](std::int64_t tokens) {
    const auto of_batch = [&](std::int64_t size) {
      return counters(text, {.dimensions = {{"batch", size}, {"seq", tokens}}});
    };
    return sum(2, of_batch(1), -1, of_batch(2));
  };
  return sum(2, once_for_tokens(1), -1, once_for_tokens(2));
}

/// Not only the products: every counter of the whole is that of one pass after another, each with
/// the cache that the passes before it have filled. Work on weights alone is done once in the
/// whole.
TEST(Decoders, GenerationCountsAsItsStepsDoOneByOne) {
  constexpr std::int64_t prompt = 5, tokens = 6, samples = 3;
  for (const std::string_view text : all_decoders()) {
    SCOPED_TRACE(text);
    ImportOptions whole = {.dimensions = {{"batch", batch}}};
    whole.generation = {.prompt = prompt, .tokens = tokens, .samples = samples};
    ImportOptions first = whole;
    first.generation->tokens = 1;
    Counters expected = counters(text, first);
    for (std::int64_t step = 0; step + 1 < tokens; ++step) {
      ImportOptions one = {.dimensions = {{"batch", batch * samples}, {"seq", 1}}};
      one.past = prompt + step;
      expected = sum(1, expected, 1, counters(text, one));
    }
    EXPECT_EQ(counters(text, whole), sum(1, expected, -(tokens - 2), work_on_weights(text)));
  }
}

/// Sequences that are packed cost in every counter what they cost one by one.
TEST(Decoders, PackedSequencesCountAsTheyDoOneByOne) {
  for (const std::string_view text : all_decoders()) {
    SCOPED_TRACE(text);
    ImportOptions packed = {.dimensions = {{"batch", batch}}};
    packed.lengths = {4, 7, 4, 1};
    Counters expected = {};
    for (const std::int64_t each : packed.lengths) {
      expected =
          sum(1, expected, 1, counters(text, {.dimensions = {{"batch", batch}, {"seq", each}}}));
    }
    EXPECT_EQ(counters(text, packed), sum(1, expected, -3, work_on_weights(text)));
  }
}

TEST(Decoders, OneNewTokenIsThePrompt) {
  ImportOptions options;
  options.generation = {.prompt = 5, .tokens = 1};
  const Case& c = cases[0];
  EXPECT_EQ(macs(count_text(c.text, options)),
            Count(c.matrices - 8 * 32) * 5 + Count(8 * 32) + pairs(5, 0) * (2 * c.scores));
}

/// ceil(factor * 21 * 2 / 4) slots for each of 4 experts.
TEST(Decoders, SlotsOfExpertsAreAllComputed) {
  const auto mixtral =
      std::ranges::find_if(cases, [](const Case& c) { return c.name.starts_with("mixtral"); });
  const std::int64_t rows = batch * length * 2;
  for (const auto& [factor, slots] :
       {std::pair{1.0, 4 * 11}, {1.25, 4 * 14}, {0.5, 4 * 6}, {0.0, 0}, {100.0, 4 * 21}}) {
    SCOPED_TRACE(factor);
    ImportOptions options = bound;
    options.capacity_factor = factor;
    const Count expected =
        closed_form(*mixtral) - Count(3 * 8 * 16) * rows + Count(3 * 8 * 16) * slots;
    EXPECT_EQ(macs(count_text(mixtral->text, options)), expected);
    const auto model = read(mixtral->text, options);
    ASSERT_TRUE(model);
    EXPECT_EQ(model->notes.size(), 1U);
  }
}

TEST(Decoders, ACacheIsSeenByEveryQuery) {
  const Case& c = cases[0];
  ImportOptions options = bound;
  options.past = 10;
  EXPECT_EQ(macs(count_text(c.text, options)),
            Count(c.matrices) * (batch * length) + pairs(length, 0, 10) * (2 * c.scores * batch));
}

TEST(Decoders, TheClassDecidesOnTheHead) {
  const Case& c = cases[0];
  const auto total = [&](std::string_view keys) {
    return count_text(with(c, keys), bound).parameters.total;
  };
  EXPECT_EQ(total(R"("architectures": ["LlamaForCausalLM"])"), Count(c.parameters));
  EXPECT_EQ(total(R"("architectures": ["LlamaModel"])"), Count(c.parameters - 32 * 8));
  EXPECT_EQ(total(R"("architectures": ["LlamaForSequenceClassification"], "num_labels": 5)"),
            Count(c.parameters - 32 * 8 + 5 * 8));
}

TEST(Decoders, TheFirstNameOfFalconHasGroups) {
  const count::Counts counts = count_text(
      R"({"model_type": "RefinedWeb", "hidden_size": 8, "n_layer": 1, "vocab_size": 32, "n_head": 4,
          "n_head_kv": 2, "parallel_attn": true, "bias": false})",
      bound);
  EXPECT_EQ(counts.parameters.total,
            Count(32 * 8 + 8 * (8 + 2 * 2 * 2) + 8 * 8 + 8 * 8 * 8 + 2 * 2 * 8 + 2 * 8));
}

/// The class of Mistral's configurations has a window of 4096 where the file says nothing.
TEST(Decoders, SilenceIsNotNull) {
  const std::string silent = R"({"model_type": "mistral", "hidden_size": 8, "num_hidden_layers": 1,
      "vocab_size": 32, "num_attention_heads": 4, "intermediate_size": 16)";
  const ImportOptions one = {.dimensions = {{"batch", 1}, {"seq", 5000}}};
  const auto scores = [&](std::string_view key) {
    return macs(count_text(silent + std::string(key) + "}", one)) -
           Count(4 * 8 * 8 + 3 * 8 * 16 + 8 * 32) * 5000;
  };
  EXPECT_EQ(scores(""), pairs(5000, 4096) * 16);
  EXPECT_EQ(scores(R"(, "sliding_window": null)"), pairs(5000, 0) * 16);
  EXPECT_EQ(scores(R"(, "sliding_window": 100)"), pairs(5000, 100) * 16);
}

/// 3 layers with a state of 4 heads, 4 x 4 each, which a token reads twice; then attention of 2
/// heads of 8 with a gate. Convolutions have 4 taps over 2 x 8 + 16 channels.
TEST(Decoders, QwenNextReadsItsStateTwice) {
  const std::string_view text = *std::ranges::find_if(further_decoders, [](std::string_view one) {
    return one.find("qwen3_next") != std::string_view::npos;
  });
  const std::int64_t delta =
      8 * (2 * 8 + 2 * 16) + 8 * 2 * 4 + 4 * (2 * 8 + 16) + 2 * 4 * 4 * 4 + 16 * 8;
  const std::int64_t attention = 8 * 2 * 16 + 2 * 8 * 8 + 16 * 8;
  const std::int64_t experts = 8 * 4 + 2 * 3 * 8 * 4 + 3 * 8 * 8 + 8;
  const Count tokens = Count(batch) * length;
  EXPECT_EQ(macs(count_text(text, bound)),
            Count(3 * delta + attention + 4 * experts + 8 * 32) * tokens +
                pairs(length, 0) * Count(2 * 16 * batch));
}

/// The share of a head that is rotated stands among the keys, or, in newer files, under another
/// one: 4 multiplies and 2 adds for each pair of numbers, and half as many angles.
TEST(Decoders, TheRotatedShareMayStandUnderRopeParameters) {
  const auto flop = [](std::string_view keys) {
    const std::string text = R"({"model_type": "glm", "hidden_size": 8, "num_hidden_layers": 1,
        "vocab_size": 32, "num_attention_heads": 2, "head_dim": 4, "intermediate_size": 16, )" +
                             std::string(keys) + "}";
    return count_text(text, bound).total.work.operations();
  };
  const Count half = flop(R"("partial_rotary_factor": 0.5)");
  const Count whole = flop(R"("partial_rotary_factor": 1.0)");
  EXPECT_EQ(whole - half, Count(batch * length * (2 + 2) * 6 + length));
  EXPECT_EQ(flop(R"("rope_parameters": {"rope_theta": 1e4, "partial_rotary_factor": 1.0})"), whole);
  EXPECT_EQ(flop(R"("rope_parameters": {"rope_theta": 1e4})"), half);
}

/// The files of Mamba's authors say the same in other words; the vocabulary is rounded up to 8
/// rows.
TEST(Decoders, FilesOfMambasAuthorsAreTheSameModels) {
  constexpr std::pair<std::string_view, std::string_view> cases_of_both[] = {
      {R"({"d_model": 8, "n_layer": 2, "vocab_size": 30, "ssm_cfg": {"d_state": 4, "dt_rank": 2}})",
       R"({"model_type": "mamba", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "state_size": 4, "intermediate_size": 16, "time_step_rank": 2})"},
      {R"({"d_model": 8, "n_layer": 2, "vocab_size": 30, "d_intermediate": 0, "attn_layer_idx": [],
           "ssm_cfg": {"layer": "Mamba2", "d_state": 4, "headdim": 4, "ngroups": 2}})",
       R"({"model_type": "mamba2", "hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32,
           "num_heads": 4, "head_dim": 4, "n_groups": 2, "state_size": 4,
           "tie_word_embeddings": true})"},
  };
  for (const auto& [published, usual] : cases_of_both) {
    SCOPED_TRACE(published);
    EXPECT_EQ(counters(published, bound), counters(usual, bound));
    EXPECT_EQ(count_text(published, bound).parameters.total,
              count_text(usual, bound).parameters.total);
  }
}

}  // namespace
}  // namespace pfsday
