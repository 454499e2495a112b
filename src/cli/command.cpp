#include "cli/command.h"

#include <algorithm>
#include <cassert>

#include "base/text.h"

namespace pfsday::cli {

std::optional<std::string_view> Args::value(std::string_view name) const {
  const auto values = all(name);
  return values.empty() ? std::nullopt : std::optional<std::string_view>(values.front());
}

std::string_view Args::choice(std::string_view name) const {
  const Given& given = find(name);
  return given.values.empty() ? choices_of(*given.option).front() : given.values.front();
}

const Args::Given& Args::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(given_, [&](const Given& g) { return has_name(*g.option, name); });
  assert(found != given_.end() && "the command has no such option");
  return *found;
}

std::optional<std::string> find_text(const Args& args, std::string_view name) {
  const auto text = args.value(name);
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

bool has_name(const Option& option, std::string_view name) {
  if (option.name.find(',') == std::string_view::npos) return option.name == name;
  const auto names = split(option.name, ',');
  return std::ranges::find(names, name) != names.end();
}

std::vector<std::string_view> choices_of(const Option& option) {
  const bool upper = std::ranges::any_of(option.value, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (upper || option.value.find('|') == std::string_view::npos) return {};
  return split(option.value, '|');
}

}  // namespace pfsday::cli
