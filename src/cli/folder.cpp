#include "cli/folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace pfsday::cli {

namespace fs = std::filesystem;

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

Result<std::vector<std::string>> list_files(const std::string& folder,
                                            std::span<const std::string_view> extensions) {
  std::vector<std::string> paths;
  std::error_code fault;
  for (fs::recursive_directory_iterator it(folder, fault), end; !fault && it != end;
       it.increment(fault)) {
    const std::string& path = it->path().native();
    const bool is_chosen = std::ranges::any_of(
        extensions, [&](std::string_view extension) { return path.ends_with(extension); });
    std::error_code ignored;
    if (is_chosen && !it->is_directory(ignored)) paths.push_back(path);
  }
  if (fault) return unreadable(folder, fault.message());
  std::ranges::sort(paths);
  return paths;
}

std::unexpected<Error> unreadable(const std::string& path, std::string what, std::string hint) {
  return fail(Error{.code = Code::file_unreadable,
                    .what = std::move(what),
                    .hint = std::move(hint),
                    .place = {.file = path}});
}

}  // namespace pfsday::cli
