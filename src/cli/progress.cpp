#include "cli/progress.h"

#include <fmt/format.h>

#include <cmath>

#include "units/count.h"

namespace pfsday::cli {
namespace {

std::string describe_seconds(double seconds) {
  const auto whole = static_cast<std::size_t>(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::string progress_text(std::size_t done, std::size_t total, std::string_view noun,
                          double elapsed) {
  const double left = elapsed / static_cast<double>(done) * static_cast<double>(total - done);
  return fmt::format("{} of {} {} ({} %), about {} left", units::to_grouped(done),
                     units::to_grouped(total), noun, 100 * done / total, describe_seconds(left));
}

void Progress::step() {
  ++done_;
  if (!session_->error_terminal().is_terminal) return;
  const Time now = now_();
  if (now < next_ || done_ >= total_) return;
  next_ = now + std::chrono::milliseconds(200);
  clear();
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  session_->error().write(progress_text(done_, total_, noun_, elapsed));
  static_cast<void>(session_->error().flush());  // nothing depends on whether anybody sees this
  is_shown_ = true;
}

void Progress::clear() {
  if (!is_shown_) return;
  session_->error().write("\r\033[K");
  static_cast<void>(session_->error().flush());  // as in step
  is_shown_ = false;
}

}  // namespace pfsday::cli
