#include "recognizer/model_folder.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <fstream>

#include "recognizer/confidence_calibration.h"
#include "recognizer/safetensors.h"
#include "tests/recognizer/small_model.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class ModelFolderTest : public ::testing::Test {
 protected:
  ModelFolderTest() : model_(folder_.path() / "tiny") {
    torch::manual_seed(1);
    network_ = build_network(config_);
    save_model(model_, config_, named_state(*network_), {}, {});
  }
  TensorFile weights() const { return read_safetensors(model_ / "weights.safetensors"); }
  void write(const TensorFile& file) const { write_safetensors(model_ / "weights.safetensors", file); }

  ocrbatch::testing::TemporaryFolder folder_;
  std::filesystem::path model_;
  ModelConfig config_ = ocrbatch::testing::small_model_config();
  std::shared_ptr<LineNetwork> network_;
};

TEST_F(ModelFolderTest, LoadsWhatWasSaved) {
  const LoadedModel loaded = load_model(model_);
  EXPECT_EQ(loaded.info.name, "tiny");
  EXPECT_EQ(loaded.info.architecture, "mamba_ctc");
  EXPECT_EQ(loaded.info.sha256.size(), 64U);
  EXPECT_EQ(loaded.config.alphabet.labels(), config_.alphabet.labels());
  EXPECT_EQ(read_model_info(model_).sha256, loaded.info.sha256);
  const auto before = named_state(*network_), after = named_state(*loaded.network);
  ASSERT_EQ(before.size(), after.size());
  for (const auto& [name, tensor] : before) {
    EXPECT_TRUE(torch::allclose(tensor, after.at(name), 1e-3, 1e-6)) << name;
  }
}

TEST_F(ModelFolderTest, ALanguageModelStaysWhenWeightsAreSavedAgain) {
  set_language_model(model_, {"words.bin", 0.4, 1.5});
  save_model(model_, config_, named_state(*network_), {}, {});
  const auto kept = describe_model(model_).language_model;
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->file, "words.bin");
  EXPECT_EQ(kept->length_bonus, 1.5);
  ModelConfig other = config_;
  other.alphabet = Alphabet({"x", "y"});
  save_model(model_, other, named_state(*build_network(other)), {}, {});
  EXPECT_FALSE(describe_model(model_).language_model) << "its n-grams are of another alphabet";
}

TEST_F(ModelFolderTest, ALanguageModelIsCarriedToWhatIsMadeFromIt) {
  std::ofstream(model_ / "words.bin") << "n-grams";
  set_language_model(model_, {"words.bin", 0.4, 1.5});
  const auto made = folder_.path() / "made";
  save_model(made, config_, named_state(*network_), {}, {});
  carry_language_model(model_, made);
  const auto carried = describe_model(made).language_model;
  ASSERT_TRUE(carried);
  EXPECT_EQ(carried->weight, 0.4);
  EXPECT_EQ(std::filesystem::file_size(made / "words.bin"), 7U);

  // One of its own stays, and one of another alphabet is of no use.
  set_language_model(made, {"words.bin", 0.7, 1.5});
  carry_language_model(model_, made);
  EXPECT_EQ(describe_model(made).language_model->weight, 0.7);
  ModelConfig other = config_;
  other.alphabet = Alphabet({"x", "y"});
  save_model(folder_.path() / "other", other, named_state(*build_network(other)), {}, {});
  carry_language_model(model_, folder_.path() / "other");
  EXPECT_FALSE(describe_model(folder_.path() / "other").language_model);
}

