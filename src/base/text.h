// Small helpers on text that every module shares.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pfsday {

std::string_view trim(std::string_view text);

/// The parts between separators; one empty part for empty text.
std::vector<std::string_view> split(std::string_view text, char separator);

std::string join(std::span<const std::string> parts, std::string_view separator);

/// The candidate nearest to `word` (Levenshtein distance, ignoring case); empty if none is near,
/// that is within a third of the word's length, at least 1.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// True if `text` matches `pattern`, where * stands for any run of characters and ? for one.
bool matches_glob(std::string_view pattern, std::string_view text);

/// Columns that `text` takes on a terminal: UTF-8, wide and zero-width characters.
std::size_t display_width(std::string_view text);

/// Lines of at most `width` columns, broken at spaces and at newlines; a longer word has its own
/// line.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// The same text with each byte that is not part of valid UTF-8 replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);

/// Text of a file made harmless on a terminal: control characters but newline and tab become '?'.
std::string to_printable(std::string_view text);

}  // namespace pfsday
