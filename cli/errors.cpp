#include "cli/errors.h"

#include <new>

#include "cli/terminal.h"
#include "io/writer.h"
#include "pipeline/state/output_lock.h"
#include "recognizer/recognizer.h"
#include "recognizer/strict_json.h"
#include "recognizer/train/process_group.h"
#include "recognizer/whole_file.h"

namespace ocrbatch::cli {

ExitCode report_exception(const std::string& command) {
  auto say = [](const std::string& text) { Terminal::instance().message("ocrbatch: " + text); };
  try {
    throw;
  } catch (const UsageError& error) {
    say(error.what());
    say("`ocrbatch " + command + (command.empty() ? "" : " ") + "--help` lists what can be written");
    return ExitCode::kUsage;
  } catch (const recognizer::ConfigError& error) {
    say(error.what());
    return ExitCode::kUsage;
  } catch (const InputError& error) {
    say(error.what());
    return ExitCode::kNoInput;
  } catch (const io::OutputClosed&) {
    // Whoever reads our standard output has seen enough (`ocrbatch ... | head`): that is no failure.
    return ExitCode::kOk;
  } catch (const io::OutputError& error) {
    say(error.what());
    return ExitCode::kOutput;
  } catch (const recognizer::WriteError& error) {
    say(error.what());
    return ExitCode::kOutput;
  } catch (const recognizer::ModelError& error) {
    say(error.what());
    return ExitCode::kModel;
  } catch (const recognizer::DeviceError& error) {
    say(error.what());
    return ExitCode::kDevice;
  } catch (const recognizer::PeerError& error) {
    say(error.what());
    return ExitCode::kPeer;
  } catch (const pipeline::LockedError& error) {
    say(error.what());
    return ExitCode::kLocked;
  } catch (const std::bad_alloc&) {
    say("out of memory; a smaller --max-memory or fewer --jobs may help");
    return ExitCode::kInternal;
  } catch (const std::exception& error) {
    say(std::string("internal error: ") + error.what());
    return ExitCode::kInternal;
  }
}

}  // namespace ocrbatch::cli
