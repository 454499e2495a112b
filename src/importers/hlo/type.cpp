#include "importers/hlo/type.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ops/infer.h"

namespace pfsday::hlo {
namespace {

using graph::Count;
using graph::ElementType;

struct Name {
  std::string_view name;
  ElementType element;
};
/// Types that the graph does not have stand as one of the same sort: of the same width, but for
/// those of two bits and one.
constexpr Name element_names[] = {
    {"f32", ElementType::f32},
    {"bf16", ElementType::bf16},
    {"s32", ElementType::i32},
    {"pred", ElementType::boolean},
    {"u32", ElementType::u32},
    {"f16", ElementType::f16},
    {"f64", ElementType::f64},
    {"s64", ElementType::i64},
    {"s16", ElementType::i16},
    {"s8", ElementType::i8},
    {"s4", ElementType::i4},
    {"s2", ElementType::i4},
    {"s1", ElementType::i4},
    {"u64", ElementType::u64},
    {"u16", ElementType::u16},
    {"u8", ElementType::u8},
    {"u4", ElementType::u4},
    {"u2", ElementType::u4},
    {"u1", ElementType::u4},
    {"f8e4m3fn", ElementType::f8e4m3fn},
    {"f8e4m3", ElementType::f8e4m3fn},
    {"f8e3m4", ElementType::f8e4m3fn},
    {"f8e4m3b11fnuz", ElementType::f8e4m3fnuz},
    {"f8e4m3fnuz", ElementType::f8e4m3fnuz},
    {"f8e5m2", ElementType::f8e5m2},
    {"f8e5m2fnuz", ElementType::f8e5m2fnuz},
    {"f8e8m0fnu", ElementType::f8e5m2},
    {"f4e2m1fn", ElementType::f4e2m1},
    {"c64", ElementType::c64},
    {"c128", ElementType::c128},
};

/// Tuples in tuples; XLA itself has a handful.
constexpr int depth_limit = 64;
/// Elements of one array, so that sums and products of a few fit.
constexpr graph::Count element_limit = graph::Count(ops::size_limit);

Result<std::int64_t> parse_size(Cursor& in, Type& type) {
  if (in.take('?')) {
    type.is_open = true;
    return 0;
  }
  if (in.take('<')) {
    type.is_bounded = true;
    if (!in.take('=')) return fail(in.fault("a size has < without ="));
    in.skip_space();
  }
  const std::string_view rest = in.text().substr(in.offset());
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
  if (error == std::errc::result_out_of_range || size > ops::size_limit) {
    return fail(fault_at(in.text(), in.offset(), Code::limit_exceeded, "a size is larger than 2^60",
                         "the file is probably damaged"));
  }
  if (error != std::errc() || size < 0) {
    if (in.at_end()) return fail(in.truncated("a shape"));
    return fail(in.fault("a size is no whole number of at least 0"));
  }
  in = Cursor(in.text(), in.offset() + static_cast<std::size_t>(end - rest.data()));
  return size;
}

Result<Type> parse_array(Cursor& in, ElementType element) {
  Type type{.kind = Type::Kind::array, .array = {element, {}}, .leaves = 1};
  const std::size_t first = in.offset();
  if (!in.take(']')) {
    do {
      type.array.shape.push_back(TRY(parse_size(in, type)));
    } while (in.take(','));
    if (!in.take(']')) {
      if (in.at_end()) return fail(in.truncated("a shape"));
      return fail(in.fault("a shape has no closing ]"));
    }
  }
  Count product = 1;  // of an empty tensor, too: sizes are multiplied in any order
  for (const std::int64_t size : type.array.shape) product *= std::max<std::int64_t>(size, 1);
  if (product > element_limit) {
    return fail(fault_at(in.text(), first, Code::limit_exceeded,
                         fmt::format("{} has more than 2^60 elements", to_string(type.array)),
                         "the file is probably damaged"));
  }
  if (in.peek() == '{') TRY(in.balanced());
  return type;
}

Result<Type> parse_type(Cursor& in, int depth) {
  if (depth > depth_limit) {
    return fail(fault_at(in.text(), in.offset(), Code::limit_exceeded,
                         fmt::format("tuples are nested more than {} deep", depth_limit)));
  }
  if (in.take('(')) {
    Type type{.kind = Type::Kind::tuple};
    if (in.take(')')) return type;
    do {
      type.elements.push_back(TRY(parse_type(in, depth + 1)));
      type.elements.back().first = type.leaves;
      type.leaves += type.elements.back().leaves;
      type.is_open |= type.elements.back().is_open;
    } while (in.take(','));
    if (in.take(')')) return type;
    if (in.at_end()) return fail(in.truncated("a tuple"));
    return fail(in.fault("a tuple has no closing )"));
  }
  const std::size_t first = in.offset();
  const std::string_view name = TRY(in.name("a type"));
  if (name == "b" && in.peek() == '(') {  // a buffer of that type
    in.take('(');
    Type inside = TRY(parse_type(in, depth + 1));
    if (in.take(')')) return inside;
    return fail(in.fault("a buffer has no closing )"));
  }
  if (in.peek() != '[') {
    return fail(fault_at(in.text(), first, Code::model_malformed,
                         fmt::format("\"{}\" is no type: it has no shape", name)));
  }
  if (name == "token" || name == "opaque") {
    TRY(in.balanced());
    return Type{};
  }
  const auto element = find_element_type(name);
  if (!element) {
    return fail(fault_at(in.text(), first, Code::type_unsupported,
                         fmt::format("element type \"{}\" is not known", name)));
  }
  in.take('[');
  return parse_array(in, *element);
}

/// The text that the type is made of, if it is written as XLA does: a tuple in its parentheses, an
/// array up to a blank. Empty where it is not.
std::string_view text_of_type(Cursor in) {
  if (in.peek() == '(') {
    const auto tuple = in.balanced();
    return tuple ? *tuple : std::string_view{};
  }
  constexpr std::size_t most = 128;
  const std::string_view rest = in.text().substr(in.offset(), most);
  const std::size_t end = rest.find(' ');
  return end == rest.npos ? std::string_view{} : rest.substr(0, end);
}

}  // namespace

Result<Type> parse_type(Cursor& in) { return parse_type(in, 0); }

Result<const Type*> TypeTable::read(Cursor& in) {
  in.skip_space();
  const std::string_view text = text_of_type(in);
  if (const auto known = known_.find(text)) {
    in = Cursor(in.text(), in.offset() + text.size());
    return &types_[*known];
  }
  const std::size_t end = in.offset() + text.size();
  types_.push_back(TRY(parse_type(in)));
  if (!text.empty() && in.offset() == end) {
    known_.add(text, static_cast<std::uint32_t>(types_.size() - 1));
  }
  return &types_.back();
}

Result<void> skip_type(Cursor& in) {
  in.skip_space();
  if (in.peek() != '(') {
    TRY(in.name("a type"));
    if (in.peek() == '[' || in.peek() == '(') TRY(in.balanced());
    if (in.peek() == '{') TRY(in.balanced());
    return {};
  }
  TRY(in.balanced());
  return {};
}

std::optional<ElementType> find_element_type(std::string_view name) {
  for (const Name& one : element_names) {
    if (one.name == name) return one.element;
  }
  return std::nullopt;
}

void append_arrays(const Type& type, graph::TensorTypes& arrays) {
  if (type.kind == Type::Kind::array) arrays.push_back(type.array);
  for (const Type& element : type.elements) append_arrays(element, arrays);
}

std::string to_string(const Type& type) {
  if (type.kind == Type::Kind::array) return to_string(type.array);
  if (type.kind == Type::Kind::none) return "token[]";
  std::string text = "(";
  for (const Type& element : type.elements) {
    text += (text.size() == 1 ? "" : ", ") + to_string(element);
  }
  return text + ")";
}

}  // namespace pfsday::hlo
