// Any bytes at all, under a right head and a right hash: an image is refused, or is canonical, verified, and safe to run and to print.
// The same bytes as a value and as JSON: what decodes encodes to the same bytes.
#include <cstdint>
#include <cstdlib>

#include "vm/bytecode/image.hpp"
#include "vm/exec/machine.hpp"

namespace {

void must_hold(bool holds) {
  if (!holds) std::abort();
}

// Every question is answered with silence, every timer is let go; the program may fail, but not the machine.
void run_silently(const rbc::Program& program) {
  rbc::Start start;
  start.bound.assign(program.resources.size(), true);
  for (const auto& input : program.runbook.inputs) start.inputs.push_back(rbc::Value::missing(input.name));
  rbc::Machine machine(std::make_shared<const rbc::Program>(program), start, [](const rbc::Trace&) {});
  machine.begin();
  rbc::Moment now;
  for (int rounds = 0; rounds < 200 && !machine.ended() && !machine.crashed(); ++rounds) {
    for (const auto& request : machine.take()) {
      rbc::Completion completion;
      completion.key = request.key;
      completion.way = rbc::Way::silence;
      now.alive += rbc::kSecond;
      now.wall += rbc::kSecond;
      completion.when = now;
      machine.complete(completion);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  must_hold(!rbc::load(bytes).program || rbc::save(*rbc::load(bytes).program) == bytes);
  std::string image = std::string("RBCI\0\0\0\x01", 8) + bytes;
  image += rbc::sha256(image);
  auto loaded = rbc::load(image);
  must_hold(loaded.program.has_value() == loaded.problem.empty());
  if (loaded.program) {
    must_hold(rbc::save(*loaded.program) == image);
    rbc::disassemble(*loaded.program);
    run_silently(*loaded.program);
  }
  if (auto value = rbc::decode(bytes)) {
    must_hold(rbc::encode(*value) == bytes);
    rbc::whole(*value);
    rbc::literal(*value);
    rbc::prose(*value);
  }
  if (auto json = rbc::parse_json(bytes)) must_hold(rbc::parse_json(rbc::to_json_text(*json)).has_value());
  return 0;
}