TEST_F(ModelFolderTest, CalibrationsAreReadAndGoWithTheWeightsTheyWereFoundFor) {
  EXPECT_TRUE(describe_model(model_).confidence.beam.changes_nothing());
  set_language_model(model_, {"words.bin", 0.4, 1.5});
  set_confidence_calibrations(model_, {{1.5, -0.25}, {0.75, 0.5}});
  EXPECT_EQ(load_model(model_).confidence.greedy.offset, -0.25);
  EXPECT_TRUE(describe_model(model_).language_model) << "the rest stays";
  const auto described = [this](int beam) {
    return describe_recognizer(model_, {.beam_width = beam, .language_model = LanguageModelUse::kOff});
  };
  EXPECT_EQ(described(1).confidence.temperature, 1.5);
  EXPECT_EQ(described(4).confidence.temperature, 0.75);
  const std::string before = described(4).decoding;
  set_confidence_calibrations(model_, {{1.5, -0.25}, {0.75, 0.6}});
  EXPECT_NE(described(4).decoding, before) << "records made before are out of date";
  save_model(model_, config_, named_state(*network_), {}, {});
  EXPECT_TRUE(describe_model(model_).confidence.beam.changes_nothing());
}

TEST_F(ModelFolderTest, AMissingTensorIsNamed) {
  TensorFile file = weights();
  file.tensors.erase("head.bias");
  write(file);
  EXPECT_THAT([&] { load_model(model_); },
              ThrowsMessage<ModelError>(HasSubstr("the tensor head.bias is missing")));
}

TEST_F(ModelFolderTest, ATensorOfTheWrongShapeIsNamedWithBothShapes) {
  TensorFile file = weights();
  file.tensors["head.bias"] = torch::zeros({7});
  write(file);
  EXPECT_THAT([&] { load_model(model_); },
              ThrowsMessage<ModelError>(HasSubstr("the tensor head.bias is [7], the model needs [5]")));
}

TEST_F(ModelFolderTest, ATensorTooManyIsNamed) {
  TensorFile file = weights();
  file.tensors["surprise"] = torch::zeros({1});
  write(file);
  EXPECT_THAT([&] { load_model(model_); }, ThrowsMessage<ModelError>(HasSubstr("has no tensor surprise")));
}

TEST_F(ModelFolderTest, EveryTruncationOfTheWeightsIsRefused) {
  const auto file = model_ / "weights.safetensors";
  const auto size = std::filesystem::file_size(file);
  for (const auto cut :
       {size - 1, size / 2, std::uintmax_t{20}, std::uintmax_t{8}, std::uintmax_t{3}, std::uintmax_t{0}}) {
    save_model(model_, config_, named_state(*network_), {}, {});
    std::filesystem::resize_file(file, cut);
    EXPECT_THROW(load_model(model_), ModelError) << cut;
  }
}

TEST_F(ModelFolderTest, AFolderThatIsNoModelIsSaidToBeNone) {
  EXPECT_THAT([&] { load_model(folder_.path() / "absent"); },
              ThrowsMessage<ModelError>(HasSubstr("no such model folder")));
  EXPECT_THAT([&] { load_model(folder_.path()); },
              ThrowsMessage<ModelError>(HasSubstr("it has no model.json")));
}

TEST_F(ModelFolderTest, AnUnknownArchitectureNamesThoseThereAre) {
  std::ifstream in(model_ / "model.json");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  text.replace(text.find("mamba_ctc"), 9, "mamba_xyz");
  std::ofstream(model_ / "model.json") << text;
  EXPECT_THAT([&] { load_model(model_); }, ThrowsMessage<ModelError>(HasSubstr("there are: mamba_ctc")));
}

TEST(Safetensors, KeepsValuesOfEveryDtypeAndMetadata) {
  const ocrbatch::testing::TemporaryFolder folder;
  TensorFile file;
  for (const auto type : {torch::kFloat, torch::kHalf, torch::kBFloat16, torch::kDouble, torch::kLong,
                          torch::kInt, torch::kByte}) {
    file.tensors[c10::toString(type)] = torch::arange(6).view({2, 3}).to(type);
  }
  file.tensors["empty"] = torch::zeros({0, 4});
  file.tensors["scalar"] = torch::tensor(2.5F);
  file.metadata["made by"] = "a \"test\"";
  write_safetensors(folder.path() / "t.safetensors", file);
  const TensorFile read = read_safetensors(folder.path() / "t.safetensors");
  EXPECT_EQ(read.metadata, file.metadata);
  ASSERT_EQ(read.tensors.size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    EXPECT_EQ(read.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(read.tensors.at(name), tensor)) << name;
  }
}

}  // namespace
}  // namespace ocrbatch::recognizer
