#include "importers/header/configuration.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace pfsday::importers {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view mixtral = R"({"model_type": "mixtral", "vocab_size": 10,
    "hidden_size": 4, "intermediate_size": 6, "num_hidden_layers": 1, "num_attention_heads": 2,
    "num_key_value_heads": 2, "num_local_experts": 3, "num_experts_per_tok": 2,
    "tie_word_embeddings": false})";
constexpr std::string_view gpt2 = R"({"model_type": "gpt2", "vocab_size": 10, "n_embd": 4,
    "n_layer": 1, "n_head": 2, "n_positions": 8, "n_ctx": 8})";

/// The tensors of a checkpoint of that many experts.
Model experts(int count) {
  Model header;
  const auto add = [&](std::string name, const graph::Shape& shape) {
    header.tensors.push_back({.name = std::move(name), .type = "F32", .shape = shape});
  };
  for (int i = 0; i < count; ++i) {
    const std::string expert = fmt::format("model.layers.0.block_sparse_moe.experts.{}.", i);
    add(expert + "w1.weight", {6, 4});
    add(expert + "w2.weight", {4, 6});
    add(expert + "w3.weight", {6, 4});
  }
  add("model.layers.0.block_sparse_moe.gate.weight", {3, 4});
  for (const char name : {'q', 'k', 'v', 'o'}) {
    add(fmt::format("model.layers.0.self_attn.{}_proj.weight", name), {4, 4});
  }
  for (const std::string name :
       {"layers.0.input_layernorm", "layers.0.post_attention_layernorm", "norm"}) {
    add("model." + name + ".weight", {4});
  }
  add("model.embed_tokens.weight", {10, 4});
  add("lm_head.weight", {10, 4});
  return header;
}

std::vector<std::string> notes_of(Model header, std::string_view configuration) {
  const auto beside = [&](std::string_view name) -> std::optional<Bytes> {
    if (name != "config.json") return std::nullopt;
    return std::as_bytes(std::span(configuration));
  };
  compare_with_configuration({.read_beside = beside}, header);
  return header.notes;
}

TEST(Configuration, TheTensorsOfTheExpertsAreThoseOfTheirLayer) {
  const auto same = notes_of(experts(3), mixtral);
  ASSERT_EQ(same.size(), 1U);
  EXPECT_THAT(same[0], HasSubstr("Held against config.json"));
  const auto fewer = notes_of(experts(2), mixtral);
  ASSERT_EQ(fewer.size(), 4U);
  EXPECT_THAT(fewer, Contains(HasSubstr("w2.weight: 2 experts in the checkpoint, 3 in")));
}

TEST(Configuration, TheFirstPartOfTheNamesMayBeMissing) {
  Model header;
  header.tensors.push_back({.name = "wte.weight", .type = "F32", .shape = {10, 4}});
  header.tensors.push_back({.name = "h.0.attn.c_attn.weight", .type = "F32", .shape = {4, 13}});
  const auto notes = notes_of(std::move(header), gpt2);
  EXPECT_THAT(notes,
              Contains(HasSubstr("h.0.attn.c_attn.weight: [4,13] in the checkpoint, [4,12]")));
  EXPECT_THAT(notes, Contains("wpe.weight: [8,4] in config.json alone."));
  EXPECT_THAT(notes, testing::Not(Contains(HasSubstr("wte.weight"))));
}

TEST(Configuration, WhatCannotBeReadIsSaid) {
  EXPECT_THAT(notes_of(experts(1), R"({"model_type": "nothing like it"})"),
              ElementsAre(HasSubstr("Not held against config.json beside it: ")));
  EXPECT_THAT(notes_of({}, mixtral), IsEmpty());
}

}  // namespace
}  // namespace pfsday::importers
