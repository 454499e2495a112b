#include "estimate/run.h"

#include <fmt/format.h>

#include "base/toml.h"
#include "estimate/read.h"

namespace pfsday::estimate {
namespace {

Result<std::vector<Source>> read_sources(TomlReader& in) {
  std::vector<Source> sources;
  for (const TomlTable* table : TRY(in.find_tables("source"))) {
    TomlReader source(*table, "source");
    Source& one = sources.emplace_back();
    one.what = TRY(source.text("what"));
    one.title = TRY(source.text("title"));
    one.url = TRY(source.text("url"));
    TRY(source.finish());
  }
  return sources;
}

Result<std::vector<Phase>> read_phases(TomlReader& in) {
  std::vector<Phase> phases;
  for (const TomlTable* table : TRY(in.find_tables("phase"))) {
    phases.push_back(TRY(read_phase(*table)));
  }
  return phases;
}

Result<std::vector<Parent>> read_lineage(TomlReader& in) {
  std::vector<Parent> parents;
  for (const TomlTable* table : TRY(in.find_tables("lineage"))) {
    parents.push_back(TRY(read_parent(*table)));
  }
  return parents;
}

Result<void> check_schema(TomlReader& in) {
  const std::string schema = TRY(in.text("schema"));
  if (schema == run_schema) return {};
  return in.malformed("schema", fmt::format("is \"{}\"", schema),
                      fmt::format("this version reads \"{}\"", run_schema));
}

}  // namespace

Result<Run> parse_run(std::string_view toml) {
  const TomlTable document = TRY(parse_toml(toml));
  TomlReader in(document, "run");
  TRY(check_schema(in));
  Run run;
  run.id = TRY(in.text("id"));
  run.name = TRY(in.text("name"));
  run.organization = TRY(in.text_or("organization", ""));
  run.date = TRY(find_date(in, "date"));
  run.included_because = TRY(in.text_or("included_because", ""));
  run.tags = TRY(in.find_texts("tags"));
  run.sources = TRY(read_sources(in));
  run.phases = TRY(read_phases(in));
  run.lineage = TRY(read_lineage(in));
  run.printed = TRY(read_printed(in));
  TRY(in.finish());
  return run;
}

}  // namespace pfsday::estimate
