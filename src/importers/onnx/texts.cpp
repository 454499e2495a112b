// Operators on texts: StringNormalizer, StringConcat, StringSplit, RegexFullMatch. They have no
// arithmetic; only the sizes of what they give matter.
#include <fmt/format.h>

#include <limits>

#include "importers/onnx/opaque.h"

namespace pfsday::onnx {
namespace {

Result<void> require_texts(const OnnxNode& node, Builder& b) {
  for (const Value v : node.inputs()) {
    if (b.type(v).element == ElementType::text) continue;
    return fail(Code::type_unsupported, fmt::format("{} of {}", node.op(), to_string(b.type(v))));
  }
  return {};
}

/// Texts that are stop words are left out: which, only the data tell.
Result<Values> lower_normalizer(const OnnxNode& node, Builder& b) {
  TRY(require_texts(node, b));
  const Value x = node.input(0);
  const Shape& shape = b.shape(x);
  if (shape.empty() || shape.size() > 2 || (shape.size() == 2 && shape[0] != 1)) {
    return fail(Code::shapes_disagree, fmt::format("x is {}", to_string(shape)));
  }
  const auto stop_words = TRY(node.texts("stopwords"));
  if (!stop_words.empty()) b.note_bound("upper_bound", "no text is taken to be a stop word");
  return Values{opaque(node, {x}, b.type(x), b)};
}

Result<Values> lower_concat(const OnnxNode& node, Builder& b) {
  TRY(require_texts(node, b));
  const Shape& left = b.shape(node.input(0));
  const Shape& right = b.shape(node.input(1));
  const auto common = ops::broadcast_shape(left, right);
  if (!common) {
    return fail(Code::not_broadcastable, fmt::format("{} and {} cannot be broadcast together",
                                                     to_string(left), to_string(right)));
  }
  return Values{opaque(node, node.inputs(), {ElementType::text, *common}, b)};
}

/// Into as many parts as `maxsplit` allows, one more than splits; without it only the data tell.
Result<Values> lower_split(const OnnxNode& node, Builder& b) {
  TRY(require_texts(node, b));
  const Value x = node.input(0);
  const std::int64_t splits = TRY(node.integer("maxsplit", -1));
  if (splits < 0) {
    return fail(Code::value_unknown, "only the data tell into how many parts a text is split");
  }
  TensorType parts = b.type(x);
  parts.shape.push_back(splits == std::numeric_limits<std::int64_t>::max() ? splits : splits + 1);
  b.note_bound("upper_bound", "some text is taken to be split as often as it may be");
  return Values{opaque(node, {x}, parts, b), opaque(node, {x}, {ElementType::i64, b.shape(x)}, b)};
}

Result<Values> lower_match(const OnnxNode& node, Builder& b) {
  TRY(require_texts(node, b));
  const Value x = node.input(0);
  return Values{opaque(node, {x}, {ElementType::boolean, b.shape(x)}, b)};
}

constexpr Lowering rows[] = {
    {.op = "StringNormalizer", .lower = lower_normalizer},
    {.op = "StringConcat", .inputs = 2, .lower = lower_concat},
    {.op = "StringSplit", .lower = lower_split},
    {.op = "RegexFullMatch", .lower = lower_match},
};

}  // namespace

extern constinit const LoweringFamily texts{rows};

}  // namespace pfsday::onnx
