#include "cli/fit_options.h"

#include <fmt/format.h>

#include "cli/numbers.h"
#include "cli/session.h"
#include "units/quantity.h"

namespace pfsday::cli {
namespace {

Result<std::optional<units::Date>> find_date(const Args& args, std::string_view name) {
  const auto text = args.value(name);
  if (!text) return std::nullopt;
  return TRY(units::parse_date(*text));
}

std::vector<std::string> texts(const Args& args, std::string_view name) {
  return {args.all(name).begin(), args.all(name).end()};
}

Result<trend::Selection> selection_of(const Args& args) {
  trend::Selection selection;
  for (const std::string& words : args.all("--select")) TRY(trend::add_words(selection, words));
  selection.domains = texts(args, "--domain");
  if (const auto minimum = args.value("--minimum")) {
    selection.minimum = TRY(units::parse_as(*minimum, units::Dimension::operations, 1));
  }
  selection.from = TRY(find_date(args, "--from"));
  selection.to = TRY(find_date(args, "--to"));
  selection.leave_out = texts(args, "--leave-out");
  selection.leave_out_organizations = texts(args, "--leave-out-organization");
  return selection;
}

}  // namespace

std::optional<std::string_view> file_of(const Args& args) {
  if (args.positionals().empty()) return std::nullopt;
  return args.positional(0);
}

Result<report::TableText> read_table(const Session& session, std::string_view path) {
  report::TableText table{.name = std::string(path)};
  table.csv = TRY(session.read_text(path));
  return table;
}

Result<report::FitRequest> fit_request(const Session& session, const Args& args,
                                       std::optional<std::string_view> path) {
  report::FitRequest request;
  request.selection = TRY(selection_of(args));
  if (const auto level = args.value("--level"))
    request.options.interval.level = TRY(parse_level(*level));
  if (const auto set = args.value("--set")) request.set = *set;
  if (!path) return request;
  if (args.value("--set")) {
    return fail(Code::usage, "a file and a set are given", "give one of them");
  }
  request.table = TRY(read_table(session, *path));
  request.table->columns = {.name = find_text(args, "--name"),
                            .date = find_text(args, "--date"),
                            .compute = find_text(args, "--compute")};
  return request;
}

Result<void> read_quantity(const Args& args, report::FitRequest& request) {
  request.quantity = TRY(trend::find_quantity(args.choice("--y")));
  if (const auto axis = args.value("--axis")) {
    request.options.axis = TRY(trend::find_convention(*axis));
  }
  if (const auto heading = args.value("--value"); heading && request.table) {
    request.table->columns.value = *heading;
  }
  return {};
}

void report_faulty_rows(Session& session, std::span<const CsvFault> faulty, std::string_view path) {
  for (const CsvFault& fault : faulty) {
    session.warn(fmt::format("{}:{}: row not used: {}", path, fault.line, fault.reason));
  }
}

void report_faulty_rows(Session& session, const std::optional<report::RowCounts>& rows,
                        std::string_view path) {
  if (rows) report_faulty_rows(session, rows->faulty, path);
}

}  // namespace pfsday::cli
