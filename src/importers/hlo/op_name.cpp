#include "importers/hlo/op_name.h"

#include <algorithm>

namespace pfsday::hlo {
namespace {

/// What JAX puts around a function, and says nothing of where it stands in the model.
constexpr std::string_view wrappers[] = {"jvp",   "transpose",  "vmap",       "jit",        "pjit",
                                         "remat", "checkpoint", "custom_jvp", "custom_vjp", "pmap"};
/// Segments of control flow and of calls.
constexpr std::string_view passages[] = {"while",
                                         "body",
                                         "cond",
                                         "scan",
                                         "checkpoint",
                                         "remat",
                                         "rematted_computation",
                                         "closed_call",
                                         "core_call",
                                         "pjit",
                                         "custom_jvp_call",
                                         "custom_vjp_call",
                                         "shard_map",
                                         "main"};
constexpr std::string_view optimizers[] = {
    "adam",      "adamw",         "adamax",         "nadam",     "sgd",  "lion", "lamb",    "lars",
    "rmsprop",   "adagrad",       "adadelta",       "adafactor", "ftrl", "muon", "shampoo", "optax",
    "optimizer", "apply_updates", "apply_gradients"};

/// The part up to a slash that stands in no parentheses, which `rest` then is behind; all of it,
/// and none, where there is no such slash.
std::string_view take_segment(std::optional<std::string_view>& rest) {
  const std::string_view name = *rest;
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '/' && depth == 0) {
      rest = name.substr(i + 1);
      return name.substr(0, i);
    }
    depth += (name[i] == '(' ? 1 : 0) - (name[i] == ')' ? 1 : 0);
  }
  rest = std::nullopt;
  return name;
}

/// The name in a wrapper; empty if the segment is none. Sets `wrapper`.
std::string_view inside_of(std::string_view segment, std::string_view& wrapper) {
  const auto open = segment.find('(');
  if (open == segment.npos || !segment.ends_with(')')) return {};
  wrapper = segment.substr(0, open);
  if (std::ranges::find(wrappers, wrapper) == std::end(wrappers)) return {};
  return segment.substr(open + 1, segment.size() - open - 2);
}

void append_segment(std::string& path, std::string_view segment) {
  if (segment.empty() || std::ranges::find(passages, segment) != std::end(passages)) return;
  if (segment.starts_with("branch_") && segment.ends_with("_fun")) return;
  if (!path.empty()) path += '/';
  path += segment;
}

/// `lower` has no capitals.
bool ends_as(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  const std::string_view end = text.substr(text.size() - lower.size());
  return std::ranges::equal(end, lower, {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

bool is_optimizer(std::string_view segment) {
  return ends_as(segment, "_optimizer") ||
         std::ranges::any_of(optimizers, [segment](std::string_view name) {
           return segment.size() == name.size() && ends_as(segment, name);
         });
}

}  // namespace

OpName read_op_name(std::string_view name) {
  OpName read;
  bool is_gradient = false;
  bool is_again = false;
  bool is_update = false;
  bool has_several = false;
  bool is_first = true;
  for (std::optional<std::string_view> rest = name; rest; is_first = false) {
    std::string_view segment = take_segment(rest);
    std::string_view wrapper;
    bool is_function = false;
    for (std::string_view inside = inside_of(segment, wrapper); !inside.empty();
         inside = inside_of(segment, wrapper)) {
      is_gradient |= wrapper == "transpose";
      is_function = wrapper == "jit" || wrapper == "pjit";
      segment = inside;
    }
    is_again |= segment == "rematted_computation";
    is_update |= is_optimizer(segment);
    if (rest && !(is_first && is_function)) append_segment(read.path, segment);
    has_several |= rest.has_value();
  }
  is_gradient |= name.find("_backward") != name.npos;
  if (is_again) {
    read.pass = graph::Pass::recompute;
  } else if (is_gradient) {
    read.pass = graph::Pass::data_gradient;
  } else if (is_update) {
    read.pass = graph::Pass::optimizer;
  } else if (has_several) {
    read.pass = graph::Pass::forward;
  }
  return read;
}

Metadata read_metadata(std::string_view text) {
  Metadata metadata;
  for (std::size_t quote = text.find('"'); quote != text.npos; quote = text.find('"', quote)) {
    const std::size_t end = find_end_of_string(text, quote);
    if (end == text.npos) break;
    const std::string_view before = text.substr(0, quote);
    const std::string_view value = text.substr(quote + 1, end - quote - 2);
    if (before.ends_with("op_name=")) metadata.op_name = value;
    if (before.ends_with("op_type=")) metadata.op_type = value;
    quote = end;
  }
  return metadata;
}

}  // namespace pfsday::hlo
