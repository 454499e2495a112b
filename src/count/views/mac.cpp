#include "count/view.h"

namespace pfsday::count {
namespace {

Seen look(const ViewedOperator& op, const ops::Rules& rules) {
  return {.figure = work_of(op, rules).products};
}

}  // namespace

extern constinit const View mac{
    .name = "mac",
    .unit = "MAC",
    .doc =
        "multiply-adds of matrix products and convolutions: half of what papers call FLOP, and no "
        "other arithmetic",
    .look = look,
};

}  // namespace pfsday::count
