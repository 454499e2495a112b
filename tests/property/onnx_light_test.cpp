// Counts of published network graphs, where the folder with them exists.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "count/step.h"
#include "importers/importer.h"

namespace pfsday {
namespace {

using count::Pass;

std::filesystem::path models_folder() {
  const char* const shared = std::getenv("PFSDAY_SHARED");
  const char* const source = std::getenv("PFSDAY_SOURCE_DIR");
  const std::filesystem::path root = shared != nullptr ? std::filesystem::path(shared)
                                     : source != nullptr
                                         ? std::filesystem::path(source) / "../shared"
                                         : "../shared";
  return root / "models/onnx";
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

count::Counts count_file(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  auto model = importers::read_model(std::as_bytes(std::span(bytes)), {});
  if (!model) {
    ADD_FAILURE() << to_string(model.error());
    return {};
  }
  auto counts = count::count_step(std::move(model->graph), {.step = count::Step::training},
                                  {.node_count = model->node_count});
  if (!counts) {
    ADD_FAILURE() << to_string(counts.error());
    return {};
  }
  for (const auto& node : counts->uncounted) {
    ADD_FAILURE() << node.node << " (" << node.op << "): " << node.reason;
  }
  return *counts;
}

/// As tests/oracle/count_products.py counts them, with loops and shapes of its own.
struct Expected {
  std::string_view file;
  std::uint64_t parameters, forward, data_gradient;  ///< multiply-adds
};

TEST(OnnxLight, Counts) {
  if (!std::filesystem::exists(models_folder())) GTEST_SKIP() << models_folder() << " is not there";
  constexpr Expected cases[] = {
      {"light/light_bvlc_alexnet.onnx", 60965224, 654560384, 552943616},
      {"light/light_inception_v1.onnx", 6998552, 1431556352, 1313542400},
      {"light/light_resnet50.onnx", 25557032, 4089184256, 3971170304},
      {"light/light_shufflenet.onnx", 1393320, 124664528, 116536016},
      {"light/light_squeezenet.onnx", 1235496, 349151936, 327861248},
      {"light/light_vgg19.onnx", 143667240, 19632062464, 19545358336},
      {"light/light_zfnet512.onnx", 87250536, 1481727008, 1314062336},
      {"real/atmega_mnist_simplified.onnx", 3750, 33020, 20520},
      {"real/mnist_ort.onnx", 5994, 786560, 629760},
      {"real/mnist_pytorch.onnx", 55168, 54912, 4736},
      {"real/opt_mnist.onnx", 5994, 786560, 629760},
  };
  for (const Expected& c : cases) {
    SCOPED_TRACE(c.file);
    const count::Counts counts = count_file(models_folder() / c.file);
    EXPECT_EQ(to_digits(counts.parameters.total), std::to_string(c.parameters));
    EXPECT_EQ(to_digits(counts.pass(Pass::forward).work.products), std::to_string(c.forward));
    EXPECT_EQ(to_digits(counts.pass(Pass::weight_gradient).work.products),
              std::to_string(c.forward));
    EXPECT_EQ(to_digits(counts.pass(Pass::data_gradient).work.products),
              std::to_string(c.data_gradient));
  }
}

}  // namespace
}  // namespace pfsday
