#include "importers/bindings.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "ops/infer.h"

namespace pfsday::importers {
namespace {

/// Empty if any part is no size.
graph::Shape parse_sizes(std::string_view text) {
  graph::Shape shape;
  for (const std::string_view part : split(text, 'x')) {
    std::int64_t size = -1;
    const auto [end, fault] = std::from_chars(part.data(), part.data() + part.size(), size);
    const bool is_size = fault == std::errc{} && end == part.data() + part.size() && size >= 0 &&
                         size <= ops::size_limit;
    if (!is_size) return {};
    shape.push_back(size);
  }
  return shape;
}

}  // namespace

Result<ImportOptions> parse_bindings(std::span<const std::string> bindings) {
  ImportOptions options;
  for (const std::string& binding : bindings) {
    const std::size_t equals = binding.rfind('=');
    const std::string name = binding.substr(0, equals);
    const graph::Shape shape =
        equals == std::string::npos ? graph::Shape{} : parse_sizes(binding.substr(equals + 1));
    if (name.empty() || shape.empty()) {
      return fail(Code::binding_malformed, fmt::format("\"{}\" binds nothing", binding),
                  "write --bind batch=32 for a dimension, --bind input_ids=1x128 for an input");
    }
    if (shape.size() == 1) {
      options.dimensions.insert_or_assign(name, shape[0]);
    } else {
      options.inputs.insert_or_assign(name, shape);
    }
  }
  return options;
}

}  // namespace pfsday::importers
