#include "cli/run_inputs.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <system_error>

namespace pfsday::cli {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> unreadable(const std::string& path, std::string what,
                                  std::string hint = {}) {
  return fail(Error{.code = Code::file_unreadable,
                    .what = std::move(what),
                    .hint = std::move(hint),
                    .place = {.file = path}});
}

Result<std::vector<std::string>> list_folder(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code fault;
  for (fs::recursive_directory_iterator it(folder, fault), end; !fault && it != end;
       it.increment(fault)) {
    if (it->path().extension() == ".toml") paths.push_back(it->path().string());
  }
  if (fault) return unreadable(folder, fault.message());
  if (paths.empty()) return unreadable(folder, "the folder holds no run file", "they end in .toml");
  std::ranges::sort(paths);
  return paths;
}

Result<void> use_run(
    const Session& session, const std::string& path,
    const std::function<Result<void>(estimate::Run, const estimate::ReadFile&)>& use) {
  const std::string text = TRY(session.read_text(path));
  estimate::Run run = TRY(in_file(path, estimate::parse_run(text)));
  std::deque<MappedFile> models;  // which the graphs read from them view
  const auto read_model = [&](const std::string& name) -> Result<importers::Bytes> {
    const std::string model = (fs::path(path).parent_path() / name).string();
    models.push_back(TRY(session.map_file(model)));
    return models.back().bytes();
  };
  return in_file(path, use(std::move(run), read_model));
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

}  // namespace

Result<std::vector<std::string>> expand_run_paths(std::span<const std::string> paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (is_folder(path)) {
      std::ranges::move(TRY(list_folder(path)), std::back_inserter(files));
    } else {
      files.push_back(path);
    }
  }
  return files;
}

Result<int> for_each_run(
    Session& session, std::span<const std::string> paths,
    const std::function<Result<void>(estimate::Run, const estimate::ReadFile&)>& use) {
  const std::vector<std::string> files = TRY(expand_run_paths(paths));
  int exit_code = 0;
  for (const std::string& file : files) {
    const Result<void> used = use_run(session, file, use);
    if (used) continue;
    if (files.size() == 1) return fail(used.error());
    session.report(used.error());
    exit_code = lowest_exit_code(exit_code, exit_code_of(used.error().code));
  }
  return exit_code;
}

int lowest_exit_code(int a, int b) {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

}  // namespace pfsday::cli
