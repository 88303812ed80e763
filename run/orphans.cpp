#include "run/orphans.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace rbc {
namespace orphans {

constexpr auto kMercy = std::chrono::seconds(5);
constexpr auto kDying = std::chrono::seconds(2);          // after KILL, for the kernel
constexpr auto kLook = std::chrono::milliseconds(20);

struct Group {
  Child child;
  std::string mark;                 // as it stands in the environment
  std::string said;
};

// The living processes of the group that are certainly ours: its leader is the one that was begun, or they carry the change's mark. The
// mark is for a group whose leader has died, since its number may be given again once the group is gone.
bool lives(const Group& group) {
  namespace fs = std::filesystem;
  const bool leader = process_started(group.child.pid) == group.child.started;
  std::error_code none;
  for (auto at = fs::directory_iterator("/proc", none); !none && at != fs::directory_iterator(); at.increment(none)) {
    const std::string name = at->path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(at->path() / "stat");
    std::string line;
    if (!std::getline(file, line) || line.rfind(')') == std::string::npos) continue;
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    char state = 0;
    std::int64_t parent = 0, of = 0;
    if (!(fields >> state >> parent >> of) || of != group.child.pid || state == 'Z' || state == 'X') continue;
    if (leader) return true;
    std::ifstream environment(at->path() / "environ", std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(environment), {}};
    if (('\0' + all).find('\0' + group.mark + '\0') != std::string::npos) return true;
  }
  return false;
}

void wait_for(std::vector<Group>& groups, std::chrono::steady_clock::duration length) {
  const auto until = std::chrono::steady_clock::now() + length;
  for (;;) {
    std::erase_if(groups, [](const Group& group) { return !lives(group); });
    if (groups.empty() || std::chrono::steady_clock::now() >= until) return;
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace orphans

OrphansEnded end_orphans(const std::string& run, const Replayed& replayed) {
  OrphansEnded ended;
  std::vector<orphans::Group> groups;
  for (const auto& [key, child] : replayed.children) {
    const auto asked = replayed.open.find(key);
    orphans::Group group{child, std::string(kChangeMark) + "=" + key_text(run, key), asked == replayed.open.end() ? std::string() : asked->second.said};
    if (child.pid > 1 && orphans::lives(group)) groups.push_back(std::move(group));
  }
  for (const orphans::Group& group : groups) {
    ::kill(-static_cast<pid_t>(group.child.pid), SIGTERM);
    ended.remarks.push_back(fmt::format("`{}` was still running from before, and was ended before anything else is done", group.said));
  }
  if (groups.empty()) return ended;
  orphans::wait_for(groups, orphans::kMercy);
  for (const orphans::Group& group : groups) ::kill(-static_cast<pid_t>(group.child.pid), SIGKILL);
  orphans::wait_for(groups, orphans::kDying);
  if (!groups.empty())
    ended.problem = fmt::format("`{}` still runs from before (process group {}) and cannot be ended from here: end it, then resume", groups.front().said,
                                groups.front().child.pid);
  return ended;
}

}  // namespace rbc
