// Run files that a command names: files, folders of them, or the bundled catalogue.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/session.h"
#include "estimate/run.h"

namespace pfsday::cli {

/// The paths, each folder replaced by the .toml files in it and below it, in alphabetical order.
///   errors  Code::file_unreadable: a folder cannot be listed or holds no .toml file
Result<std::vector<std::string>> expand_run_paths(std::span<const std::string> paths);

Result<estimate::Run> load_run(const Session& session, const std::string& path);

/// Calls `use` with each run, prints the faults of others, and returns the exit code for those: 0,
/// or the lowest of theirs. With one path that is no folder, its fault is returned.
Result<int> for_each_run(Session& session, std::span<const std::string> paths,
                         const std::function<Result<void>(estimate::Run)>& use);

inline constexpr int exit_conflict = 4;  ///< of `crosscheck`

/// The lowest of two exit codes that is not zero.
int lowest_exit_code(int a, int b);

}  // namespace pfsday::cli
