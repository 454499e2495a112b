#include "count/view.h"

namespace pfsday::count {
namespace {

Seen look(const ViewedOperator& op, const ops::Rules& rules) {
  ops::Rules spared = rules;
  spared.first_add = ops::Rules::FirstAdd::spared;
  return {.figure = work_of(op, spared).operations()};
}

}  // namespace

extern constinit const View strict{
    .name = "strict",
    .unit = "FLOP",
    .doc = "as openai without the add into a zeroed accumulator: k products need k - 1 adds",
    .look = look,
};

}  // namespace pfsday::count
