#include "cli/decoding_options.h"

#include <cmath>

#include "cli/errors.h"

namespace ocrbatch::cli {
namespace {

constexpr int kWidestBeam = 256;

recognizer::LanguageModelUse use_of(const std::string& word) {
  if (word == "on") return recognizer::LanguageModelUse::kOn;
  return word == "off" ? recognizer::LanguageModelUse::kOff : recognizer::LanguageModelUse::kAuto;
}

}  // namespace

void add_decoding_options(boost::program_options::options_description_easy_init group,
                          DecodingChoices& choices) {
  // clang-format off
  group
      ("beam", value(&choices.beam_width, "N"), "hypotheses kept while decoding; 1: greedy, without a language model; default: 8 with one, else 1")
      ("language-model", value(&choices.language_model, "WHEN"), "auto (default): where the model has one and --beam is not 1; on or off")
      ("language-weight", value(&choices.language_weight, "X"), "how much the language model is heard; default: as the model says")
      ("length-bonus", value(&choices.length_bonus, "X"), "what each letter of a likely word adds; default: as the model says");
  // clang-format on
}

recognizer::RecognizerOptions recognizer_options(const CommandOptions& options,
                                                 const DecodingChoices& choices, const std::string& device) {
  if (options.given("beam") && (choices.beam_width < 1 || choices.beam_width > kWidestBeam))
    throw UsageError("--beam: must be 1 to " + std::to_string(kWidestBeam));
  require_one_of("--language-model", choices.language_model, {"auto", "on", "off"});
  if (choices.language_model == "on" && choices.beam_width == 1)
    throw UsageError("--language-model on: needs --beam 2 or more, a single hypothesis leaves no choice");
  recognizer::RecognizerOptions out{.device = device, .language_model = use_of(choices.language_model)};
  if (options.given("beam")) out.beam_width = choices.beam_width;
  if (options.given("language-weight")) {
    if (!(choices.language_weight >= 0 && choices.language_weight <= 100))
      throw UsageError("--language-weight: must be 0 to 100");
    out.language_weight = choices.language_weight;
  }
  if (options.given("length-bonus")) {
    if (!(std::abs(choices.length_bonus) <= 100)) throw UsageError("--length-bonus: must be -100 to 100");
    out.length_bonus = choices.length_bonus;
  }
  return out;
}

}  // namespace ocrbatch::cli
