#include "estimate/row.h"

#include <fmt/format.h>

#include <algorithm>

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

Result<std::vector<Row>> catalogue_rows() {
  std::vector<Row> rows;
  for (const Run& run : TRY(catalogue_runs())) rows.push_back(TRY(row_of(run)));
  return rows;
}

}  // namespace pfsday::estimate
