// What resolving and typing found out about a project's files, as side tables over their trees; emission reads it and nothing else.
//
// Facts without errors always emit: whatever a user can get wrong was reported before. Nodes are named by file and index. Slots:
// what a runbook binds (inputs, answers, names, loop variables, in its steps, causes and afterwards) lives in its activation
// (`Storage::global`); parameters and what a check, a procedure or a message binds live in its frame (`Storage::local`), and so do
// the items of every `where`. No two names share a slot. Frames: one a check, a procedure, a message; and one a runbook, for all
// other code of it (main, rungs, defaults, titles).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/node_map.hpp"
#include "grammar/ast.hpp"
#include "vm/bytecode/program.hpp"
#include "vm/model/type.hpp"

namespace rbc {

enum class Storage : std::uint8_t { none, global, local };

enum class SymbolKind : std::uint8_t {
  resource,      // contacts and channels too; `index` of Facts::resources
  environment,   // `index` of its name in no table: environments are merged, see RunbookFacts::environments
  secret,        // `index` of Facts::secrets
  input, value,  // a value: bound by `=`, ask, choose, for each, or a parameter
  parameter,
  check,         // `index` of Facts::checks
  goal,          // the predeclared check of a runbook; `index` of Facts::runbooks
  message,       // `index` of Facts::messages
  procedure,     // `index` of Facts::procedures
  runbook,       // `index` of Facts::runbooks
};

using SymbolId = std::uint32_t;
inline constexpr SymbolId kNoSymbol = 0xffffffff;

struct Symbol {
  SymbolKind kind = SymbolKind::value;
  std::string name;
  NodeRef declared;             // the declaring node (CheckDef, Input, Bind, Named, Ask, Choose, ForEach, RefsEach, Param, Resource …)
  Type type;                    // of values; verdict for checks and goals; secret for secrets
  Storage storage = Storage::none;
  std::uint32_t slot = 0;
  std::uint32_t index = 0;
};

// What a node that names something means. For Var, Name (in Ref, Call, Notify, Escalate, Cadence, Limit, Wait …), Apply (as its Var), Above.
struct Use {
  enum class As : std::uint8_t {
    none,
    symbol,
    option,      // an option of a `one of`: the node's text
    run,         // `run`; has no value of its own, see Access::run
    failure,     // `failure`; likewise
    answer,      // Above: the result above; `utterance` says whose, `storage` and `slot` where it is kept
    item,        // Above in a `where`: the row being judged, in local `slot`
  };
  As as = As::none;
  SymbolId symbol = kNoSymbol;
  Storage storage = Storage::none;
  std::uint32_t slot = 0;
  NodeRef utterance;
};

// One step from a value to a part of it: of a Member or Above node, or in the path of a hole.
struct Access {
  enum class As : std::uint8_t {
    field,       // of a record, of a row, a key of json: FIELD (FIELD_OPT under a Maybe)
    builtin,     // CALL_BUILTIN `code` (its line in builtins.def, from 0), with the node's Args
    run,         // RUN `code`, whatever stands to its left; `code` kNoValue: `run.step` alone
    failure,     // FAILURE `code`, likewise
  };
  static constexpr std::uint32_t kNoValue = 0xffffffff;
  As as = As::field;
  std::string name;
  std::uint32_t code = 0;
  Type type;
};

// A hole, in prose, a text, a message or an utterance: where it starts, then its steps.
struct HoleFacts {
  Use use;                      // symbol, run or failure
  std::vector<Access> path;
  Type type;                    // of the whole
  bool optional = false;        // `<x?>`
  bool base_optional = false;   // the name itself may be missing, before any `.field`
};

struct UtteranceFacts {
  std::uint32_t tmpl = 0;               // index of Facts::templates; its `site` is emission's to set
  std::vector<NodeRef> arguments;       // of the resource: expressions, in order
  std::vector<NodeRef> holes;           // Hole nodes, in the order in which the template counts them; see Facts::holes
  // Where `.x` lines find the answer: hidden slot, or the slot of the name that it is bound to; none if nobody reads it.
  Storage storage = Storage::none;
  std::uint32_t slot = 0;
  bool ok_rule = false;                 // in a check: the rule `red unless .ok` is in force for it
  bool subject = false;                 // the resource is a subject, not an observer
};

// A length of time (Duration or Name under Cadence, Limit, Wait, Held, Retry, Trigger, Tolerating).
struct LengthFacts {
  Micros usual = 0;                     // the literal, or the input's default (its cap if the default is no literal)
  Micros cap = 0;                       // the longest it can be: the literal, or the input's cap
  SymbolId input = kNoSymbol;           // read this at run time, if it is one
};

struct CheckFacts {
  SymbolId symbol = kNoSymbol;
  NodeRef def;
  std::vector<SymbolId> parameters;     // locals 0, 1, …
  std::uint32_t locals = 0;             // of its frame
  std::vector<std::uint32_t> resources; // which it looks at itself, each once
  std::uint8_t no_answer = 0;           // `no answer is`: 0 unsaid, 1 red, 2 blind
  std::uint32_t runbook = 0xffffffff;   // index of Facts::runbooks, or none: at the top of a file
};

struct MessageFacts {
  SymbolId symbol = kNoSymbol;
  NodeRef def;
  std::vector<SymbolId> parameters;     // locals 0, 1, …
  std::uint32_t locals = 0;
};

struct ProcedureFacts {
  SymbolId symbol = kNoSymbol;
  NodeRef def;
  std::vector<SymbolId> parameters;     // locals 0, 1, … in this order; a Call gives them by name
  std::uint32_t locals = 0;
  std::vector<SymbolId> exported;       // its top-level names
};

// A check that something reads or names, with its arguments: a Ref, Var or Apply node; its symbol may be a goal.
struct CheckMention {
  SymbolId symbol = kNoSymbol;
  NodeRef node;
};

struct RunbookFacts {
  SymbolId symbol = kNoSymbol;
  NodeRef def;
  std::string id, title;                // title as written
  std::string severity;
  Micros budget = 0;                    // of its severity, as the project states it; 0: none
  NodeRef goal;                         // Refs
  SymbolId goal_symbol = kNoSymbol;
  std::vector<AlertInfo> alerts;
  std::vector<std::pair<std::string, std::string>> about;   // service, owner, needs, see, reviewed; in order
  Micros acknowledge_target = 0, resolve_target = 0;
  std::vector<SymbolId> inputs;
  std::vector<std::string> slots;       // names of the activation's slots; hidden ones are "" (answers that `.x` reads)
  std::uint32_t locals = 0;             // of the frame of everything that is no check, procedure or message
  // Merged from all files; `environments[i].inputs` are those of this runbook, with `function` unset; their expressions stand in
  // `environment_inputs[i]`. Bindings are complete: inputs as slots of this runbook, those of other runbooks as literals.
  std::vector<Environment> environments;
  std::vector<std::vector<NodeRef>> environment_inputs;
};

struct Facts {
  std::vector<std::unique_ptr<Tree>> trees;       // by file; Tree::source() for the text and path
  std::vector<Symbol> symbols;
  std::vector<Resource> resources;                // `used` unset
  std::vector<Secret> secrets;
  std::vector<Template> templates;
  std::vector<CheckFacts> checks;
  std::vector<MessageFacts> messages;
  std::vector<ProcedureFacts> procedures;
  std::vector<RunbookFacts> runbooks;

  NodeMap<Type> types;                            // of every expression node, and of Type nodes
  NodeMap<Type> casts;                            // an expression (json) whose value is CAST to this type where it stands
  NodeMap<Use> uses;
  NodeMap<Access> accesses;                       // of Member and Above nodes
  NodeMap<HoleFacts> holes;                       // of Hole nodes
  NodeMap<UtteranceFacts> utterances;             // of Utterance nodes
  NodeMap<LengthFacts> lengths;
  NodeMap<SymbolId> declares;                     // node that declares a value, parameter, check … → its symbol
  NodeMap<std::uint32_t> item_slots;              // of a Where node: the local slot of the item
  NodeMap<std::vector<CheckMention>> symptoms;    // of a Cause node: what its symptoms mention, each once
  NodeSet changes_unsaid;                         // Probe nodes that change something, which is allowed (E0401)
  NodeMap<bool> destroys;                         // Procedure nodes: something in it destroys

  const Tree& tree(NodeRef at) const { return *trees[at.file]; }
  const Symbol& symbol(SymbolId id) const { return symbols[id]; }
};

}  // namespace rbc
