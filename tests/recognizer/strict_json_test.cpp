#include "recognizer/strict_json.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "recognizer/model_config.h"
#include "recognizer/train/train_config.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(StrictObject, AnUnknownKeyIsNamedWithItsPath) {
  const auto json = boost::json::parse(R"({"batch_sise": 3})");
  EXPECT_THAT([&] { read_train_config(json); },
              ThrowsMessage<ConfigError>(HasSubstr("unknown key train.batch_sise")));
}

TEST(StrictObject, AWrongTypeIsNamedWithItsPath) {
  const auto json = boost::json::parse(R"({"batch_size": "many"})");
  EXPECT_THAT(
      [&] { read_train_config(json); },
      ThrowsMessage<ConfigError>(HasSubstr("train.batch_size should be a whole number, got a string")));
  const auto fraction = boost::json::parse(R"({"batch_size": 1.5})");
  EXPECT_THROW(read_train_config(fraction), ConfigError);
}

TEST(StrictObject, AValueOutOfRangeIsNamedWithItsPath) {
  const auto json = boost::json::parse(R"({"vocab": "x", "img_height": 41})");
  EXPECT_THAT([&] { read_model_config(json, "."); },
              ThrowsMessage<ConfigError>(HasSubstr("model.img_height should be a multiple of 8")));
}

TEST(StrictJson, AFileMayHoldCommentsAndAnErrorNamesItsLine) {
  const ocrbatch::testing::TemporaryFolder folder;
  const auto file = folder.path() / "config.json";
  std::ofstream(file) << "{\n // why\n \"a\": 1,\n}\n";
  EXPECT_EQ(parse_json_file(file).at("a").as_int64(), 1);
  std::ofstream(file) << "{\n \"a\": 1\n \"b\": 2\n}\n";
  EXPECT_THAT([&] { parse_json_file(file); },
              ThrowsMessage<ConfigError>(HasSubstr("config.json:3: not valid JSON")));
}

TEST(StrictJson, SettingByPathKeepsTypesAndRefusesUnknownKeys) {
  boost::json::value json = boost::json::parse(R"({"train": {"warmup": 0.1, "amp": "off"}})");
  set_by_path(json, "train.warmup", "0.25");
  set_by_path(json, "train.amp", "bf16");
  EXPECT_DOUBLE_EQ(json.at("train").at("warmup").as_double(), 0.25);
  EXPECT_EQ(json.at("train").at("amp").as_string(), "bf16");
  EXPECT_THAT([&] { set_by_path(json, "train.warmupp", "1"); },
              ThrowsMessage<ConfigError>(HasSubstr("no key \"warmupp\"")));
}

TEST(TrainConfig, SurvivesTheRoundTrip) {
  TrainConfig config;
  config.batch_size = 7;
  config.amp = "off";
  config.warmup = 0.3;
  EXPECT_EQ(to_json(read_train_config(to_json(config))), to_json(config));
}

TEST(ModelConfig, TheShippedRecipesAreValid) {
  const std::filesystem::path folder = OCRBATCH_SOURCE_DIR "/configs";
  int recipes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const auto json = parse_json_file(entry.path());
    EXPECT_NO_THROW(read_train_config(json.at("train")));
    // fine_tune.json has none: the network is the model's that is tuned.
    if (!json.as_object().contains("model")) continue;
    const ModelConfig config = read_model_config(json.at("model"), folder);
    EXPECT_EQ(to_json(read_model_config(to_json(config), "/nowhere")), to_json(config));
    ++recipes;
  }
  EXPECT_GE(recipes, 7);
  const auto json = parse_json_file(folder / "latin_fast.json");
  EXPECT_EQ(read_model_config(json.at("model"), folder).architecture, "mamba_ctc");
  EXPECT_GT(read_train_config(json.at("train")).max_steps, 0);
}

}  // namespace
}  // namespace ocrbatch::recognizer
