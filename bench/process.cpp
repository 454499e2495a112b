// Whole processes, as a user starts them: wall time from start to exit, and the peak of resident
// memory. What they print is thrown away.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "hlo_program.h"

namespace {

constexpr int exit_unusable = 1;    // some of the files
constexpr int exit_incomplete = 5;  // some of the counts

struct Ended {
  int exit_code = -1;  ///< -1 if it did not exit by itself
  long peak_kibibytes = 0;
};

Ended run_pfsday(const std::vector<std::string>& arguments) {
  std::string program = PFSDAY_PROGRAM;
  std::vector<char*> argv = {program.data()};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.data()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t silent;
  posix_spawn_file_actions_init(&silent);
  posix_spawn_file_actions_addopen(&silent, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&silent, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = posix_spawn(&child, program.c_str(), &silent, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&silent);

  int status = 0;
  rusage usage = {};
  if (failed != 0 || wait4(child, &status, 0, &usage) != child) return {};
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, usage.ru_maxrss};
}

void run_process(benchmark::State& state, const std::vector<std::string>& arguments) {
  long peak_kibibytes = 0;
  for (auto _ : state) {
    const Ended ended = run_pfsday(arguments);
    if (ended.exit_code != 0) return state.SkipWithError("did not exit with 0");
    peak_kibibytes = std::max(peak_kibibytes, ended.peak_kibibytes);
  }
  state.counters["peak_MB"] = static_cast<double>(peak_kibibytes) * 1024 / 1e6;
}

std::size_t count_models(const std::string& folder) {
  std::size_t models = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    models += entry.path().extension() == ".onnx" ? 1 : 0;
  }
  return models;
}

/// Debian's libonnx-testdata: a thousand small models, some of which need sizes or are not counted.
void run_folder(benchmark::State& state) {
  const std::string folder = "/usr/share/libonnx-testdata/data";
  if (::access(folder.c_str(), R_OK) != 0) return state.SkipWithError("no libonnx-testdata");
  const std::size_t models = count_models(folder);
  for (auto _ : state) {
    const int exit_code = run_pfsday({"count", folder, "--json"}).exit_code;
    const bool is_expected =
        exit_code == 0 || exit_code == exit_unusable || exit_code == exit_incomplete;
    if (!is_expected) return state.SkipWithError("did not count");
  }
  state.counters["models_per_s"] = benchmark::Counter(
      static_cast<double>(models), benchmark::Counter::kIsIterationInvariantRate);
}

/// A program of XLA of four megabytes.
void count_hlo(benchmark::State& state) {
  const auto path = std::filesystem::temp_directory_path() / "pfsday_bench.hlo";
  std::ofstream(path) << pfsday::bench::HloProgram(1'450).text();
  state.counters["file_MB"] = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
  run_process(state, {"count", path.string()});
  std::filesystem::remove(path);
}

const std::string resnet50 = PFSDAY_EXAMPLES "/resnet50.onnx";

// Real time: the work is done by a child, whose processor time is not ours.
BENCHMARK_CAPTURE(run_process, version, std::vector<std::string>{"--version"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(run_process, count_resnet50, std::vector<std::string>{"count", resnet50})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(run_process, count_resnet50_train,
                  std::vector<std::string>{"count", resnet50, "--train", "--json"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

BENCHMARK(count_hlo)->Unit(benchmark::kMillisecond)->UseRealTime();

BENCHMARK(run_folder)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
