// What is counted where an input that steers a node is known only when the model runs, against what
// is counted where its contents are given: the same from declared shapes, at most that from the
// values that cost most.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "count/count.h"
#include "onnx_testdata.h"

namespace pfsday::onnx {
namespace {

Result<count::Counts> count_file(const std::string& bytes,
                                 const importers::ImportOptions& options) {
  const auto model = TRY(importers::read_model(bytes_of(bytes), options));
  return count::count_graph(model.graph, {});
}

/// The kind of the first bound of a model; empty if it has none.
std::string kind_of_bound(const std::string& bytes, const importers::ImportOptions& options) {
  const auto model = importers::read_model(bytes_of(bytes), options);
  if (!model || model->graph.bounds().empty()) return {};
  return model->graph.bounds().front().kind;
}

TEST(OnnxSteering, DeclaredShapesCountAsTheValuesDo) {
  if (case_folders().empty()) GTEST_SKIP() << "libonnx-testdata is not installed";
  std::size_t equal = 0, bounded = 0;
  for (const auto& folder : case_folders()) {
    const Case c = read_case(folder);
    const std::string kind = kind_of_bound(c.model, c.options);
    const std::string held = with_inputs_held(c, Held::steering);
    if (kind.empty() || !kind_of_bound(held, c.options).empty()) continue;
    const auto open = count_file(c.model, c.options);
    const auto known = count_file(held, c.options);
    ASSERT_TRUE(open && known) << name_of_case(folder);
    if (kind == "declared_shape") {
      EXPECT_EQ(open->total.work, known->total.work) << name_of_case(folder);
      ++equal;
    } else if (kind == "upper_bound") {
      EXPECT_GE(open->total.work.operations(), known->total.work.operations())
          << name_of_case(folder);
      ++bounded;
    }
  }
  std::cout << equal << " cases counted from declared shapes, " << bounded << " bounded\n";
  EXPECT_GT(equal, 80U);
  EXPECT_GT(bounded, 20U);
}

}  // namespace
}  // namespace pfsday::onnx
