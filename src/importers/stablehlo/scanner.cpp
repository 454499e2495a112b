#include "importers/stablehlo/scanner.h"

#include <fmt/format.h>

#include "base/text.h"

namespace pfsday::stablehlo {
namespace {

bool opens(char c) { return c == '(' || c == '[' || c == '{'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

Result<std::string_view> Scanner::string() {
  const std::size_t end = hlo::find_end_of_string(text(), offset());
  if (end == text().npos) return fail(truncated("a text in quotes"));
  const std::string_view quoted = text().substr(offset(), end - offset());
  move_to(end);
  return quoted;
}

Result<void> Scanner::skip_angles() {
  std::size_t depth = 0;
  do {
    if (at_end()) return fail(truncated("what stands between < and >"));
    const char c = peek();
    if (c == '"') {
      TRY(string());
    } else if (opens(c)) {
      TRY(balanced());
    } else if (text().substr(offset()).starts_with("->")) {
      move_to(offset() + 2);
    } else {
      if (c == '<') ++depth;
      if (c == '>') --depth;
      move_to(offset() + 1);
    }
  } while (depth > 0);
  return {};
}

/// A word, a text, or something in brackets; false where none begins here.
Result<bool> Scanner::skip_piece() {
  const char c = peek();
  if (c == '"') {
    TRY(string());
  } else if (opens(c)) {
    TRY(balanced());
  } else if (c == '<') {
    TRY(skip_angles());
  } else if (c == '#' || c == '@' || c == '!' || c == '%' || c == '+' || c == '*' ||
             hlo::is_name_character(c)) {
    const bool is_arrow = text().substr(offset()).starts_with("->");
    const std::size_t end = hlo::find_end_of_name(text(), offset() + 1);
    move_to(is_arrow ? offset() + 2 : end);
  } else {
    return false;
  }
  return true;
}

Result<std::string_view> Scanner::type() {
  skip_space();
  const std::size_t first = offset();
  while (peek() == '(') {
    TRY(balanced());
    skip_space();
    if (!text().substr(offset()).starts_with("->")) return text().substr(first, offset() - first);
    move_to(offset() + 2);
    skip_space();
  }
  if (peek() == '!') move_to(offset() + 1);
  TRY(name("a type"));
  if (peek() == '<') TRY(skip_angles());
  return text().substr(first, offset() - first);
}

Result<std::string_view> Scanner::value_in_braces() {
  skip_space();
  const std::size_t first = offset();
  for (;;) {
    if (at_end()) return fail(truncated("an attribute"));
    const char c = peek();
    if (c == ',' || c == '}' || c == ')' || c == ']' || c == '>') break;
    if (!TRY(skip_piece())) move_to(offset() + 1);
  }
  return trim(text().substr(first, offset() - first));
}

Result<std::string_view> Scanner::value_alone() {
  skip_space();
  const std::size_t first = offset();
  if (!TRY(skip_piece())) {
    return fail(at_end() ? truncated("an attribute") : fault("a value is expected"));
  }
  std::size_t end = offset();
  while (TRY(skip_next_piece())) end = offset();
  move_to(end);
  return text().substr(first, end - first);
}

/// What goes on: array<i64: 1>, [0] x [1], [b, 0]x[0, o]->[b, 0].
Result<bool> Scanner::skip_next_piece() {
  if (peek() == '<') return skip_piece();
  while (is_blank(peek())) move_to(offset() + 1);
  if (text().substr(offset()).starts_with("->")) {
    move_to(offset() + 2);
    skip_space();
    return skip_piece();
  }
  if (peek() != 'x') return false;
  const std::size_t next = text().find_first_not_of(" ", offset() + 1);
  if (next == text().npos || text()[next] != '[') return false;
  move_to(next);
  return skip_piece();
}

Result<std::string_view> Scanner::symbol() {
  skip_space();
  move_to(offset() + 1);  // @
  if (peek() == '"') {
    const std::string_view quoted = TRY(string());
    return quoted.substr(1, quoted.size() - 2);
  }
  return identifier("a symbol");
}

Result<std::string_view> Scanner::identifier(std::string_view of) {
  skip_space();
  if (peek() == '%' || peek() == '^') move_to(offset() + 1);
  const std::size_t first = offset();
  std::size_t end = first;
  while (end < text().size() && (hlo::is_name_character(text()[end]) || text()[end] == '$')) ++end;
  if (end != first) {
    move_to(end);
    return text().substr(first, end - first);
  }
  if (at_end()) return fail(truncated(std::string(of)));
  return fail(fault(fmt::format("the name of {} is expected, not '{}'", of, peek())));
}

}  // namespace pfsday::stablehlo
