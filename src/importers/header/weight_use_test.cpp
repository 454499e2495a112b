#include "importers/header/weight_use.h"

#include <gtest/gtest.h>

namespace pfsday::importers {
namespace {

TEST(WeightUse, GoesByNameAndShape) {
  using enum WeightUse;
  const struct {
    std::string_view name;
    graph::Shape shape;
    WeightUse use;
  } cases[] = {
      {"model.layers.0.self_attn.q_proj.weight", {8, 8}, linear},
      {"model.layers.0.self_attn.kv_a_proj_with_mqa.weight", {8, 8}, linear},
      {"model.layers.0.mlp.gate.weight", {8, 4}, linear},
      {"model.layers.0.mlp.gate.e_score_correction_bias", {4}, vector},
      {"model.layers.0.mlp.experts.3.up_proj.weight", {8, 8}, expert},
      {"model.layers.0.mlp.shared_experts.up_proj.weight", {8, 8}, linear},
      {"model.layers.1.mlp.experts.gate_up_proj", {4, 8, 8}, expert},
      {"model.embed_tokens.weight", {32, 8}, embedding},
      {"lm_head.weight", {32, 8}, linear},
      {"h.0.attn.c_attn.weight", {8, 24}, linear},
      {"h.0.attn.bias", {1, 1, 16, 16}, buffer},
      {"wte.weight", {32, 8}, embedding},
      {"bert.encoder.layer.0.attention.output.dense.weight", {8, 8}, linear},
      {"bert.embeddings.LayerNorm.weight", {8}, vector},
      {"bert.pooler.dense.weight", {8, 8}, sequence},
      {"encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", {32, 8}, embedding},
      {"encoder.block.0.layer.0.SelfAttention.q.weight", {8, 8}, linear},
      {"transformer.text_model.encoder.layers.0.mlp.fc1.weight", {8, 8}, linear},
      {"vision_model.embeddings.patch_embedding.weight", {8, 3, 4, 4}, convolution},
      {"attn1.to_out.0.weight", {8, 8}, linear},
      {"backbone.layers.0.mixer.conv1d.weight", {8, 1, 4}, convolution},
      {"backbone.layers.0.mixer.A_log", {8, 4}, unknown},
      {"backbone.layers.0.mixer.in_proj.weight", {8, 8}, linear},
      {"norm.running_mean", {8}, buffer},
      {"lstm.weight_ih_l0", {32, 8}, linear},
      {"attn.in_proj_weight", {24, 8}, linear},
      {"layers.0.q_proj.qweight", {1, 8}, packed},
      {"blk.0.attn_q.weight", {8, 8}, linear},
      {"blk.0.ffn_down_exps.weight", {4, 8, 8}, expert},
      {"blk.0.ffn_down_shexp.weight", {8, 8}, linear},
      {"token_embd.weight", {32, 8}, embedding},
      {"rope_freqs.weight", {4}, buffer},
      {"", {8, 8}, unknown},
      {"weight", {8, 8}, unknown},
  };
  std::vector<Tensor> tensors;
  for (const auto& c : cases) tensors.push_back({std::string(c.name), "F32", c.shape});
  const std::vector<WeightUse> uses = find_uses(tensors);
  for (std::size_t i = 0; i < uses.size(); ++i) {
    EXPECT_EQ(uses[i], cases[i].use) << cases[i].name << ": " << to_string(uses[i]);
  }
}

TEST(WeightUse, LayersThatPredictFurtherTokensAreBeside) {
  const Tensor tensors[] = {{"model.layers.1.eh_proj.weight", "F32", {4, 8}},
                            {"model.layers.1.self_attn.q_proj.weight", "F32", {4, 4}},
                            {"model.layers.10.self_attn.q_proj.weight", "F32", {4, 4}}};
  using enum WeightUse;
  EXPECT_EQ(find_uses(tensors), (std::vector{prediction, prediction, linear}));
}

TEST(WeightUse, AClassifierIsLinearWhereThereAreNoTokens) {
  const Tensor tensors[] = {{"classifier.0.weight", "F32", {4, 8}}};
  EXPECT_EQ(find_uses(tensors), std::vector{WeightUse::linear});
}

}  // namespace
}  // namespace pfsday::importers
