#include "importers/config/packing.h"

namespace pfsday::config {
namespace {

/// So many sequences of one length, the first of which begins at `start`.
struct Group {
  std::int64_t length = 0, count = 0, start = 0;
};

std::vector<Group> group_lengths(const std::vector<std::int64_t>& lengths) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const std::int64_t length : lengths) ++counts[length];
  std::vector<Group> groups;
  std::int64_t start = 0;
  for (const auto& [length, count] : counts) {
    groups.push_back({length, count, start});
    start += length * count;
  }
  return groups;
}

/// [B, H, S, D] to the sequences of a group, [B * count, H, length, D].
Value take_apart(Builder& b, Value x, const Group& group) {
  const Shape shape = b.shape(x);
  x = b.slice_axis(x, 2, group.start, group.start + group.length * group.count);
  x = b.reshape(x, {shape[0], shape[1], group.count, group.length, shape[3]});
  x = b.transpose(x, {0, 2, 1, 3, 4});
  return b.reshape(x, {shape[0] * group.count, shape[1], group.length, shape[3]});
}

Value put_together(Builder& b, Value y, const Group& group, std::int64_t batch) {
  const Shape shape = b.shape(y);
  y = b.reshape(y, {batch, group.count, shape[1], shape[2], shape[3]});
  y = b.transpose(y, {0, 2, 1, 3, 4});
  return b.reshape(y, {batch, shape[1], group.count * group.length, shape[3]});
}

}  // namespace

Value attend_packed(Network& net, Value q, Value k, Value v, const AttendHeads& attend) {
  Builder& b = net.builder();
  const std::int64_t batch = net.shape(q)[0];
  Values parts;
  for (const Group& group : group_lengths(net.pass.lengths)) {
    const Value y =
        attend(take_apart(b, q, group), take_apart(b, k, group), take_apart(b, v, group));
    if (!y) return {};
    parts.push_back(put_together(b, y, group, batch));
  }
  return b.concat(parts, 2);
}

}  // namespace pfsday::config
