// Stands for Gloo's headers, which LibTorch's packages leave out although c10d/ProcessGroupGloo.hpp includes
// them: what that header names, so that it can be compiled. LibTorch makes and uses these objects; here they
// are only pointed at, so nothing but names matters.
#ifndef OCRBATCH_GLOO_DECLARATIONS
#define OCRBATCH_GLOO_DECLARATIONS

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace gloo {

class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};

namespace rendezvous {

class Store {
 public:
  virtual ~Store() = default;
  virtual void set(const std::string& key, const std::vector<char>& data) = 0;
  virtual std::vector<char> get(const std::string& key) = 0;
  virtual void wait(const std::vector<std::string>& keys) = 0;
  virtual void wait(const std::vector<std::string>& keys, const std::chrono::milliseconds& timeout) = 0;
};

}  // namespace rendezvous

namespace transport {

class Device;
class UnboundBuffer {
 public:
  virtual ~UnboundBuffer() = default;
};

}  // namespace transport
}  // namespace gloo

#endif
