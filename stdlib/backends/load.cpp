#include "stdlib/backends/load.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <vector>

namespace rbc {

void* open_backend(const std::string& name, const char* symbol, uv_loop_s* loop, std::string& problem) {
  std::vector<std::string> folders;
  if (const char* own = ::getenv("RBC_MODULE_PATH")) {
    std::string_view rest = own;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(':'), rest.size());
      if (end > 0) folders.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  char self[4096];
  if (const ssize_t length = ::readlink("/proc/self/exe", self, sizeof self); length > 0) {
    std::string folder(self, static_cast<std::size_t>(length));
    folder.resize(folder.rfind('/'));
    folders.push_back(folder + "/../lib/rbc");
    folders.push_back(folder + "/../lib");
  }
  for (const std::string& folder : folders) {
    const std::string path = fmt::format("{}/librbc-{}.so", folder, name);
    if (::access(path.c_str(), R_OK) != 0) continue;
    void* opened = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!opened) {
      const char* why = ::dlerror();
      problem = fmt::format("the module that speaks {} cannot be opened: {}", name, why ? why : path);
      return nullptr;
    }
    auto* factory = reinterpret_cast<void* (*)(uv_loop_s*)>(::dlsym(opened, symbol));
    if (!factory) {
      problem = fmt::format("{} is of another version", path);
      return nullptr;
    }
    return factory(loop);
  }
  problem = fmt::format("the module that speaks {} is missing: librbc-{}.so is neither beside the program nor in RBC_MODULE_PATH", name, name);
  return nullptr;
}

}  // namespace rbc
