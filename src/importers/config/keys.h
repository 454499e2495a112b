// The keys of a configuration, typed. What is wrong with them is noted once, so that a family reads
// them in a row, and its caller asks at the end.
//
//   const auto width = in.size("n_embd|hidden_size");        // must be there, under either name
//   const auto groups = in.size("num_key_value_heads", heads);
//   const bool is_tied = in.flag("tie_word_embeddings", false);
//   if (auto fault = in.take_fault()) return fail(*fault);
//
// A key that is null is not there. Errors: Code::configuration_incomplete for a key that is
// missing, configuration_unsupported for a value that is not understood.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "importers/config/json.h"

namespace pfsday::config {

class Keys {
 public:
  explicit Keys(const Json& object) : object_(&object), shared_(std::make_shared<Shared>()) {}
  /// These, and where they lack a key those of `defaults`, as a model inside another has them. Both
  /// must outlive the keys.
  Keys with_defaults(const Json& defaults) const;

  /// `names` are alternatives, separated by |, of which the first that is there holds.
  bool has(std::string_view names) const { return find(names) != nullptr; }
  /// True also for a key that is null: the file says something of it.
  bool states(std::string_view name) const { return object_->find(name) != nullptr; }
  /// A whole number from 1, or from `least`.
  std::int64_t size(std::string_view names, std::int64_t least = 1) const;
  /// How often something is repeated: a size that is not huge.
  std::int64_t layers(std::string_view names) const;
  std::int64_t size_or(std::string_view names, std::int64_t otherwise,
                       std::int64_t least = 1) const;
  double number_or(std::string_view names, double otherwise) const;
  bool flag(std::string_view names, bool otherwise) const;
  std::string text_or(std::string_view names, std::string_view otherwise) const;
  /// A list of sizes from `least`; one number stands for a list of one. Empty if there is none.
  std::vector<std::int64_t> sizes(std::string_view names, std::int64_t least = 1) const;
  std::vector<std::string> texts(std::string_view names) const;
  /// The object of that key, empty if there is none.
  Keys inner(std::string_view name) const;
  /// The keys of an object in a list of these.
  Keys of(const Json& object) const;
  const Json* find(std::string_view names) const;

  /// Says that the value of a key, if it is there, changes nothing that is counted.
  void ignore(std::string_view names) const { find(names); }
  /// Refuses a value of a key; noted unless a fault is noted already.
  void refuse(std::string_view name, std::string_view why, std::string hint = {}) const;
  /// The architecture does not have what the key asks for.
  void refuse_if(bool is_refused, std::string_view name, std::string_view why) const {
    if (is_refused) refuse(name, why);
  }
  /// Refuses the configuration as a whole.
  void note(Error fault) const;

  std::optional<Error> take_fault() const;
  bool has_fault() const { return shared_->fault.has_value(); }
  /// Keys that nobody asked for and that are not known to change nothing, in the order of the file.
  std::vector<std::string> unused() const;

 private:
  struct Shared {
    std::optional<Error> fault;
    std::set<const Json*> used;
  };
  const Json* find_in(const Json& object, std::string_view names) const;
  std::int64_t to_size(const Json& value, std::string_view name, std::int64_t least) const;
  void collect_unused(const Json& object, const std::string& path,
                      std::vector<std::string>& names) const;

  const Json* object_;
  const Json* defaults_ = nullptr;
  std::string path_;  ///< "text_config."
  std::shared_ptr<Shared> shared_;
};

}  // namespace pfsday::config
