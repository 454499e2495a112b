#include "hardware/chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "base/text.h"
#include "hardware/name.h"

namespace pfsday::hardware {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return result;
}

bool is_called(const Chip& chip, std::string_view key) {
  return key_of(chip.id) == key || key_of(chip.name) == key ||
         std::ranges::find(chip.aliases, key, key_of) != chip.aliases.end();
}

std::vector<const Chip*> find_called(std::string_view key) {
  std::vector<const Chip*> found;
  for (const Chip& chip : chips()) {
    if (is_called(chip, key)) found.push_back(&chip);
  }
  return found;
}

/// Those whose id begins with the name.
std::vector<const Chip*> find_variants(std::string_view key) {
  std::vector<const Chip*> found;
  const std::string beginning = fmt::format("{}-", key);
  for (const Chip& chip : chips()) {
    if (chip.id.starts_with(beginning)) found.push_back(&chip);
  }
  return found;
}

std::unexpected<Error> several(std::string_view name, std::span<const Chip* const> found) {
  std::vector<std::string> ids;
  for (const Chip* chip : found) ids.emplace_back(chip->id);
  return fail(Code::chip_unknown, fmt::format("chip \"{}\" has variants", name),
              fmt::format("name one: {}", join(ids, ", ")));
}

std::unexpected<Error> unknown_chip(std::string_view name, std::string_view key) {
  std::vector<std::string_view> ids;
  for (const Chip& chip : chips()) ids.push_back(chip.id);
  const std::string_view near = nearest(key, ids);
  return fail(Code::chip_unknown, fmt::format("chip \"{}\" is not in the catalogue", name),
              near.empty() ? "state its peak rate to use it all the same; `pfsday hardware list` "
                             "shows what there is"
                           : fmt::format("did you mean \"{}\"?", near));
}

}  // namespace

Result<const Chip*> find_chip(std::string_view name) {
  const auto exact = std::ranges::find(chips(), lower(name), &Chip::id);
  if (exact != chips().end()) return &*exact;
  const std::string key = key_of(name);
  if (key.empty()) return unknown_chip(name, key);
  std::vector<const Chip*> found = find_called(key);
  if (found.size() == 1) return found.front();
  if (found.empty()) found = find_variants(key);
  return found.empty() ? unknown_chip(name, key) : several(name, found);
}

Result<Peak> find_peak(const Chip& chip, std::optional<std::string_view> format) {
  const std::string wanted = lower(format.value_or(chip.default_format));
  const auto found = std::ranges::find(chip.peaks, wanted, &Peak::format);
  if (found != chip.peaks.end()) return *found;
  std::vector<std::string> listed;
  for (const Peak& peak : chip.peaks) listed.emplace_back(peak.format);
  return fail(Code::chip_unknown,
              fmt::format("the catalogue has no {} peak of {}", wanted, chip.id),
              fmt::format("it lists {}", join(listed, ", ")));
}

double total_processing_performance(const Peak& peak) {
  const auto format = std::ranges::find(formats(), peak.format, &Format::name);
  return peak.operations_per_second / 1e12 * format->bits;
}

double total_processing_performance(const Chip& chip) {
  double largest = 0;
  for (const Peak& peak : chip.peaks) {
    largest = std::max(largest, total_processing_performance(peak));
  }
  return largest;
}

}  // namespace pfsday::hardware
