#include "count/view.h"

namespace pfsday::count {
namespace {

Seen look(const ViewedOperator& op, const ops::Rules& rules) {
  const ops::Work work = work_of(op, rules);
  return {.figure = work.operations() + work.div + work.special + work.compare};
}

}  // namespace

extern constinit const View eu{
    .name = "eu",
    .unit = "operations",
    .doc =
        "every mathematical operation: also divisions, special functions and comparisons; "
        "assignments are not counted",
    .look = look,
};

}  // namespace pfsday::count
