#include "cli/beside.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "cli/mapped_file.h"

namespace pfsday::cli {
namespace {

bool is_plain(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

using Maps = std::map<std::string, std::optional<MappedFile>>;

std::optional<importers::Bytes> read(Maps& maps, std::string_view model, std::string_view name) {
  if (model == "-" || !is_plain(name)) return std::nullopt;
  const std::filesystem::path path = std::filesystem::path(model).parent_path() / name;
  const auto [found, is_new] = maps.try_emplace(path.string());
  std::error_code ignored;
  if (is_new && std::filesystem::is_regular_file(path, ignored)) {
    if (auto file = map_file(path.native())) found->second = std::move(*file);
  }
  return found->second ? std::optional(found->second->bytes()) : std::nullopt;
}

}  // namespace

std::function<std::optional<importers::Bytes>(std::string_view model, std::string_view name)>
files_beside() {
  return [maps = std::make_shared<Maps>()](std::string_view model, std::string_view name) {
    return read(*maps, model, name);
  };
}

}  // namespace pfsday::cli
