// A count, with what a comparison of two models needs besides: products and parameters one by one.
#pragma once

#include <vector>

#include "count/parameter_list.h"
#include "count/products.h"
#include "report/count.h"

namespace pfsday::report {

struct Inventory {
  std::vector<count::ProductUse> products = {};
  std::vector<count::Parameter> parameters = {};
};

struct InventoriedCount {
  CountReport report;
  Inventory inventory = {};
};

/// Whether a file of that format has a use for all options: some are for configurations alone.
/// Errors: Code::usage.
Result<void> check_configuration(const CountRequest& request, std::string_view format);

/// Of two models, one may have no use for an option: that is not checked. Errors: the others of
/// count_file.
Result<InventoriedCount> count_inventory(std::string_view path, importers::Bytes bytes,
                                         CountRequest request);

}  // namespace pfsday::report
