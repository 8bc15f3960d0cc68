#include "pipeline/model_set.h"

#include <stdexcept>

namespace ocrbatch::pipeline {
namespace {

bool prepares_alike(const kernels::LinePreparation& a, const kernels::LinePreparation& b) {
  return a.height_px == b.height_px && a.max_width_px == b.max_width_px &&
         a.vertical_margin == b.vertical_margin && a.horizontal_margin == b.horizontal_margin &&
         a.suppress_neighbours == b.suppress_neighbours;
}

}  // namespace

ModelSet::ModelSet(std::vector<const recognizer::Recognizer*> models) : models_(std::move(models)) {
  if (models_.empty()) throw std::invalid_argument("a run without a model");
  const recognizer::ModelInfo& first = models_.front()->info();
  for (const recognizer::Recognizer* model : models_) {
    const recognizer::ModelInfo& info = model->info();
    if (!prepares_alike(info.line_preparation, first.line_preparation))
      throw recognizer::ModelError("the models '" + first.name + "' and '" + info.name +
                                   "' take lines of other sizes: they cannot share a run");
    if (model->devices() != models_.front()->devices())
      throw recognizer::ModelError("the models '" + first.name + "' and '" + info.name +
                                   "' do not compute on the same devices: they cannot share a run");
  }
}

std::vector<recognizer::ModelInfo> ModelSet::infos() const {
  std::vector<recognizer::ModelInfo> infos;
  for (const recognizer::Recognizer* model : models_) infos.push_back(model->info());
  return infos;
}

}  // namespace ocrbatch::pipeline
