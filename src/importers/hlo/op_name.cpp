#include "importers/hlo/op_name.h"

#include <algorithm>
#include <vector>

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

/// Parts between slashes that stand in no parentheses.
std::vector<std::string_view> segments_of(std::string_view name) {
  std::vector<std::string_view> segments;
  std::size_t first = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i == name.size() || (name[i] == '/' && depth == 0)) {
      segments.push_back(name.substr(first, i - first));
      first = i + 1;
    } else {
      depth += (name[i] == '(' ? 1 : 0) - (name[i] == ')' ? 1 : 0);
    }
  }
  return segments;
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

bool is_optimizer(std::string_view segment) {
  std::string lower(segment);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::ranges::find(optimizers, lower) != std::end(optimizers) ||
         lower.ends_with("_optimizer");
}

}  // namespace

OpName read_op_name(std::string_view name) {
  OpName read;
  bool is_gradient = false;
  bool is_again = false;
  bool is_update = false;
  std::vector<std::string_view> segments = segments_of(name);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    std::string_view segment = segments[i];
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
    if (i + 1 == segments.size() || (i == 0 && is_function)) continue;
    append_segment(read.path, segment);
  }
  is_gradient |= name.find("_backward") != name.npos;
  if (is_again) {
    read.pass = graph::Pass::recompute;
  } else if (is_gradient) {
    read.pass = graph::Pass::data_gradient;
  } else if (is_update) {
    read.pass = graph::Pass::optimizer;
  } else if (segments.size() > 1) {
    read.pass = graph::Pass::forward;
  }
  return read;
}

std::string_view metadata_of(std::string_view metadata, std::string_view field) {
  for (std::size_t at = metadata.find(field); at != metadata.npos;
       at = metadata.find(field, at + 1)) {
    const std::string_view rest = metadata.substr(at + field.size());
    if (!rest.starts_with("=\"")) continue;
    return rest.substr(2, rest.find('"', 2) - 2);
  }
  return {};
}

}  // namespace pfsday::hlo
