// Walks the text of an XLA dump: blanks and comments, names, and whatever stands in brackets.
//
//   Cursor in(text);
//   if (in.take("ENTRY")) ...
//   const std::string_view name = TRY(in.name("a computation"));
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace pfsday::hlo {

/// A letter, digit, or one of _ . - that names are made of.
inline bool is_name_character(char c) {
  static constexpr auto name_characters = [] {
    std::array<bool, 256> is_name = {};
    for (const char letter : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                              "0123456789_.-")) {
      is_name[static_cast<unsigned char>(letter)] = true;
    }
    return is_name;
  }();
  return name_characters[static_cast<unsigned char>(c)];
}

/// Behind the name that begins there; the same offset where none does.
std::size_t find_end_of_name(std::string_view text, std::size_t first);

/// Behind the text in quotes that begins there; npos where it does not end.
std::size_t find_end_of_string(std::string_view text, std::size_t quote);

/// A fault at an offset of the text: its place is the line and column there.
Error fault_at(std::string_view text, std::size_t offset, Code code, std::string what,
               std::string hint = {});

class Cursor {
 public:
  explicit Cursor(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  std::size_t offset() const { return at_; }
  std::string_view text() const { return text_; }
  bool at_end() const { return at_ >= text_.size(); }
  /// The next character; NUL at the end.
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  /// Blanks, line ends and comments of both kinds.
  void skip_space() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r') ++at_;
    if (peek() == '/' && skip_comment()) skip_space_behind_comment();
  }
  /// The same, but stays on the line.
  void skip_blanks();
  /// To the next line.
  void skip_line();

  /// True, and behind it, if this is what comes next, after blanks.
  bool take(char c) {
    if (peek() != c) skip_space();
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  /// The same for a word, which no further name character follows.
  bool take_word(std::string_view word);

  /// A name, without the % that may stand before it. `of` is for the diagnostic.
  Result<std::string_view> name(std::string_view of);
  /// What stands in the brackets that open here, with them. Strings and comments may hold any.
  Result<std::string_view> balanced();
  /// Up to a comma, a closing bracket or the end of the line, whatever stands in brackets or quotes
  /// before.
  Result<std::string_view> value();

  Error fault(std::string what, std::string hint = {}) const {
    return fault_at(text_, at_, Code::model_malformed, std::move(what), std::move(hint));
  }
  Error truncated(std::string what) const;

 private:
  bool skip_comment();
  void skip_space_behind_comment();
  Result<void> skip_string();
  Result<void> skip_balanced();

  std::string_view text_;
  std::size_t at_;
};

}  // namespace pfsday::hlo
