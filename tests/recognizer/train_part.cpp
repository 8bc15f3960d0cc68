// train_part ARCHITECTURE FOLDER BATCH_SIZE STEPS MODEL: one of the processes that the environment names
// trains its part, from that model on.
#include <cstdio>
#include <cstdlib>

#include "tests/recognizer/shared_job.h"

int main(int argc, char** argv) {
  using namespace ocrbatch;
  if (argc != 6) return 2;
  try {
    recognizer::TrainJob job = testing::shared_job(argv[1], argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
    job.init_from = argv[5];
    const auto place = recognizer::find_process_place([](const char* name) { return std::getenv(name); });
    job.processes = std::make_shared<recognizer::ProcessGroup>(place.value());
    const testing::PartlyUsableLines lines(job.model.img_height);
    recognizer::train(job, lines, lines, {});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
