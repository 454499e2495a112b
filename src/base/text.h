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

}  // namespace pfsday
