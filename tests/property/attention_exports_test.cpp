// Attention that real exports write out is found: one chain for each Softmax of the file.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "count/attention_chains.h"
#include "importers/importer.h"

namespace pfsday::count {
namespace {

std::string read_export(std::string_view name) {
  const char* const source = std::getenv("PFSDAY_SOURCE_DIR");
  const auto path = std::filesystem::path(source != nullptr ? source : ".") / "tests/exports" /
                    (std::string(name) + ".onnx");
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Expected {
  std::string_view name;
  std::map<std::string, std::int64_t, std::less<>> sizes;
  std::size_t chains;
  std::uint64_t heads;  ///< of all examples, in the first chain
  std::int64_t queries, keys, width;
};

const Expected exports[] = {
    {"transformer_encoder", {}, 2, 8, 16, 16, 16},
};

TEST(AttentionExports, EachSoftmaxIsOfAChain) {
  for (const Expected& e : exports) {
    SCOPED_TRACE(e.name);
    const std::string bytes = read_export(e.name);
    const auto model =
        importers::read_model(std::as_bytes(std::span(bytes)), {.dimensions = e.sizes});
    ASSERT_TRUE(model) << to_string(model.error());
    const auto chains = find_attention_chains(model->graph);
    ASSERT_EQ(chains.size(), e.chains);
    EXPECT_EQ(chains[0].heads, units::Count(e.heads));
    EXPECT_EQ(chains[0].queries, e.queries);
    EXPECT_EQ(chains[0].keys, e.keys);
    EXPECT_EQ(chains[0].width, e.width);
    EXPECT_EQ(chains[0].value_width, e.width);
    std::size_t softmaxes = 0;
    for (const graph::Origin& origin : model->graph.origins()) {
      softmaxes += origin.op == "Softmax" ? 1 : 0;
    }
    EXPECT_EQ(chains.size(), softmaxes);
  }
}

}  // namespace
}  // namespace pfsday::count
