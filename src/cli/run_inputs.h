// Run files that a command names: files, folders of them, or the bundled catalogue.
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/session.h"
#include "estimate/method.h"
#include "estimate/run.h"

namespace pfsday::cli {

/// The paths, each folder replaced by the .toml files in it and below it, in alphabetical order.
///   errors  Code::file_unreadable: a folder cannot be listed or holds no .toml file
Result<std::vector<std::string>> expand_run_paths(std::span<const std::string> paths);

/// What a run that was read needs while estimates of it are made.
struct OpenRun {
  std::deque<MappedFile> models = {};  ///< which the graphs read from them view
  estimate::ReadFile read_file = {};   ///< of files named relative to the run file
};

/// One run file. `open` must stay where it is.
Result<estimate::Run> open_run(const Session& session, const std::string& path, OpenRun& open);

/// Calls `use` with each run and a reader of the model files it names, whose paths are relative to
/// the run file; prints the faults of others, and returns the exit code for those: 0, or the lowest
/// of theirs. Of a single file, the fault is returned.
Result<int> for_each_run(
    Session& session, std::span<const std::string> paths,
    const std::function<Result<void>(estimate::Run, const estimate::ReadFile&)>& use);

}  // namespace pfsday::cli
