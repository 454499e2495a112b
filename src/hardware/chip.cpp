#include "hardware/chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cctype>

#include "base/text.h"
#include "base/toml.h"
#include "hardware/chip_files.h"

namespace pfsday::hardware {
namespace {

Result<std::vector<Peak>> read_peaks(const TomlTable& table) {
  std::vector<Peak> peaks;
  TomlReader in(table, "peak");
  for (const std::string_view format : {"bf16", "fp16", "fp32", "tf32", "fp8"}) {
    const auto rate = TRY(in.find_number(format));
    if (rate) peaks.push_back({std::string(format), *rate});
  }
  TRY(in.finish());
  return peaks;
}

Result<Chip> read_chip(const TomlTable& table) {
  TomlReader in(table, "chip");
  Chip chip;
  chip.id = TRY(in.text("id"));
  chip.name = TRY(in.text("name"));
  chip.kind = TRY(in.text("kind"));
  const std::string released = TRY(in.text("released"));
  chip.released = TRY(units::parse_date(released));
  chip.memory_bytes = TRY(in.number("memory_bytes"));
  chip.tdp_watts = TRY(in.number("tdp_watts"));
  chip.source = TRY(in.text("source"));
  const TomlTable* peaks = TRY(in.find_table("peak"));
  if (peaks == nullptr) return in.missing("peak");
  chip.peaks = TRY(read_peaks(*peaks));
  TRY(in.finish());
  return chip;
}

Result<std::vector<Chip>> read_catalogue() {
  std::vector<Chip> all;
  for (const EmbeddedFile& file : chip_files()) {
    const TomlTable document = TRY(in_file(file.path, parse_toml(file.contents)));
    TomlReader in(document, "catalogue");
    for (const TomlTable* table : TRY(in.find_tables("chip"))) {
      all.push_back(TRY(in_file(file.path, read_chip(*table))));
    }
    TRY(in_file(file.path, in.finish()));
  }
  return all;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::unexpected<Error> unknown_chip(std::string_view id) {
  std::vector<std::string_view> ids;
  std::vector<std::string> variants;
  for (const Chip& chip : chips()) {
    ids.push_back(chip.id);
    if (chip.id.starts_with(fmt::format("{}-", lower(id)))) variants.push_back(chip.id);
  }
  if (!variants.empty()) {
    return fail(Code::chip_unknown, fmt::format("chip \"{}\" has variants", id),
                fmt::format("name one: {}", join(variants, ", ")));
  }
  const std::string_view near = nearest(id, ids);
  return fail(Code::chip_unknown, fmt::format("chip \"{}\" is not in the catalogue", id),
              near.empty() ? "state its peak rate to use it all the same"
                           : fmt::format("did you mean \"{}\"?", near));
}

const Peak* find_listed(const Chip& chip, std::string_view format) {
  const auto found = std::ranges::find(chip.peaks, format, &Peak::format);
  return found == chip.peaks.end() ? nullptr : &*found;
}

}  // namespace

std::span<const Chip> chips() {
  static const Result<std::vector<Chip>> all = read_catalogue();
  assert(all.has_value());
  return *all;
}

Result<const Chip*> find_chip(std::string_view id) {
  const auto found = std::ranges::find(chips(), lower(id), &Chip::id);
  if (found == chips().end()) return unknown_chip(id);
  return &*found;
}

Result<Peak> find_peak(const Chip& chip, std::optional<std::string_view> format) {
  if (!format) return chip.peaks.front();
  if (const Peak* peak = find_listed(chip, lower(*format))) return *peak;
  std::vector<std::string> listed;
  for (const Peak& peak : chip.peaks) listed.push_back(peak.format);
  return fail(Code::chip_unknown,
              fmt::format("the catalogue has no {} peak of {}", *format, chip.id),
              fmt::format("it lists {}", join(listed, ", ")));
}

}  // namespace pfsday::hardware
