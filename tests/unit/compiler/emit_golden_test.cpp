#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/compiler/harness.hpp"

namespace fs = std::filesystem;

// What small runbooks become, instruction by instruction: tests/golden/emit/NAME.runbook and NAME.txt. With RBC_GOLDEN_WRITE set the texts
// are written anew.
TEST_CASE("small runbooks become the instructions that stand in their golden texts") {
  std::size_t seen = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(RBC_SOURCE_DIR) / "tests/golden/emit")) {
    if (entry.path().extension() != ".runbook") continue;
    ++seen;
    const auto slurp = [](const fs::path& path) {
      std::ifstream file(path);
      std::stringstream text;
      text << file.rdbuf();
      return text.str();
    };
    const std::string source = slurp(entry.path());
    const std::size_t at = source.find("runbook G-") + 8;
    const auto program = rbc::stage::compile(source, source.substr(at, source.find(':', at) - at), entry.path().filename().string());
    // Without the folder of this machine.
    std::string text = rbc::disassemble(*program);
    const std::string folder = std::string(RBC_SOURCE_DIR) + "/tests/lang/";
    for (std::size_t found = text.find(folder); found != std::string::npos; found = text.find(folder, found)) text.erase(found, folder.size());
    fs::path golden = entry.path();
    golden.replace_extension(".txt");
    if (const char* write = std::getenv("RBC_GOLDEN_WRITE"); write != nullptr) std::ofstream(golden) << text;
    INFO(entry.path());
    CHECK(text == slurp(golden));
  }
  CHECK(seen >= 3);
}
