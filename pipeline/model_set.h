// The models of a run.
#pragma once

#include <cstddef>
#include <vector>

#include "recognizer/recognizer.h"

namespace ocrbatch::pipeline {

// The first model reads every page, the others are tried on pages that it does not read well. All prepare
// lines alike and compute on the same devices. Refers to the recognizers, which must outlive it.
class ModelSet {
 public:
  ModelSet(const recognizer::Recognizer& only) : models_{&only} {}  // NOLINT: a set of one is one
  // Throws recognizer::ModelError where the models do not go together.
  explicit ModelSet(std::vector<const recognizer::Recognizer*> models);

  std::size_t size() const { return models_.size(); }
  const recognizer::Recognizer& operator[](std::size_t model) const { return *models_[model]; }
  const recognizer::Recognizer& first() const { return *models_.front(); }
  std::vector<recognizer::ModelInfo> infos() const;

 private:
  std::vector<const recognizer::Recognizer*> models_;
};

}  // namespace ocrbatch::pipeline
