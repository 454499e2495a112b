#include "importers/hlo/cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pfsday::hlo {
namespace {

constexpr std::array<bool, 256> name_characters = [] {
  std::array<bool, 256> is_name = {};
  for (int c = 'a'; c <= 'z'; ++c) is_name[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) is_name[static_cast<std::size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) is_name[static_cast<std::size_t>(c)] = true;
  for (const char c : {'_', '.', '-'}) is_name[static_cast<std::size_t>(c)] = true;
  return is_name;
}();

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool opens(char c) { return c == '(' || c == '{' || c == '['; }
bool closes(char c) { return c == ')' || c == '}' || c == ']'; }

}  // namespace

bool is_name_character(char c) { return name_characters[static_cast<unsigned char>(c)]; }

Error fault_at(std::string_view text, std::size_t offset, Code code, std::string what,
               std::string hint) {
  Error error{code, std::move(what), std::move(hint), {}};
  const auto before = text.substr(0, std::min(offset, text.size()));
  error.place.line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
  return error;
}

Error Cursor::truncated(std::string what) const {
  return fault_at(text_, text_.size(), Code::model_truncated,
                  fmt::format("the text ends in the middle of {}", what),
                  "the file is cut off: write it again");
}

bool Cursor::skip_comment() {
  if (text_.substr(at_, 2) == "//") {
    at_ = std::min(text_.find('\n', at_), text_.size());
    return true;
  }
  if (text_.substr(at_, 2) != "/*") return false;
  const std::size_t end = text_.find("*/", at_ + 2);
  at_ = end == text_.npos ? text_.size() : end + 2;
  return true;
}

void Cursor::skip_space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (is_blank(c) || c == '\n') {
      ++at_;
    } else if (c != '/' || !skip_comment()) {
      return;
    }
  }
}

void Cursor::skip_blanks() {
  while (at_ < text_.size() && (is_blank(text_[at_]) || (text_[at_] == '/' && skip_comment()))) {
    if (is_blank(text_[at_])) ++at_;
  }
}

void Cursor::skip_line() {
  const std::size_t end = text_.find('\n', at_);
  at_ = end == text_.npos ? text_.size() : end + 1;
}

bool Cursor::take(char c) {
  skip_space();
  if (peek() != c) return false;
  ++at_;
  return true;
}

bool Cursor::take_word(std::string_view word) {
  skip_space();
  if (!text_.substr(at_).starts_with(word)) return false;
  const std::size_t end = at_ + word.size();
  if (end < text_.size() && is_name_character(text_[end])) return false;
  at_ = end;
  return true;
}

Result<std::string_view> Cursor::name(std::string_view of) {
  skip_space();
  if (peek() == '%') ++at_;
  const std::size_t first = at_;
  while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
  if (at_ != first) return text_.substr(first, at_ - first);
  if (at_end()) return fail(truncated(std::string(of)));
  return fail(fault(fmt::format("the name of {} is expected, not '{}'", of, peek())));
}

Result<void> Cursor::skip_string() {
  for (std::size_t end = text_.find('"', at_ + 1); end != text_.npos;
       end = text_.find('"', end + 1)) {
    std::size_t first = end;  // of the backslashes before it: an odd number of them escapes it
    while (text_[first - 1] == '\\') --first;
    if ((end - first) % 2 != 0) continue;
    at_ = end + 1;
    return {};
  }
  at_ = text_.size();
  return fail(truncated("a text in quotes"));
}

/// Every sort of bracket counts alike: what they hold is read where it is used.
Result<void> Cursor::skip_balanced() {
  std::size_t depth = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      TRY(skip_string());
      continue;
    }
    if (c == '/' && skip_comment()) continue;
    ++at_;
    if (opens(c)) {
      ++depth;
    } else if (closes(c) && --depth == 0) {
      return {};
    }
  }
  return fail(truncated("what stands in brackets"));
}

Result<std::string_view> Cursor::balanced() {
  const std::size_t first = at_;
  TRY(skip_balanced());
  return text_.substr(first, at_ - first);
}

Result<std::string_view> Cursor::value() {
  skip_space();
  const std::size_t first = at_;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (opens(c)) {
      TRY(skip_balanced());
    } else if (c == '"') {
      TRY(skip_string());
    } else if (c == ',' || c == '\n' || closes(c)) {
      break;
    } else if (c == '/' && skip_comment()) {
      break;
    } else {
      ++at_;
    }
  }
  std::size_t last = at_;
  while (last > first && is_blank(text_[last - 1])) --last;
  return text_.substr(first, last - first);
}

}  // namespace pfsday::hlo
