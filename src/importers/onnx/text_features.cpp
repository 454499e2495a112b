// TfIdfVectorizer. Texts are looked up first, which is no arithmetic, and counted as integers are.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "importers/onnx/held_budget.h"
#include "importers/onnx/opaque.h"

namespace pfsday::onnx {
namespace {

using graph::Exact;

/// The pool of n-grams: those of one item, then those of two, ...
struct Pool {
  Axes items, starts, columns;
  std::int64_t shortest = 1, longest = 1, skips = 0;

  std::int64_t begin(std::int64_t n) const { return starts[static_cast<std::size_t>(n) - 1]; }
  std::int64_t end(std::int64_t n) const {
    return n < std::ssize(starts) ? starts[static_cast<std::size_t>(n)] : std::ssize(items);
  }
};

/// Equal texts get the same number.
Axes number_texts(const std::vector<std::string_view>& all) {
  std::map<std::string_view, std::int64_t> numbers;
  Axes items;
  for (const std::string_view one : all) {
    items.push_back(numbers.try_emplace(one, std::ssize(numbers)).first->second);
  }
  return items;
}

Result<Pool> read_pool(const OnnxNode& node, bool of_texts) {
  Pool pool;
  pool.items =
      of_texts ? number_texts(TRY(node.texts("pool_strings"))) : TRY(node.integers("pool_int64s"));
  pool.starts = TRY(node.integers("ngram_counts"));
  pool.columns = TRY(node.integers("ngram_indexes"));
  pool.shortest = TRY(node.integer("min_gram_length", 1));
  pool.longest = TRY(node.integer("max_gram_length", 1));
  pool.skips = TRY(node.integer("max_skip_count", 0));
  std::int64_t ngrams = 0;
  bool fits = pool.shortest >= 1 && pool.shortest <= pool.longest &&
              pool.longest <= std::ssize(pool.starts) && pool.skips >= 0 && pool.skips <= 1024;
  for (std::int64_t n = 1; n <= std::ssize(pool.starts); ++n) {
    const std::int64_t size = pool.end(n) - pool.begin(n);
    fits = fits && pool.begin(n) >= 0 && pool.end(n) <= std::ssize(pool.items) && size >= 0 &&
           size % n == 0;
    ngrams += size / n;
  }
  if (fits && ngrams == std::ssize(pool.columns)) return pool;
  return fail(Code::attribute_invalid,
              fmt::format("a pool of {} items that begin at {} with {} columns, lengths {} to {}",
                          pool.items.size(), to_string(pool.starts), pool.columns.size(),
                          pool.shortest, pool.longest));
}

/// Whether each n-gram of that length stands at each place of x [rows, size], its items
/// `step` apart: [rows, places, n-grams].
Value find_ngrams(Value x, const Pool& pool, std::int64_t n, std::int64_t step, Builder& b) {
  const std::int64_t rows = b.shape(x)[0];
  const std::int64_t places = b.shape(x)[1] - (n - 1) * step;
  Value all;
  for (std::int64_t i = 0; i < n; ++i) {
    std::vector<Exact> items;
    for (std::int64_t at = pool.begin(n) + i; at < pool.end(n); at += n) {
      items.push_back(static_cast<Exact>(pool.items[static_cast<std::size_t>(at)]));
    }
    const TensorType type{b.type(x).element, {std::ssize(items)}};
    const Value part = b.slice(x, {0, i * step}, {rows, i * step + places}, {1, 1});
    const Value listed = b.constant(Literal::of(type, std::move(items)));
    const Value same = b.binary("equal", b.reshape(part, {rows, places, 1}), listed);
    all = all ? b.emit("and", {all, same}) : same;
  }
  return all;
}

/// How often each n-gram of that length stands in each row: [rows, n-grams].
Value count_ngrams(Value x, const Pool& pool, std::int64_t n, Builder& b) {
  const std::int64_t rows = b.shape(x)[0];
  const std::int64_t skips = n == 1 ? 0 : pool.skips;
  Value sum;
  for (std::int64_t step = 1; step <= skips + 1; ++step) {
    if (b.shape(x)[1] <= (n - 1) * step) break;
    const Value found = b.cast(find_ngrams(x, pool, n, step, b), ElementType::f32);
    const Value times = b.reduce_sum(found, {1});
    sum = sum ? b.add(sum, times) : times;
  }
  const std::int64_t ngrams = (pool.end(n) - pool.begin(n)) / n;
  return sum ? sum : b.full({ElementType::f32, {rows, ngrams}}, 0);
}

/// The counts of all n-grams in their columns; a column without one is zero.
Result<Value> arrange(Value counts, const Pool& pool, Builder& b) {
  std::int64_t width = 0;
  for (const std::int64_t column : pool.columns) width = std::max(width, column + 1);
  if (std::ranges::any_of(pool.columns, [](std::int64_t column) { return column < 0; }) ||
      !can_hold(width, b)) {
    return fail(Code::attribute_invalid, fmt::format("ngram_indexes up to {}", width - 1));
  }
  Axes source(static_cast<std::size_t>(width), std::ssize(pool.columns));
  for (std::size_t i = 0; i < pool.columns.size(); ++i) {
    source[static_cast<std::size_t>(pool.columns[i])] = static_cast<std::int64_t>(i);
  }
  const Value none = b.full({ElementType::f32, {b.shape(counts)[0], 1}}, 0);
  return b.gather(b.concat({counts, none}, 1), b.integers(source), 1);
}

/// The weights of the columns; one where the node has none.
Result<Value> weigh(const OnnxNode& node, Value counts, const Pool& pool, Builder& b) {
  const std::string_view mode = TRY(node.text("mode", "TF"));
  if (mode == "TF") return counts;
  if (mode != "IDF" && mode != "TFIDF") {
    return fail(Code::attribute_invalid, fmt::format("mode is \"{}\"", mode));
  }
  const auto* given = node.find("weights");
  std::vector<Exact> weights(pool.columns.size(), 1);
  if (given != nullptr && given->reals.size() != weights.size()) {
    return fail(Code::attribute_invalid, fmt::format("{} weights", given->reals.size()));
  }
  if (given != nullptr) weights.assign(given->reals.begin(), given->reals.end());
  const TensorType type{ElementType::f32, {std::ssize(weights)}};
  const Value weight = b.constant(Literal::of(type, std::move(weights)));
  if (mode == "TFIDF") return b.mul(counts, weight);
  const Value is_there = b.with_scalar("greater", counts, 0);
  return b.select(is_there, weight, b.scalar(ElementType::f32, 0));
}

/// Every n-gram of the pool is looked for at every place: an upper bound.
Result<Values> lower_tf_idf(const OnnxNode& node, Builder& b) {
  Value x = node.input(0);
  const bool of_texts = b.type(x).element == ElementType::text;
  if (of_texts) x = opaque(node, {x}, {ElementType::i64, b.shape(x)}, b);
  if (!graph::is_integer(b.type(x).element)) {
    return fail(Code::type_unsupported, fmt::format("n-grams of {}", to_string(b.type(x))));
  }
  const Shape shape = b.shape(x);
  if (shape.size() == 1) x = b.reshape(x, {1, shape[0]});
  if (shape.empty() || shape.size() > 2) {
    return fail(Code::shapes_disagree, fmt::format("x is {}", to_string(shape)));
  }
  const Pool pool = TRY(read_pool(node, of_texts));
  Values counts;
  for (std::int64_t n = 1; n <= std::ssize(pool.starts); ++n) {
    const std::int64_t ngrams = (pool.end(n) - pool.begin(n)) / n;
    const bool is_counted = n >= pool.shortest && n <= pool.longest;
    const Value none = b.full({ElementType::f32, {b.shape(x)[0], ngrams}}, 0);
    counts.push_back(is_counted ? count_ngrams(x, pool, n, b) : none);
  }
  b.note_bound("upper_bound", "each n-gram of the pool is compared at each place");
  const Value weighted = TRY(weigh(node, b.concat(counts, 1), pool, b));
  const Value y = TRY(arrange(weighted, pool, b));
  return Values{shape.size() == 1 ? b.reshape(y, {b.shape(y)[1]}) : y};
}

constexpr Lowering rows[] = {
    {.op = "TfIdfVectorizer", .lower = lower_tf_idf},
};

}  // namespace

extern constinit const LoweringFamily text_features{rows};

}  // namespace pfsday::onnx
