// What the program tells scripts. The numbers are a contract (README, "Exit status").
#pragma once

namespace ocrbatch::cli {

enum class ExitCode : int {
  kOk = 0,             // every page done
  kSomeFailed = 1,     // finished; some pages or documents failed
  kUsage = 2,          // wrong options or configuration
  kNoInput = 3,        // no input could be read
  kOutput = 4,         // the output cannot be written
  kModel = 5,          // the model is missing or unusable
  kDevice = 6,         // the device asked for cannot be used
  kLocked = 7,         // another run holds the output
  kPeer = 8,           // another process of the same training is missing or has ended
  kInternal = 70,      // a bug in ocrbatch
  kInterrupted = 130,  // SIGINT
  kTerminated = 143,   // SIGTERM
};

}  // namespace ocrbatch::cli
