#include "cli/run_inputs.h"

#include <algorithm>
#include <filesystem>

#include "cli/folder.h"

namespace pfsday::cli {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> list_runs(const std::string& folder) {
  static constexpr std::string_view extensions[] = {".toml"};
  std::vector<std::string> paths = TRY(list_files(folder, extensions));
  if (paths.empty()) return unreadable(folder, "the folder holds no run file", "they end in .toml");
  return paths;
}

Result<void> use_run(
    const Session& session, const std::string& path,
    const std::function<Result<void>(estimate::Run, const estimate::ReadFile&)>& use) {
  OpenRun open;
  estimate::Run run = TRY(open_run(session, path, open));
  return in_file(path, use(std::move(run), open.read_file));
}

}  // namespace

Result<std::vector<std::string>> expand_run_paths(std::span<const std::string> paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (is_folder(path)) {
      std::ranges::move(TRY(list_runs(path)), std::back_inserter(files));
    } else {
      files.push_back(path);
    }
  }
  return files;
}

Result<estimate::Run> open_run(const Session& session, const std::string& path, OpenRun& open) {
  const std::string text = TRY(session.read_text(path));
  open.read_file = [&session, &open, path](const std::string& name) -> Result<importers::Bytes> {
    const std::string file = (fs::path(path).parent_path() / name).string();
    open.models.push_back(TRY(session.map_file(file)));
    return open.models.back().bytes();
  };
  return in_file(path, estimate::parse_run(text));
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

}  // namespace pfsday::cli
