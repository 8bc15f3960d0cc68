// How text is found in what the network computes: the same options in every command that reads.
#pragma once

#include <string>

#include "cli/options.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::cli {

struct DecodingChoices {
  int beam_width = 0;  // as given
  std::string language_model = "auto";
  double language_weight = 0, length_bonus = 0;
};

void add_decoding_options(boost::program_options::options_description_easy_init group,
                          DecodingChoices& choices);

// What was chosen, checked. Throws UsageError.
recognizer::RecognizerOptions recognizer_options(const CommandOptions& options,
                                                 const DecodingChoices& choices, const std::string& device);

}  // namespace ocrbatch::cli
