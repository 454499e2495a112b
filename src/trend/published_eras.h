// The eras that a published text divides its history into, each a file of data/eras: dates, chips
// and rates, amounts of compute, growth.
//
//   const PublishedEras eras = TRY(find_published_eras("2018"));
//   days_implied(eras.eras[1], eras.utilization)   // {3.03, 18.9}
//
// Keys of a file: schema, id, title, source, url, set (of the catalogue, whose systems fall into
// the eras), utilization; [[era]] with name, from and to (the first day after), note, and as far as
// stated chips, rate (operations/s of a chip) and pfs_days, each {low, high}, and doubling_months.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"
#include "trend/system.h"

namespace pfsday::trend {

struct PublishedEra {
  std::string name = {};
  std::optional<units::Date> from = {};  ///< the first day
  std::optional<units::Date> to = {};    ///< the first day after
  std::optional<stats::Interval> chips = {};
  std::optional<stats::Interval> rate = {};  ///< operations/s of a chip
  std::optional<stats::Interval> pfs_days = {};
  std::optional<double> doubling_months = {};
  std::string note = {};
};

struct PublishedEras {
  std::string id = {};
  std::string title = {};
  std::string source = {};
  std::string url = {};
  std::string set = {};  ///< empty: none
  double utilization = 0;
  std::vector<PublishedEra> eras = {};
};

Result<PublishedEras> parse_published_eras(std::string_view toml);

/// Embedded eras. Fault set_unknown, which lists them.
Result<PublishedEras> find_published_eras(std::string_view id);

/// The days of training that make chips x rate x days x utilization the stated compute, at both
/// ends; none where one of them is not stated.
std::optional<stats::Interval> days_implied(const PublishedEra& era, double utilization);

/// The systems of the era's dates whose compute is outside its range; empty where it states none.
std::vector<System> systems_outside(const PublishedEra& era, std::span<const System> systems);

}  // namespace pfsday::trend
