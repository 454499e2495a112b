// Counts of configurations that a test writes as text.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "count/step.h"
#include "importers/importer.h"

namespace pfsday {

using importers::ImportOptions;
using units::Count;

constexpr std::int64_t batch = 3, length = 7;
inline const ImportOptions bound = {.dimensions = {{"batch", batch}, {"seq", length}}};

inline importers::Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

inline Result<importers::Model> read(std::string_view text, const ImportOptions& options) {
  return importers::read_model(bytes_of(text), options);
}

inline count::Counts count_model(const importers::Model& model, count::Step step) {
  auto counts = count::count_step(model.graph, {.step = step}, {});
  EXPECT_TRUE(counts) << (counts ? "" : counts.error().what);
  return counts ? *std::move(counts) : count::Counts{};
}

inline count::Counts count_text(std::string_view text, const ImportOptions& options,
                                count::Step step = count::Step::forward) {
  const auto model = read(text, options);
  EXPECT_TRUE(model) << (model ? "" : model.error().what);
  return model ? count_model(*model, step) : count::Counts{};
}

inline Count macs(const count::Counts& counts) { return counts.total.work.products; }

/// Pairs of a query and a key that it sees, one by one.
inline Count pairs(std::int64_t tokens, std::int64_t window, std::int64_t past = 0) {
  Count sum = 0;
  for (std::int64_t i = 0; i < tokens; ++i) {
    const std::int64_t before = past + i + 1;
    sum += Count(window == 0 ? before : std::min(window, before));
  }
  return sum;
}

}  // namespace pfsday
