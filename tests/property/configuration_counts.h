// Counts of configurations that a test writes as text.
#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

#include "count/step.h"
#include "importers/importer.h"

namespace pfsday {

using importers::ImportOptions;
using units::Count;

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

}  // namespace pfsday
