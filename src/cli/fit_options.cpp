#include "cli/fit_options.h"

#include <fmt/format.h>

#include "cli/session.h"
#include "units/quantity.h"

namespace pfsday::cli {
namespace {

Result<std::optional<units::Date>> find_date(const Args& args, std::string_view name) {
  const auto text = args.value(name);
  if (!text) return std::nullopt;
  return TRY(units::parse_date(*text));
}

Result<double> parse_level(std::string_view text) {
  const auto level = units::parse_as(text, units::Dimension::number, 1);
  if (level && *level > 0 && *level < 1) return *level;
  return fail(Code::usage, fmt::format("\"{}\" is no level of an interval", text),
              "write a share between 0 and 1: --level 0.9");
}

std::optional<std::string> find_text(const Args& args, std::string_view name) {
  const auto text = args.value(name);
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

}  // namespace

Result<report::FitRequest> fit_request(const Session& session, const Args& args) {
  report::FitRequest request;
  request.selection = {
      .from = TRY(find_date(args, "--from")),
      .to = TRY(find_date(args, "--to")),
      .leave_out = {args.all("--leave-out").begin(), args.all("--leave-out").end()}};
  if (const auto level = args.value("--level")) request.options.level = TRY(parse_level(*level));
  if (const auto set = args.value("--set")) request.set = *set;
  if (args.positionals().empty()) return request;
  if (args.value("--set")) {
    return fail(Code::usage, "a file and a set are given", "give one of them");
  }
  const std::string path(args.positional(0));
  std::string csv = TRY(session.read_text(path));
  request.table = report::TableText{.name = path,
                                    .csv = std::move(csv),
                                    .columns = {.name = find_text(args, "--name"),
                                                .date = find_text(args, "--date"),
                                                .compute = find_text(args, "--compute")}};
  return request;
}

void report_faulty_rows(Session& session, const report::FitReport& report, const Args& args) {
  if (!report.rows) return;
  for (const CsvFault& fault : report.rows->faulty) {
    session.warn(
        fmt::format("{}:{}: row not used: {}", args.positional(0), fault.line, fault.reason));
  }
}

}  // namespace pfsday::cli
