#include "estimate/lineage.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "base/text.h"
#include "estimate/row.h"

namespace pfsday::estimate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_ancestors = 500;

std::string beside(const std::string& path, const std::string& name) {
  return (fs::path(path).parent_path() / name).lexically_normal().string();
}

/// Reads what the run file at `path` names.
ReadFile reader_beside(const std::string& path, const ReadFile& read_file) {
  return [path, read_file](const std::string& name) { return read_file(beside(path, name)); };
}

Result<Run> read_run(const std::string& path, const ReadFile& read_file) {
  const importers::Bytes bytes = TRY(read_file(path));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return in_file(path, parse_run(text));
}

/// Walks up the lineage and keeps the way it came.
class Trace {
 public:
  explicit Trace(const ReadFile& read_file) : read_file_(read_file) {}

  Result<void> visit(const Run& run, const std::string& path, std::optional<std::size_t> child) {
    way_.push_back(run.id);
    for (const Parent& link : run.lineage) {
      TRY(path.empty() ? add(link, path, child) : in_file(path, add(link, path, child)));
    }
    way_.pop_back();
    return {};
  }

  std::vector<Ancestor> take() { return std::move(ancestors_); }

 private:
  Result<Ancestor> read(const Parent& link, const std::string& path) {
    Ancestor ancestor{.link = link};
    if (link.operations) return ancestor;
    if (!link.id.empty()) {
      ancestor.run = TRY(at_place(link.place, find_catalogue_run(link.id)));
      return ancestor;
    }
    const bool bundled = path.empty() && way_.size() > 1;  // a run of the catalogue has no folder
    if (!read_file_ || bundled) {
      return fail_at(link.place, Code::file_unreadable,
                     fmt::format("run {} cannot be read here", link.path));
    }
    ancestor.path = beside(path, link.path);
    ancestor.read_file = reader_beside(ancestor.path, read_file_);
    ancestor.run = TRY(read_run(ancestor.path, read_file_));
    return ancestor;
  }

  Result<void> check_cycle(const Run& run, const Parent& link) const {
    const auto first = std::ranges::find(way_, run.id);
    if (first == way_.end()) return {};
    std::vector<std::string> cycle(first, way_.end());
    cycle.push_back(run.id);
    return fail_at(link.place, Code::lineage_cyclic,
                   fmt::format("the lineage is cyclic: {}", join(cycle, " -> ")),
                   "a run cannot descend from itself; each run has an id of its own");
  }

  Result<void> add(const Parent& link, const std::string& path, std::optional<std::size_t> child) {
    Ancestor ancestor = TRY(read(link, path));
    ancestor.child = child;
    if (ancestor.run) TRY(check_cycle(*ancestor.run, link));
    if (ancestors_.size() == most_ancestors) {
      return fail_at(link.place, Code::limit_exceeded,
                     fmt::format("the lineage has more than {} runs", most_ancestors));
    }
    ancestors_.push_back(ancestor);
    if (!ancestor.run) return {};
    return visit(*ancestor.run, ancestor.path, ancestors_.size() - 1);
  }

  const ReadFile& read_file_;
  std::vector<std::string> way_;  ///< ids from the run itself
  std::vector<Ancestor> ancestors_;
};

}  // namespace

std::string Ancestor::name() const {
  if (!link.name.empty()) return link.name;
  return run ? run->name : link.id;
}

Result<std::vector<Ancestor>> trace_lineage(const Run& run, const ReadFile& read_file) {
  Trace trace(read_file);
  TRY(trace.visit(run, "", std::nullopt));
  return trace.take();
}

}  // namespace pfsday::estimate
