#include "importers/config/options.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace pfsday::config {
namespace {

constexpr std::int64_t most_tokens = std::int64_t{1} << 38U, most_samples = std::int64_t{1} << 24U;

/// 0 if the text is no whole number from 1 to `most`.
std::int64_t parse_size(std::string_view text, std::int64_t most) {
  std::int64_t size = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool is_size = fault == std::errc{} && end == text.data() + text.size() && size >= 1;
  return is_size && size <= most ? size : 0;
}

std::unexpected<Error> malformed(std::string_view text, std::string_view what, std::string hint) {
  return fail(Code::binding_malformed,
              fmt::format("\"{}\" {}", to_printable(std::string(text)), what), std::move(hint));
}

}  // namespace

Result<std::vector<std::int64_t>> parse_lengths(std::string_view text) {
  std::vector<std::int64_t> lengths;
  for (const std::string_view part : split(text, ',')) {
    lengths.push_back(parse_size(trim(part), most_tokens));
    if (lengths.back() == 0) {
      return malformed(text, "is no list of lengths of at least 1", "write --lengths 512,300,128");
    }
  }
  return lengths;
}

Result<importers::Generation> parse_generation(std::string_view text) {
  importers::Generation generation;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    const std::string_view name = trim(part.substr(0, equals));
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : trim(part.substr(equals + 1));
    std::int64_t* const size = name == "prompt"    ? &generation.prompt
                               : name == "new"     ? &generation.tokens
                               : name == "samples" ? &generation.samples
                                                   : nullptr;
    if (size != nullptr) *size = parse_size(value, name == "samples" ? most_samples : most_tokens);
    if (size == nullptr || *size == 0) {
      return malformed(text, "does not say what is generated",
                       "write --generate prompt=512,new=128,samples=4");
    }
  }
  if (generation.prompt >= 1 && generation.tokens >= 1) return generation;
  return malformed(text, "lacks the tokens of the prompt or the new ones",
                   "write --generate prompt=512,new=128,samples=4");
}

Result<double> parse_capacity(std::string_view text) {
  double factor = -1;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), factor);
  const bool is_factor =
      fault == std::errc{} && end == text.data() + text.size() && factor >= 0 && factor <= 1e6;
  if (is_factor) return factor;
  return malformed(text, "is no capacity factor", "write --capacity 1.25");
}

}  // namespace pfsday::config
