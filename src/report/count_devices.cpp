#include "report/count_devices.h"

#include <fmt/format.h>

#include "units/count.h"

namespace pfsday::report {
namespace {

using units::Count;
using units::to_grouped;

count::PassCount scaled_total(const CountReport& report) {
  count::PassCount total = report.counts.total;
  const Count devices = report.request.devices.value_or(1);
  total.work *= devices;
  total.bytes *= devices;
  return total;
}

Count scaled_figure(const CountReport& report) {
  Count figure = report.seen_total().figure;
  figure *= Count(report.request.devices.value_or(1));
  return figure;
}

}  // namespace

Result<void> check_devices(const CountReport& report) {
  if (!report.request.devices) return {};
  if (report.devices == 1) {
    return fail(Code::usage,
                "--devices: the model is whole, not the program of one of several devices",
                "leave out --devices");
  }
  if (scaled_figure(report).overflowed() || scaled_total(report).work.overflowed()) {
    return fail(Code::count_overflow,
                fmt::format("the count of {} devices exceeds 2^128 - 1 operations",
                            *report.request.devices),
                "the number of devices is probably wrong");
  }
  return {};
}

std::string describe_devices(const CountReport& report) {
  if (report.devices == 1) return {};
  const std::string all = report.request.devices
                              ? std::string()
                              : fmt::format(" --devices {} adds the total of all.", report.devices);
  return fmt::format("The program of one of {} devices: each figure is that of one.{}",
                     report.devices, all);
}

std::string describe_scaled_total(const CountReport& report) {
  if (!report.request.devices) return {};
  const Count products = scaled_total(report).work.products;
  return fmt::format("On {} devices: {} {}, {} multiply-adds\n", *report.request.devices,
                     to_grouped(scaled_figure(report)), report.request.convention().unit,
                     to_grouped(products));
}

Grid communication_grid(const CountReport& report) {
  Grid grid{.headings = {"communication", "calls", "bytes"}};
  for (const importers::Communication& one : report.communication) {
    grid.rows.push_back({one.op, to_grouped(one.calls), to_grouped(one.bytes)});
  }
  return grid;
}

void write_devices(JsonWriter& json, const CountReport& report) {
  if (report.devices > 1 || report.request.devices) {
    json.key("devices").begin_object().member("program_of", report.devices);
    if (report.request.devices) {
      const count::PassCount total = scaled_total(report);
      json.member("counted_for", *report.request.devices);
      json.key("total").begin_object().member("flop", scaled_figure(report));
      json.member("macs", total.work.products).member("bytes", total.bytes).end_object();
    }
    json.end_object();
  }
  if (report.communication.empty()) return;
  json.key("communication").begin_array();
  for (const importers::Communication& one : report.communication) {
    json.begin_object().member("op", one.op).member("calls", one.calls);
    json.member("bytes", one.bytes).end_object();
  }
  json.end_array();
}

}  // namespace pfsday::report
