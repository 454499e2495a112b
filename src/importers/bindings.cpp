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

struct Assignment {
  std::string name;
  std::string_view value;
};

/// NAME=VALUE; the name may hold = itself.
Assignment split_assignment(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos) return {};
  return {std::string(text.substr(0, equals)), text.substr(equals + 1)};
}

}  // namespace

Result<std::map<std::string, std::int64_t, std::less<>>> parse_trips(
    std::span<const std::string> trips) {
  std::map<std::string, std::int64_t, std::less<>> parsed;
  for (const std::string& text : trips) {
    Assignment one = split_assignment(text);
    const graph::Shape number = parse_sizes(one.value);
    if (one.name.empty() || number.size() != 1) {
      return fail(Code::binding_malformed, fmt::format("\"{}\" gives no loop its trips", text),
                  "write --trips /decoder/Loop=128");
    }
    parsed.insert_or_assign(std::move(one.name), number[0]);
  }
  return parsed;
}

Result<std::map<std::string, bool, std::less<>>> parse_branches(
    std::span<const std::string> branches) {
  std::map<std::string, bool, std::less<>> parsed;
  for (const std::string& text : branches) {
    Assignment one = split_assignment(text);
    if (one.name.empty() || (one.value != "then" && one.value != "else")) {
      return fail(Code::binding_malformed, fmt::format("\"{}\" chooses no branch", text),
                  "write --branch /model/If=then, or else");
    }
    parsed.insert_or_assign(std::move(one.name), one.value == "then");
  }
  return parsed;
}

Result<ImportOptions> parse_bindings(std::span<const std::string> bindings) {
  ImportOptions options;
  for (const std::string& binding : bindings) {
    const auto [name, value] = split_assignment(binding);
    const graph::Shape shape = parse_sizes(value);
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
