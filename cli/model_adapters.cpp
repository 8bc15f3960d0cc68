#include "cli/model_adapters.h"

#include <spdlog/fmt/fmt.h>

#include "cli/model_path.h"
#include "cli/stdout_guard.h"
#include "cli/text_layout.h"
#include "recognizer/model_average.h"
#include "recognizer/model_delta.h"

namespace ocrbatch::cli {
namespace {

const std::string& only_name(const AdapterArguments& a, const char* command, const char* what) {
  if (a.names.size() != 1) throw UsageError(fmt::format("models {} needs one {}", command, what));
  if (a.out.empty()) throw UsageError(fmt::format("models {} needs --out", command));
  return a.names.front();
}

void require_base(const AdapterArguments& a, const char* command) {
  if (a.base.empty()) throw UsageError(fmt::format("models {} needs --base", command));
}

}  // namespace

ExitCode run_models_delta(const AdapterArguments& a) {
  const std::string& model = only_name(a, "delta", "model");
  require_base(a, "delta");
  const recognizer::DeltaSize size =
      recognizer::save_model_delta(find_model(model), find_model(a.base), a.out);
  print_result(fmt::format("{}: {} parameters in {} differ from {}\n", a.out, with_thousands(size.parameters),
                           counted(static_cast<std::size_t>(size.tensors), "tensor"), a.base));
  return ExitCode::kOk;
}

ExitCode run_models_apply(const AdapterArguments& a) {
  const std::string& delta = only_name(a, "apply", "file that `models delta` wrote");
  require_base(a, "apply");
  recognizer::apply_model_delta(delta, find_model(a.base), a.out);
  return ExitCode::kOk;
}

ExitCode run_models_merge(const AdapterArguments& a) {
  recognizer::merge_model(find_model(only_name(a, "merge", "model")), a.out);
  return ExitCode::kOk;
}

ExitCode run_models_average(const AdapterArguments& a) {
  if (a.names.size() < 2) throw UsageError("models average needs two models or more");
  if (a.out.empty()) throw UsageError("models average needs --out");
  std::vector<std::filesystem::path> models;
  for (const std::string& name : a.names) models.push_back(find_model(name));
  recognizer::average_models(models, a.out);
  return ExitCode::kOk;
}

}  // namespace ocrbatch::cli
