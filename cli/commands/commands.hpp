// The functions behind the rows of the command table.
#pragma once
#include "cli/command.hpp"

namespace rbc::cli {

int check(const Given& given);
int test(const Given& given);
int format_files(const Given& given);
int map(const Given& given);
int run(const Given& given);
int look(const Given& given);
int resume(const Given& given);
int runs(const Given& given);
int show(const Given& given);
int ack(const Given& given);
int answer(const Given& given);
int cancel(const Given& given);
int schema(const Given& given);
int plan(const Given& given);
int graph(const Given& given);
int doc(const Given& given);
int import_file(const Given& given);
int init(const Given& given);
int disasm(const Given& given);
int explain(const Given& given);
int dump(const Given& given);
int version(const Given& given);
int completion(const Given& given);
int complete(const Given& given);
int manual(const Given& given);

}  // namespace rbc::cli
