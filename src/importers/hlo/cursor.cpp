#include "importers/hlo/cursor.h"

#include <fmt/format.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>

namespace pfsday::hlo {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool opens(char c) { return c == '(' || c == '{' || c == '['; }
bool closes(char c) { return c == ')' || c == '}' || c == ']'; }

/// What matters between brackets: others, quotes and the begin of a comment.
constexpr std::array<bool, 256> stops = [] {
  std::array<bool, 256> is_stop = {};
  for (const char c : {'(', ')', '[', ']', '{', '}', '"', '/'}) {
    is_stop[static_cast<unsigned char>(c)] = true;
  }
  return is_stop;
}();

}  // namespace

#ifdef __SSE2__
namespace {

/// Sixteen characters at once: a bit for each that no name is made of.
unsigned find_other_characters(const char* text) {
  const __m128i c = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const auto is_from = [](__m128i characters, char first, char count) {
    const __m128i offset = _mm_sub_epi8(characters, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(static_cast<char>(count - 1))),
                          offset);
  };
  const __m128i is_letter = is_from(_mm_or_si128(c, _mm_set1_epi8(0x20)), 'a', 26);
  const __m128i is_digit = is_from(c, '0', 10);
  const __m128i is_mark = _mm_or_si128(is_from(c, '-', 2), _mm_cmpeq_epi8(c, _mm_set1_epi8('_')));
  const __m128i is_name = _mm_or_si128(_mm_or_si128(is_letter, is_digit), is_mark);
  return static_cast<unsigned>(_mm_movemask_epi8(is_name)) ^ 0xffffU;
}

}  // namespace
#endif

std::size_t find_end_of_name(std::string_view text, std::size_t first) {
  std::size_t at = first;
#ifdef __SSE2__
  for (; at + 16 <= text.size(); at += 16) {
    const unsigned others = find_other_characters(text.data() + at);
    if (others != 0) return at + static_cast<std::size_t>(std::countr_zero(others));
  }
#endif
  while (at < text.size() && is_name_character(text[at])) ++at;
  return at;
}

std::size_t find_end_of_string(std::string_view text, std::size_t quote) {
  for (std::size_t end = text.find('"', quote + 1); end != text.npos;
       end = text.find('"', end + 1)) {
    std::size_t first = end;  // of the backslashes before it: an odd number of them escapes it
    while (text[first - 1] == '\\') --first;
    if ((end - first) % 2 == 0) return end + 1;
  }
  return text.npos;
}

Error fault_at(std::string_view text, std::size_t offset, Code code, std::string what,
               std::string hint) {
  Error error{code, std::move(what), std::move(hint), {}};
  const auto before = text.substr(0, std::min(offset, text.size()));
  error.place.line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
  error.place.column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
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

void Cursor::skip_space_behind_comment() {
  do {
    while (is_blank(peek()) || peek() == '\n') ++at_;
  } while (peek() == '/' && skip_comment());
}

void Cursor::skip_blanks() {
  while (is_blank(peek()) || (peek() == '/' && skip_comment())) {
    if (is_blank(peek())) ++at_;
  }
}

void Cursor::skip_line() {
  const std::size_t end = text_.find('\n', at_);
  at_ = end == text_.npos ? text_.size() : end + 1;
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
  at_ = find_end_of_name(text_, first);
  if (at_ != first) return text_.substr(first, at_ - first);
  if (at_end()) return fail(truncated(std::string(of)));
  return fail(fault(fmt::format("the name of {} is expected, not '{}'", of, peek())));
}

Result<void> Cursor::skip_string() {
  at_ = find_end_of_string(text_, at_);
  if (at_ != text_.npos) return {};
  at_ = text_.size();
  return fail(truncated("a text in quotes"));
}

/// Every sort of bracket counts alike: what they hold is read where it is used.
Result<void> Cursor::skip_balanced() {
  std::size_t depth = 0;
  for (;;) {
    while (at_ < text_.size() && !stops[static_cast<unsigned char>(text_[at_])]) ++at_;
    if (at_ == text_.size()) break;
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
