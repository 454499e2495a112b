#include "importers/tflite/flat.h"

#include <fmt/format.h>

namespace pfsday::tflite {
namespace {

std::unexpected<Error> outside(std::size_t at) {
  return fail(Error{.code = Code::model_malformed,
                    .what = "what stands here leads out of the file",
                    .hint = "the file may be cut off",
                    .place = {.byte = at}});
}

bool holds(Bytes file, std::size_t at, std::size_t bytes) {
  return at <= file.size() && bytes <= file.size() - at;
}

}  // namespace

Result<Table> table_at(Bytes file, Budget& budget, std::size_t at) {
  Table table;
  table.file_ = file;
  table.budget_ = &budget;
  table.at_ = at;
  if (!holds(file, at, sizeof(std::int32_t))) return outside(at);
  const std::int64_t vtable = static_cast<std::int64_t>(at) - table.load<std::int32_t>(at);
  constexpr std::size_t head = 2 * sizeof(std::uint16_t);
  if (vtable < 0 || !holds(file, static_cast<std::size_t>(vtable), head)) return outside(at);
  table.vtable_ = static_cast<std::size_t>(vtable);
  table.vtable_bytes_ = table.load<std::uint16_t>(table.vtable_);
  table.table_bytes_ = table.load<std::uint16_t>(table.vtable_ + sizeof(std::uint16_t));
  const bool fits = table.vtable_bytes_ >= head && table.vtable_bytes_ % 2 == 0 &&
                    holds(file, table.vtable_, table.vtable_bytes_) &&
                    table.table_bytes_ >= sizeof(std::int32_t) &&
                    holds(file, at, table.table_bytes_);
  if (!fits) return outside(at);
  return table;
}

Result<Table> root_of(Bytes file, Budget& budget) {
  std::uint32_t offset = 0;
  if (!holds(file, 0, sizeof offset)) return outside(0);
  std::memcpy(&offset, file.data(), sizeof offset);
  return table_at(file, budget, offset);
}

Result<std::size_t> Table::find(int field, std::size_t bytes) const {
  const std::size_t entry = 2 * sizeof(std::uint16_t) + sizeof(std::uint16_t) * field;
  if (!exists() || entry + sizeof(std::uint16_t) > vtable_bytes_) return std::size_t{0};
  const auto offset = load<std::uint16_t>(vtable_ + entry);
  if (offset == 0) return std::size_t{0};
  if (offset + bytes > table_bytes_) return outside(at_);
  return at_ + offset;
}

Result<std::size_t> Table::follow(std::size_t at, std::size_t bytes) const {
  const std::size_t to = at + load<std::uint32_t>(at);
  if (!holds(file_, to, bytes)) return outside(at);
  return to;
}

Result<void> Table::spend(std::size_t bytes) const {
  if (bytes == 0) return {};
  if (bytes > budget_->bytes) {
    return fail(Code::limit_exceeded,
                "lists of the file overlap: together they have more entries "
                "than it has room for");
  }
  budget_->bytes -= bytes;
  return {};
}

Result<Bytes> Table::vector(int field, std::size_t element_bytes) const {
  const std::size_t at = TRY(find(field, sizeof(std::uint32_t)));
  if (at == 0) return Bytes{};
  const std::size_t begin = TRY(follow(at, sizeof(std::uint32_t)));
  const std::size_t bytes = load<std::uint32_t>(begin) * element_bytes;
  if (!holds(file_, begin + sizeof(std::uint32_t), bytes)) return outside(begin);
  return file_.subspan(begin + sizeof(std::uint32_t), bytes);
}

Result<std::string_view> Table::text(int field) const {
  const Bytes raw = TRY(vector(field, 1));
  return std::string_view(reinterpret_cast<const char*>(raw.data()), raw.size());
}

Result<Bytes> Table::bytes(int field) const { return vector(field, 1); }

Result<Table> Table::table(int field) const {
  const std::size_t at = TRY(find(field, sizeof(std::uint32_t)));
  if (at == 0) return Table{};
  const std::size_t to = TRY(follow(at, sizeof(std::int32_t)));
  return table_at(file_, *budget_, to);
}

Result<std::vector<Table>> Table::tables(int field) const {
  std::vector<Table> list;
  const Bytes raw = TRY(vector(field, sizeof(std::uint32_t)));
  TRY(spend(raw.size()));
  list.reserve(raw.size() / sizeof(std::uint32_t));
  for (std::size_t i = 0; i < raw.size(); i += sizeof(std::uint32_t)) {
    const auto at = static_cast<std::size_t>(raw.data() + i - file_.data());
    const std::size_t to = TRY(follow(at, sizeof(std::int32_t)));
    list.push_back(TRY(table_at(file_, *budget_, to)));
  }
  return list;
}

}  // namespace pfsday::tflite
