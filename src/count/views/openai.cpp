#include "count/view.h"

namespace pfsday::count {
namespace {

Seen look(const ViewedOperator& op, const ops::Rules& rules) {
  return {.figure = work_of(op, rules).operations()};
}

}  // namespace

extern constinit const View openai{
    .name = "openai",
    .unit = "FLOP",
    .doc = "every add and every multiply, as in \"AI and Compute\"",
    .look = look,
};

}  // namespace pfsday::count
