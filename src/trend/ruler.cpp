#include "trend/ruler.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace pfsday::trend {
namespace {

constexpr std::string_view hobbhahn_2022 = "Hobbhahn and Besiroglu 2022";
constexpr std::string_view hobbhahn_2023 = "Hobbhahn et al. 2023";

constexpr Ruler all_rulers[] = {
    {"moore-12", "transistors on a chip, as first said", "Moore 1965", 12},
    {"moore-18", "performance of a chip, as often quoted", "AI and Compute 2018", 18},
    {"moore-24", "transistors on a chip", "Moore 1975; AI and Compute, later text", 24},
    {"huang", "performance of GPUs, as claimed", hobbhahn_2022, 12 * 1.08},
    {"gpu-price", "FLOP/s per dollar of GPUs", hobbhahn_2022, 12 * 2.46},
    {"gpu-price-top", "the same of the best GPU of each month", hobbhahn_2022, 12 * 2.95},
    {"gpu-price-ml", "the same of GPUs used in papers", hobbhahn_2022, 12 * 2.07},
    {"accelerator-fp32", "FP32 of accelerators", hobbhahn_2023, 12 * 2.3},
    {"accelerator-price", "FLOP/s per dollar of accelerators", hobbhahn_2023, 12 * 2.1},
    {"accelerator-energy", "FLOP/s per watt of accelerators", hobbhahn_2023, 12 * 3.0},
    {"accelerator-memory", "memory of accelerators", hobbhahn_2023, 12 * 4.0},
    {"accelerator-bandwidth", "memory bandwidth of accelerators", hobbhahn_2023, 12 * 4.1},
    {"algorithms", "training efficiency at the level of AlexNet", "Hernandez and Brown 2020", 16},
};

}  // namespace

std::span<const Ruler> rulers() { return all_rulers; }

const Ruler* find_ruler(std::string_view name) {
  const auto found = std::ranges::find(all_rulers, name, &Ruler::name);
  return found == std::end(all_rulers) ? nullptr : found;
}

double factor_over(const Ruler& ruler, double years) {
  return std::exp2(12 * years / ruler.doubling_months);
}

}  // namespace pfsday::trend
