// Compose, hosts and commands: programs to run, looks made without a shell, and answers out of what was printed.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "stdlib/backends/process.hpp"
#include "stdlib/modules/render.hpp"
#include "stdlib/modules/reply.hpp"

namespace rbc {

// How a program's end comes back, apart from what a row makes of its output (language.md 3.4).
Reply decode_output(const Finished& done, const Template& what);

// A script in our sh, its holes and exports in the environment.
Command shell_command(const Utterance& said, const std::vector<std::pair<std::string, std::string>>& exports, const std::string& folder);

// `docker compose -f FILE …`; of a row whose answer is typed, with its format. `path` is the service of `stack.backend$`.
Command compose_command(const std::string& file, const Template& what, const Utterance& said,
                        const std::vector<std::pair<std::string, std::string>>& exports, const std::string& folder);
Reply decode_compose(const Finished& done, const Template& what);

// Looks at this machine. May block: runs on a thread of its own. `limit` in microseconds is kept where there is something to wait for.
bool is_direct_host_look(const std::string& row);
Reply host_look(const std::string& row, const std::vector<std::string>& words, Micros limit);
// The other things a host is told: services, ping; a program of this machine.
// Why systemctl must not be given this name: it takes patterns, and units that are no service (`reboot.target`). Empty if it may.
std::string unfit_service(const std::string& row, const std::vector<std::string>& words);
Command host_command(const std::string& row, const std::vector<std::string>& words, const std::string& folder);
Reply decode_host(const Finished& done, const Template& what);
// `kill`, done at once.
Reply host_kill(const std::vector<std::string>& words);

}  // namespace rbc
