#include "cli/errors.h"

#include <new>

#include "cli/logging.h"
#include "io/writer.h"
#include "pipeline/merge.h"
#include "pipeline/page_reading.h"
#include "pipeline/state/output_lock.h"
#include "recognizer/recognizer.h"
#include "recognizer/strict_json.h"
#include "recognizer/train/process_group.h"
#include "recognizer/whole_file.h"

namespace ocrbatch::cli {

Failure current_failure() {
  try {
    throw;
  } catch (const UsageError& error) {
    return {ExitCode::kUsage, error.what(), /*help_helps=*/true};
  } catch (const recognizer::ConfigError& error) {
    return {ExitCode::kUsage, error.what()};
  } catch (const pipeline::WorkerError& error) {
    return {ExitCode::kUsage, error.what()};
  } catch (const InputError& error) {
    return {ExitCode::kNoInput, error.what()};
  } catch (const pipeline::MergeError& error) {
    return {ExitCode::kNoInput, error.what()};
  } catch (const io::OutputClosed&) {
    // Whoever reads our standard output has seen enough (`ocrbatch ... | head`): that is no failure.
    return {ExitCode::kOk, ""};
  } catch (const io::OutputError& error) {
    return {ExitCode::kOutput, error.what()};
  } catch (const recognizer::WriteError& error) {
    return {ExitCode::kOutput, error.what()};
  } catch (const recognizer::ModelError& error) {
    return {ExitCode::kModel, error.what()};
  } catch (const recognizer::DeviceError& error) {
    return {ExitCode::kDevice, error.what()};
  } catch (const recognizer::PeerError& error) {
    return {ExitCode::kPeer, error.what()};
  } catch (const pipeline::LockedError& error) {
    return {ExitCode::kLocked, error.what()};
  } catch (const std::bad_alloc&) {
    return {ExitCode::kInternal, "out of memory; a smaller --max-memory or fewer --jobs may help"};
  } catch (const std::exception& error) {
    return {ExitCode::kInternal, std::string("internal error: ") + error.what()};
  }
}

ExitCode report_exception(const std::string& command) {
  const Failure failure = current_failure();
  if (!failure.message.empty()) log_fatal(failure.message);
  if (failure.help_helps) {
    log_fatal("`ocrbatch " + command + (command.empty() ? "" : " ") + "--help` lists what can be written");
  }
  return failure.code;
}

}  // namespace ocrbatch::cli
