#include "cli/model_inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/folder.h"
#include "cli/progress.h"

namespace pfsday::cli {
namespace {

Result<std::vector<std::string>> list_models(const std::string& folder) {
  const std::vector<std::string_view> extensions = importers::model_extensions();
  std::vector<std::string> files = TRY(list_files(folder, extensions));
  if (!files.empty()) return files;
  return unreadable(folder, "the folder holds no model file",
                    fmt::format("they end in {}", fmt::join(extensions, ", ")));
}

}  // namespace

ModelPaths expand_model_paths(std::span<const std::string> paths) {
  ModelPaths expanded;
  for (const std::string& path : paths) {
    if (!is_folder(path)) {
      expanded.files.push_back(path);
    } else if (auto listed = list_models(path)) {
      std::ranges::move(*listed, std::back_inserter(expanded.files));
    } else {
      expanded.faults.push_back(std::move(listed.error()));
    }
  }
  expanded.is_single = paths.size() == 1 && !is_folder(paths.front());
  return expanded;
}

Outcome for_each_model(
    Session& session, const ModelPaths& paths,
    const std::function<Result<void>(const std::string& path, importers::Bytes bytes)>& use) {
  Outcome outcome;
  Progress progress(session, paths.files.size(), "models");
  const auto note_fault = [&](const Error& fault) {
    progress.clear();
    session.report(fault);
    outcome.exit_code = lowest_exit_code(outcome.exit_code, exit_code_of(fault.code));
    ++outcome.faults;
  };
  std::ranges::for_each(paths.faults, note_fault);
  for (const std::string& path : paths.files) {
    const Result<MappedFile> file = session.map_file(path);
    const Result<void> used = file ? use(path, file->bytes()) : fail(file.error());
    if (!used) note_fault(used.error());
    progress.step();
  }
  return outcome;
}

void warn_unused_bindings(Session& session, std::span<const std::string> names,
                          std::string_view where) {
  for (const std::string& name : names) {
    session.warn(fmt::format("nothing in {} is named \"{}\": the binding has no use", where, name));
  }
}

}  // namespace pfsday::cli
