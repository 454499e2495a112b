// Model files that a command names: files, and folders of them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cli/session.h"
#include "importers/importer.h"

namespace pfsday::cli {

struct ModelPaths {
  std::vector<std::string> files = {};
  std::vector<Error> faults = {};  ///< of folders that cannot be listed or hold no model
  bool is_single = false;          ///< one file, named as such
};

/// The paths in the order in which they are given, each folder replaced by the files in it and
/// below it whose extension an importer declares.
ModelPaths expand_model_paths(std::span<const std::string> paths);

/// How the files of a command fared.
struct Outcome {
  int exit_code = 0;  ///< of the faults: 0, or the lowest of theirs
  std::size_t faults = 0;
};

/// Calls `use` with each file in turn, reports the faults of paths and files and goes on with the
/// others, and shows the progress.
Outcome for_each_model(
    Session& session, const ModelPaths& paths,
    const std::function<Result<void>(const std::string& path, importers::Bytes bytes)>& use);

/// Warns of bindings that nothing in `where` ("the model") has a use for.
void warn_unused_bindings(Session& session, std::span<const std::string> names,
                          std::string_view where);

}  // namespace pfsday::cli
