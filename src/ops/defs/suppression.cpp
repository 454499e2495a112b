// Choice of boxes that do not overlap much.
#include <fmt/format.h>

#include <algorithm>

#include "ops/evaluation.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view suppression_doc = R"(
For each batch and class, boxes in descending order of their scores, without those that overlap too
much with one that is chosen already.

  inputs   boxes [batches, n, 4]   low y, low x, high y, high x
           scores, order [batches, classes, n]   sorted scores, and whose they are (integer)
           overlap, score   scalars: limits of intersection / union (at most), of the score (above)
  attrs    limit   most boxes of a batch and class
  outputs  chosen [batches * classes * min(limit, n), 3] (i64), rows of batch, class and box, which
           end in rows of -1; count, how many there are
  work     1 mul, 2 add for each box: its area; at most 1 compare for each score and, for each pair,
           4 add, 1 mul, 1 div, 7 compare: two maxima, two minima, two sides, none below zero, the
           intersection, the union, the ratio, its limit. Box i of a class meets at most
           min(i, limit - 1) chosen ones.
)";

Result<TensorTypes> infer_suppression(const NodeView& node) {
  const Shape& boxes = node.input_shape(0);
  const Shape& scores = node.input_shape(1);
  const bool fits = boxes.size() == 3 && boxes[2] == 4 && scores.size() == 3 &&
                    boxes[0] == scores[0] && boxes[1] == scores[2] &&
                    node.input_shape(2) == scores && node.input_shape(3).empty() &&
                    node.input_shape(4).empty();
  if (!fits) {
    return fail(Code::shapes_disagree,
                fmt::format("boxes are {}, scores are {}", to_string(boxes), to_string(scores)));
  }
  const auto limit = TRY(require_integer(node, "limit", 0, size_limit));
  const Count most = Count(scores[0]) * scores[1] * std::min(limit, scores[2]);
  if (most > Count(size_limit)) return fail(Code::limit_exceeded, "too many boxes are chosen");
  return TensorTypes{{ElementType::i64, {static_cast<std::int64_t>(most.value()), 3}},
                     {ElementType::i64, {}}};
}

Work work_of_suppression(const NodeView& node, const Rules&) {
  const Shape& scores = node.input_shape(1);
  const std::int64_t n = scores[2];
  const std::int64_t limit = node.integer("limit");
  // sum over i = 0..n-1 of min(i, limit - 1)
  const std::int64_t m = std::min(n, limit);
  Count pairs = 0;
  if (m > 0) pairs = Count((Count(m) * (m - 1)).value() / 2) + Count(n - m) * (limit - 1);
  pairs *= Count(scores[0]) * scores[1];
  const Count boxes = Count(scores[0]) * n;
  return {.mul = boxes + pairs,
          .add = boxes * 2 + pairs * 4,
          .div = pairs,
          .compare = node.input_type(1).elements() + pairs * 7};
}

template <class Scalar>
Scalar area_of(const Scalar* box) {
  return multiply(subtract(box[2], box[0]), subtract(box[3], box[1]));
}

/// Whether intersection / union is more than the limit.
template <class Scalar>
bool overlaps(const Scalar* a, const Scalar* b, const Scalar& areas_a, const Scalar& areas_b,
              Exact limit) {
  Scalar sides[2];
  for (std::size_t i = 0; i < 2; ++i) {
    const Scalar side = subtract(smaller(a[i + 2], b[i + 2]), larger(a[i], b[i]));
    sides[i] = larger(side, Scalar(0));
  }
  const Scalar common = multiply(sides[0], sides[1]);
  const Scalar ratio = divide(common, subtract(add(areas_a, areas_b), common));
  count_one<Scalar>(&Work::compare);
  return value_of(ratio) > limit;
}

/// What is chosen of one batch and class.
template <class Scalar>
struct Candidates {
  const Scalar* boxes;
  const std::vector<Scalar>& areas;
  const Scalar* scores;
  const Scalar* order;
  std::size_t first_area, n;
};

template <class Scalar>
std::vector<std::size_t> choose(const Candidates<Scalar>& c, std::size_t limit, Exact overlap,
                                Exact score) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < c.n && chosen.size() < limit; ++i) {
    count_one<Scalar>(&Work::compare);
    if (!(value_of(c.scores[i]) > score)) break;
    const auto box = static_cast<std::size_t>(value_of(c.order[i]));
    const bool is_covered = std::ranges::any_of(chosen, [&](std::size_t other) {
      return overlaps(c.boxes + 4 * box, c.boxes + 4 * other, c.areas[c.first_area + box],
                      c.areas[c.first_area + other], overlap);
    });
    if (!is_covered) chosen.push_back(box);
  }
  return chosen;
}

template <class Scalar>
void evaluate_suppression(const NodeView& node, Evaluation<Scalar>& run) {
  const Shape& scores = node.input_shape(1);
  const auto n = static_cast<std::size_t>(scores[2]);
  std::vector<Scalar> areas;
  for (std::size_t i = 0; i < run.input(0).data.size(); i += 4) {
    areas.push_back(area_of(&run.input(0).data[i]));
  }
  auto& rows = run.output(0).data;
  std::fill(rows.begin(), rows.end(), Exact{-1});
  std::size_t count = 0;
  for_each_index({scores[0], scores[1]}, [&](const Axes& at, std::size_t group) {
    const auto batch = static_cast<std::size_t>(at[0]);
    const Candidates<Scalar> candidates{
        run.input(0).data.data() + batch * n * 4, areas,     run.input(1).data.data() + group * n,
        run.input(2).data.data() + group * n,     batch * n, n};
    for (const std::size_t box :
         choose(candidates, static_cast<std::size_t>(node.integer("limit")),
                value_of(run.input(3).data[0]), value_of(run.input(4).data[0]))) {
      rows[3 * count] = static_cast<Exact>(at[0]);
      rows[3 * count + 1] = static_cast<Exact>(at[1]);
      rows[3 * count + 2] = static_cast<Exact>(box);
      ++count;
    }
  });
  run.output(1).data[0] = static_cast<Exact>(count);
}

constexpr Primitive defs[] = {
    {.kind = {.name = "box_suppression", .inputs = 5, .doc = suppression_doc},
     .infer = infer_suppression,
     .work = work_of_suppression,
     .evaluate = {evaluate_suppression<Exact>, evaluate_suppression<Tally>},
     .is_bound = true},
};

}  // namespace

extern constinit const PrimitiveFamily suppression{"Boxes", defs};

}  // namespace pfsday::ops
