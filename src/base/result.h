// Result<T>: a value, or the fault in what the user gave us. TRY passes the fault on.
//
//   Result<Shape> shape_of(const Node& node) {
//     const Shape a = TRY(infer(node.input(0)));
//     if (a.empty()) return fail(Code::shapes_disagree, "a is a scalar", "give it an axis");
//     return a;
//   }
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/code.h"

namespace pfsday {

/// Where a fault is; each layer adds the part it knows.
struct Place {
  std::string file = {};
  std::string node = {};                   ///< e.g. "h.0/scores (MatMul)"
  std::optional<std::size_t> line = {};    ///< of a text file, from 1
  std::optional<std::size_t> column = {};  ///< of that line, from 1
  std::optional<std::size_t> byte = {};    ///< offset in a binary file
};

/// A fault in what the user gave us. Faults in our own code are assertions, not Errors.
struct Error {
  Code code;              ///< stable; `pfsday explain PFD204` says more
  std::string what = {};  ///< what is wrong, with the values that disagree
  std::string hint = {};  ///< what the user can do about it; may be empty
  Place place = {};       ///< file, node, byte or line
};

/// `error[PFD204]: file:line: node n: what` and, on a second line, the hint if there is one.
std::string to_string(const Error& error);

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

inline std::unexpected<Error> fail(Code code, std::string what, std::string hint = {}) {
  return std::unexpected(Error{code, std::move(what), std::move(hint), {}});
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

/// The same result, its fault placed in a file (or a node), where it has no such place yet.
template <class T>
Result<T> in_file(std::string_view file, Result<T> result) {
  if (!result && result.error().place.file.empty()) result.error().place.file = file;
  return result;
}
template <class T>
Result<T> in_node(std::string_view node, Result<T> result) {
  if (!result && result.error().place.node.empty()) result.error().place.node = node;
  return result;
}

namespace detail {
template <class T>
T take_value(Result<T>&& result) {
  return std::move(*result);
}
inline void take_value(Result<void>&&) {}
}  // namespace detail

}  // namespace pfsday

/// The value of a Result; or returns its Error from the function it stands in.
#define TRY(...)                                                            \
  __extension__({                                                           \
    auto try_result = (__VA_ARGS__);                                        \
    if (!try_result) return std::unexpected(std::move(try_result).error()); \
    ::pfsday::detail::take_value(std::move(try_result));                    \
  })
