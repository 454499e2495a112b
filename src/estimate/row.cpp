#include "estimate/row.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "estimate/run_files.h"

namespace pfsday::estimate {

bool Row::has_tag(std::string_view tag) const { return std::ranges::find(tags, tag) != tags.end(); }

Result<Row> row_of(const Run& run) {
  if (!run.date) {
    return fail(Code::run_input_missing, fmt::format("run \"{}\" has no date", run.id),
                "a row needs the date of publication");
  }
  Row row{.id = run.id,
          .name = run.name,
          .organization = run.organization,
          .date = *run.date,
          .included_because = run.included_because,
          .sources = run.sources,
          .tags = run.tags};
  if (const auto& total = run.printed.total) {
    row.flop = total->operations();
    row.method = total->basis;
    row.upper_bound = total->upper_bound;
    row.note = total->note;
  }
  return row;
}

Result<std::vector<Run>> catalogue_runs() {
  std::vector<Run> runs;
  for (const EmbeddedFile& file : run_files()) {
    runs.push_back(TRY(in_file(file.path, parse_run(file.contents))));
  }
  return runs;
}

Result<Run> find_catalogue_run(std::string_view id) {
  std::vector<Run> runs = TRY(catalogue_runs());
  const auto found = std::ranges::find(runs, id, &Run::id);
  if (found != runs.end()) return std::move(*found);
  std::vector<std::string_view> ids;
  for (const Run& run : runs) ids.emplace_back(run.id);
  const std::string_view near = nearest(id, ids);
  return fail(Code::run_malformed, fmt::format("run \"{}\" is not in the catalogue", id),
              near.empty() ? "name its run file with \"run\", or state its \"flop\""
                           : fmt::format("did you mean \"{}\"?", near));
}

Result<std::vector<Row>> catalogue_rows() {
  std::vector<Row> rows;
  for (const Run& run : TRY(catalogue_runs())) rows.push_back(TRY(row_of(run)));
  return rows;
}

}  // namespace pfsday::estimate
