#include "importers/hlo/literal.h"

#include <charconv>
#include <limits>

#include "importers/hlo/cursor.h"

namespace pfsday::hlo {
namespace {

using graph::Exact;

bool is_punctuation(char c) {
  return c == ' ' || c == ',' || c == '{' || c == '}' || c == '\n' || c == '\t' || c == '\r';
}

std::optional<Exact> to_number(std::string_view word) {
  if (word == "true") return 1;
  if (word == "false") return 0;
  const bool is_negative = word.starts_with('-');
  const std::string_view rest = is_negative ? word.substr(1) : word;
  if (rest == "inf") {
    const Exact infinity = std::numeric_limits<Exact>::infinity();
    return is_negative ? -infinity : infinity;
  }
  if (rest.starts_with("nan")) return std::numeric_limits<Exact>::quiet_NaN();
  std::uint64_t whole = 0;
  const char* const last = rest.data() + rest.size();
  if (const auto [end, error] = std::from_chars(rest.data(), last, whole);
      error == std::errc() && end == last) {
    return is_negative ? -static_cast<Exact>(whole) : static_cast<Exact>(whole);
  }
  double real = 0;
  const auto [end, error] = std::from_chars(rest.data(), last, real);
  if (error != std::errc() || end != last) return std::nullopt;
  return is_negative ? -static_cast<Exact>(real) : static_cast<Exact>(real);
}

}  // namespace

std::optional<graph::Literal> parse_literal(const graph::TensorType& type, std::string_view text) {
  if (!graph::can_be_literal(type) || text.find("...") != text.npos) return std::nullopt;
  std::vector<Exact> values;
  const auto wanted = static_cast<std::size_t>(type.elements().value());
  Cursor in(text);
  for (;;) {
    while (is_punctuation(in.peek())) in = Cursor(text, in.offset() + 1);
    const std::size_t before = in.offset();
    in.skip_space();  // comments between the numbers
    if (in.at_end()) break;
    if (in.offset() != before) continue;
    std::size_t end = before;
    while (end < text.size() && !is_punctuation(text[end])) ++end;
    const auto value = to_number(text.substr(before, end - before));
    if (!value || values.size() == wanted) return std::nullopt;
    values.push_back(graph::to_element(type.element, *value));
    in = Cursor(text, end);
  }
  if (values.size() != wanted) return std::nullopt;
  return graph::Literal::of(type, std::move(values));
}

}  // namespace pfsday::hlo
