// What `train` says on its way.
#pragma once

#include "recognizer/train/train.h"

namespace ocrbatch::cli {

// Events that write to the log. `lines_a_step`: in all processes.
recognizer::TrainEvents logged_events(int epochs, int lines_a_step);

}  // namespace ocrbatch::cli
