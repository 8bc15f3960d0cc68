#include "cli/model_replacement.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "cli/model_checksums.h"
#include "recognizer/recognizer.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::cli {
namespace {

namespace fs = std::filesystem;

void make_model(const fs::path& folder, const std::string& weights) {
  fs::create_directories(folder);
  std::ofstream(folder / "model.json") << "{}\n";
  std::ofstream(folder / "weights.safetensors") << weights;
}

std::string content_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  return names;
}

using ::testing::UnorderedElementsAre;

class ModelReplacement : public ::testing::Test {
 protected:
  ModelReplacement() {
    make_model(installed, "old");
    make_model(fresh, "new");
  }
  std::string installed_weights() const { return content_of(installed / "weights.safetensors"); }

  const testing::TemporaryFolder folder;
  const fs::path installed = folder.path() / "models/latin", fresh = folder.path() / "runs/mine/model";
};

TEST_F(ModelReplacement, TheNewOneIsWholeAndTheOldOneStaysAsPrevious) {
  std::ofstream(fresh / "SHA256SUMS") << "of another state\n";
  replace_model(fresh, installed, "{\"why\":1}\n");
  EXPECT_EQ(installed_weights(), "new");
  EXPECT_EQ(content_of(installed / "promotion.json"), "{\"why\":1}\n");
  EXPECT_EQ(check_model_checksums(installed), 3U);
  EXPECT_EQ(content_of(previous_of(installed) / "weights.safetensors"), "old");
  EXPECT_EQ(content_of(fresh / "weights.safetensors"), "new");
  EXPECT_THAT(names_in(installed.parent_path()), UnorderedElementsAre("latin", "latin.previous"));
}

TEST_F(ModelReplacement, RestoringTwiceTakesItBack) {
  replace_model(fresh, installed, "");
  restore_model(installed);
  EXPECT_EQ(installed_weights(), "old");
  restore_model(installed);
  EXPECT_EQ(installed_weights(), "new");
}

TEST_F(ModelReplacement, OnlyTheLastModelIsKept) {
  replace_model(fresh, installed, "");
  make_model(fresh, "newer");
  replace_model(fresh, installed, "");
  EXPECT_EQ(installed_weights(), "newer");
  EXPECT_EQ(content_of(previous_of(installed) / "weights.safetensors"), "new");
  EXPECT_THAT(names_in(installed.parent_path()), UnorderedElementsAre("latin", "latin.previous"));
}

TEST_F(ModelReplacement, WhatFailsLeavesEverythingAsItWas) {
  fs::create_directories(folder.path() / "gone");
  EXPECT_ANY_THROW(replace_model(folder.path() / "runs/nothing", installed, ""));
  EXPECT_EQ(installed_weights(), "old");
  EXPECT_THAT(names_in(installed.parent_path()), UnorderedElementsAre("latin"));
  EXPECT_THROW(restore_model(installed), recognizer::ModelError);
}

TEST_F(ModelReplacement, TheRestOfAKilledRunIsNoHindrance) {
  make_model(installed.parent_path() / ".latin.incoming", "half");
  replace_model(fresh, installed, "");
  EXPECT_EQ(installed_weights(), "new");
  EXPECT_THAT(names_in(installed.parent_path()), UnorderedElementsAre("latin", "latin.previous"));
}

}  // namespace
}  // namespace ocrbatch::cli
