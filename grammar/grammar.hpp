// The grammar of grammar.peg as PEGTL rules: the same rules in the same order, each with the node it makes.
#pragma once
#include "grammar/actions.hpp"

namespace rbc::parsing::rules {

using pegtl::one;
using pegtl::opt;
using pegtl::plus;
using pegtl::range;
using pegtl::seq;
using pegtl::sor;
using pegtl::star;
using pegtl::string;
using W = Word;

template <Word... Ws> using any_word = sor<kw_word<Ws>...>;
template <typename Rule> using comma_list = seq<Rule, star<sign<W::Comma>, Rule>>;

// ── characters ──
struct name_token : node<Kind::Name, free_name_chars> {};
struct any_name_token : node<Kind::Name, name_chars> {};
struct name : seq<name_token, blanks> {
  static constexpr const char* label = "a name";
};
struct step_name : seq<any_name_token, blanks> {
  static constexpr const char* label = "a name";
};
struct new_name : sor<seq<look<reserved_name>, raise<108>>, seq<name_token, blanks>> {
  static constexpr const char* label = "a name";
};
struct any_name : seq<any_name_token, blanks> {};
struct digit : range<'0', '9'> {};
struct digits : seq<digit, star<sor<digit, one<'_'>>>, opt<one<'.'>, plus<digit>>> {};
struct idc : terminal {
  using rule_t = idc;
  static bool match(Input& in, State&) { return is_idc(in.current(), in.end()); }
};
struct no_idc : never<idc> {};
struct bare : seq<node<Kind::Bare, token<plus<pegtl::not_one<' ', '\n'>>>>, blanks> {};
struct module_name : seq<node<Kind::Module, token<plus<sor<range<'a', 'z'>, digit, one<'.', '/', '_', '-'>>>>>, blanks> {
  static constexpr const char* label = "a module's name in lower case";
};

// ── text and holes ──
struct field_name : node<Kind::Field, name_chars> {};
struct hole : node<Kind::Hole,
                   token<one<'<'>, any_name_token, star<one<'.'>, field_name>, opt<as_word<W::Question, one<'?'>>>, one<'>'>>> {
};
struct escaped_less : string<'\\', '<'> {};
struct any_text_char : pegtl::not_one<'\n'> {};
struct text_run : token<plus<sor<plain_text, escaped_less, string<'<', '<'>, hole, any_text_char>>> {};
struct segment : node<Kind::Segment, text_run> {};
struct prose_run : token<plus<sor<plain_text, escaped_less, hole, any_text_char>>> {};
struct trimmed : terminal { // the blanks at the end of a line are no part of what it says
  using rule_t = trimmed;
  static bool match(Input&, State& st) {
    while (st.last_end > st.open_begin() && st.text[st.last_end - 1] == ' ') --st.last_end;
    return true;
  }
};
struct prose : node<Kind::Prose, prose_run, trimmed> {
  static constexpr const char* label = "text to the end of the line";
};
struct title_text : node<Kind::Title, prose_run, trimmed> {
  static constexpr const char* label = "text to the end of the line";
};
struct title : seq<sign<W::Colon>, title_text> {};

// ── forward ──
struct expr;
struct type;
struct block;
struct otherwise;
struct statement;
struct note;
struct check_use;
struct probe;
struct named;
struct args;
struct access;
struct rung;

// ── embedded languages: captured raw here, parsed by their own grammar ──
struct raw_line : node<Kind::Raw, opt<segment>> {};
struct speaker_args : node<Kind::SpeakerArgs, one<'('>, blanks, expr, star<sign<W::Comma>, expr>, one<')'>> {};
struct speaker_chars : node<Kind::Speaker, any_name_token, opt<speaker_args>, star<one<'.'>, any_name_token>,
                            sor<as_word<W::Greater, token<one<'>'>>>, as_word<W::Dollar, token<one<'$'>>>>> {};
struct speaker : seq<speaker_chars, blanks> {
  static constexpr const char* label = "a resource prompt such as `db>`";
};
struct astray_line
    : sor<seq<kw<W::Otherwise>, newline>, seq<sor<kw<W::Red>, kw<W::Amber>, kw<W::Blind>>, sor<kw<W::If>, kw<W::Unless>>>,
          seq<kw<W::No>, kw<W::Answer>, kw<W::Is>>, kw<W::Symptom>, seq<kw<W::Poll>, kw<W::Until>>,
          seq<kw<W::Escalate>, kw<W::To>>, seq<kw<W::Caution>, sign<W::Colon>>, seq<kw<W::Do>, speaker>> {};
struct astray : seq<look<astray_line>, raise<705>> {};
struct raw_block_lines : plus<star<text_blank_line>, deeper, opt<segment>, newline> {};
struct raw_block : node<Kind::Raw, raw_block_lines> {};
struct more : plus<star<text_blank_line>, deeper, never<astray>, opt<segment>, newline> {};
struct short_enough : terminal {
  using rule_t = short_enough;
  static bool match(Input&, State& st) {
    if (st.last_end > st.open_begin() + kMaxUtteranceBytes) st.raise("E0117", st.open_begin());
    return true;
  }
};
struct said : node<Kind::Raw, opt<segment>, short_enough, newline, opt<more>, short_enough> {};
struct utterance : seq<node<Kind::Utterance, speaker, said>, skip> {};

// ── literals ──
struct text_chars
    : seq<one<'"'>, star<sor<hole, seq<one<'\\'>, one<'n', 't', '"', '\\', '<'>>, pegtl::not_one<'"', '\n'>>>, one<'"'>> {};
struct text : seq<node<Kind::Text, token<text_chars>>, blanks> {
  static constexpr const char* label = "a text in quotes";
};
struct regex : seq<node<Kind::Regex, token<one<'/'>, plus<sor<seq<one<'\\'>, pegtl::not_one<'\n'>>, pegtl::not_one<'/', '\n'>>>,
                                           one<'/'>, star<one<'i', 'm', 's'>>>>,
                   blanks> {
  static constexpr const char* label = "a pattern such as /error/i";
};
struct url
    : seq<node<Kind::Url, token<plus<range<'a', 'z'>>, string<':', '/', '/'>,
                                plus<sor<pegtl::not_one<' ', '\n', ',', ')', ':'>, seq<one<':'>, never<one<' ', '\n'>>>>>>>,
          blanks> {};
struct two_digits : seq<digit, digit> {};
struct instant : seq<node<Kind::Instant, token<two_digits, two_digits, one<'-'>, two_digits, one<'-'>, two_digits,
                                               opt<one<'T'>, plus<sor<digit, one<':'>>>, one<'Z'>>>>,
                     blanks> {
  static constexpr const char* label = "a date";
};
struct duration_unit : sor<string<'m', 's'>, one<'s', 'm', 'h', 'd', 'w'>> {};
struct duration : seq<node<Kind::Duration, token<plus<plus<digit>, duration_unit>, no_idc>>, blanks> {
  static constexpr const char* label = "a duration such as 30m";
};
struct size : seq<node<Kind::Size, token<digits, sor<seq<one<'K', 'M', 'G', 'T'>, opt<one<'i'>>, one<'B'>>, one<'B'>>, no_idc>>,
                  blanks> {};
struct percent : seq<node<Kind::Percent, token<digits, one<'%'>>>, blanks> {};
struct rate : node<Kind::Rate, token<digits>, blanks, kw<W::Per>, any_word<W::Second, W::Minute, W::Hour, W::Day>> {
  static constexpr const char* label = "a rate such as 3 per hour";
  static constexpr bool whole = true;
};
struct number : seq<node<Kind::Number, token<digits, no_idc>>, blanks> {};
struct integer : seq<node<Kind::Int, token<plus<digit>, no_idc>>, blanks> {
  static constexpr const char* label = "a whole number";
};
struct yes_no : node<Kind::Bool, any_word<W::Yes, W::No>> {
  static constexpr const char* label = "yes or no";
};
struct colour : node<Kind::Colour, any_word<W::Green, W::Amber, W::Red, W::Blind>> {
  static constexpr const char* label = "green, amber, red or blind";
};
struct literal : sor<text, regex, url, instant, duration, size, percent, rate, number, yes_no, colour> {};

// ── expressions (pure: nothing here can touch the world) ──
struct field_text : node<Kind::Field, token<text_chars>> {};
struct field : sor<field_name, seq<field_text, blanks>> {};
struct args_after : opt<look<one<'('>>, args> {};
struct args : node<Kind::Args, sign<W::OpenParen>, opt<comma_list<expr>>, sign<W::CloseParen>> {};
struct above : node<Kind::Above, one<'.'>, field, args_after> {};
struct group : node<Kind::Group, sign<W::OpenParen>, expr, sign<W::CloseParen>> {};
struct list : node<Kind::List, sign<W::OpenBracket>, opt<comma_list<expr>>, sign<W::CloseBracket>> {};
struct var : seq<node<Kind::Var, free_name_chars>, opt<wrap<Kind::Apply, look<one<'('>>, args>>> {};
struct primary : sor<above, group, list, literal, var> {
  static constexpr const char* label = "a value";
};
struct member : wrap<Kind::Member, one<'.'>, field, args_after> {};
struct maybe : wrap<Kind::Maybe, token<one<'?'>>> {};
struct access : seq<primary, star<sor<member, maybe>>, blanks, opt<look<one<'.'>>, raise<114>>> {};
struct reading : node<Kind::Reading, any_word<W::Ratio, W::Milliseconds, W::Seconds, W::Bytes, W::PerSecond>> {};
struct cast : seq<access, opt<wrap<Kind::Cast, kw<W::As>, sor<reading, type>>>> {};
struct minus : sor<seq<one<'-'>, look<one<' '>>, blanks>, seq<one<'-'>, look<sor<digit, one<'.', '('>>>>> {};
struct unary;
struct negative : node<Kind::Negative, minus, unary> {
  static constexpr bool deep = true;
};
struct unary : sor<negative, cast> {};
struct portion : seq<unary, opt<wrap<Kind::Portion, kw<W::Of>, unary>>> {};
struct product : seq<portion, star<wrap<Kind::Product, sor<sign_word<W::Star>, sign_word<W::Slash>>, portion>>> {};
struct sum : seq<product, star<wrap<Kind::Sum, sor<sign_word<W::Plus>, as_word<W::Minus, minus>>, product>>> {};
struct compare_word : sor<seq<kw_word<W::Is>, flag<W::Not>>, kw_word<W::Is>, sign_word<W::LessEqual>,
                          sign_word<W::GreaterEqual>, sign_word<W::Less>, sign_word<W::Greater>, kw_word<W::Contains>,
                          kw_word<W::Matches>, kw_word<W::In>, seq<look<string<'=', '='>>, raise<113>>> {};
struct presence : wrap<Kind::Presence, kw<W::Is>, opt<flag<W::Not>>, any_word<W::Missing, W::Present>> {};
struct keep;
struct keep_not : node<Kind::Not, kw<W::Not>, cut<keep>> {
  static constexpr bool deep = true;
};
struct keep : sor<keep_not, seq<sum, opt<sor<presence, wrap<Kind::Compare, compare_word, cut<sum>>>>>> {};
struct where : seq<sum, star<wrap<Kind::Where, kw<W::Where>, cut<keep>>>> {};
struct alternatives : seq<where, star<wrap<Kind::Else, kw<W::Else>, where>>> {};
struct verdict : wrap<Kind::Verdict, any_word<W::Passes, W::Fails>> {};
struct comparison : wrap<Kind::Compare, compare_word, cut<alternatives>, opt<compare_word, raise<112>>> {};
struct test : seq<alternatives, opt<sor<verdict, presence, comparison>>> {};
struct negation;
struct not_again : node<Kind::Not, kw<W::Not>, cut<negation>> {
  static constexpr bool deep = true;
};
struct negation : sor<not_again, test> {};
struct conjunction : wrap<Kind::And, plus<kw<W::And>, negation>, opt<kw<W::Or>, raise<111>>> {};
struct disjunction : wrap<Kind::Or, plus<kw<W::Or>, negation>, opt<kw<W::And>, raise<111>>> {};
struct expr : seq<negation, opt<sor<conjunction, disjunction>>> {
  static constexpr bool deep = true;
};

struct each : seq<kw<W::For>, kw<W::Each>> {
  static constexpr const char* label = "`for each`";
  static constexpr bool whole = true; // its parts are never wanted by themselves
};
struct ref : node<Kind::Ref, name, opt<args>> {};
struct refs : node<Kind::Refs, comma_list<ref>, opt<node<Kind::RefsEach, each, name, kw<W::In>, access>>> {};
struct optional_mark : node<Kind::Flag, sign_word<W::Question>> {};
struct list_of : seq<kw_word<W::List>, kw<W::Of>, type> {
  static constexpr bool deep = true;
};
struct one_of : seq<kw_word<W::One>, kw<W::Of>, name, star<sign<W::Comma>, name, never<kw<W::As>>>, opt<optional_mark>> {};
struct base_type : seq<sor<seq<kw_word<W::Text>, opt<kw<W::Matching>, regex>>,
                           any_word<W::Int, W::Number, W::Percent, W::Duration, W::Size, W::Rate, W::Instant, W::Bool, W::Url,
                                    W::Json, W::Secret>>,
                       opt<optional_mark>> {};
struct type : node<Kind::Type, sor<list_of, one_of, base_type>> {
  static constexpr const char* label = "a type";
};
struct as_type : seq<kw<W::As>, type> {};

// ── what many lines share ──
struct length : sor<seq<look<sign<W::Minus>>, raise<116>>, duration, name> {};
struct limit : node<Kind::Limit, kw<W::Within>, length> {};
struct cadence : node<Kind::Cadence, kw<W::Every>, length, kw<W::For>, length> {};
struct by : node<Kind::By, kw<W::By>, comma_list<name>> {};
struct voters : node<Kind::Voters, opt<integer, kw<W::Of>>, comma_list<name>> {};
struct default_value : node<Kind::Default, sign<W::Equals>, expr> {};
// `check off(yes)` calls a check: only `yes as …` would be a parameter with a reserved name.
struct param_name : sor<seq<look<reserved_name, name_chars, blanks, kw<W::As>>, raise<108>>, seq<name_token, blanks>> {
  static constexpr const char* label = "a name";
};
struct params : seq<sign<W::OpenParen>, comma_list<node<Kind::Param, param_name, as_type>>, sign<W::CloseParen>> {};
struct arg : node<Kind::Arg, name, sign<W::Equals>, expr> {};
struct streak_words : seq<kw<W::In>, kw<W::A>, kw<W::Row>> {};

struct note_raw : node<Kind::Raw, opt<segment>> {};
struct note : node<Kind::Note, token<one<'>'>>, opt<one<' '>>, note_raw, newline, skip> {};
struct item;
struct beneath : node<Kind::Beneath, lines<sor<note, item>, true>> {};
struct item : node<Kind::Item, one<'['>, sor<one<' '>, node<Kind::ItemMark, name_chars>>, one<']'>, one<' '>, blanks,
                   cut<prose, eol, opt<beneath>>> {};

// ── statements: every line begins with the word that says what it does ──
struct block : node<Kind::Block, lines<statement>> {};
struct otherwise : node<Kind::Otherwise, star<align, note>, align, kw<W::Otherwise>, eol, cut<block>> {};
struct maybe_otherwise : opt<otherwise> {};

struct check_use : node<Kind::CheckUse, kw<W::Check>, cut<refs, eol>> {};
struct require : node<Kind::Require, kw<W::Require>, cut<refs, eol, maybe_otherwise>> {};
struct streak : node<Kind::Streak, integer, kw<W::Times>, streak_words> {};
struct held : node<Kind::Held, kw<W::Held>, length> {};
struct poll : node<Kind::Poll, kw<W::Poll>,
                   cut<kw<W::Until>, refs, opt<kw<W::Is>, colour>, opt<sor<streak, held>>, cadence, eol, maybe_otherwise>> {};
struct tolerating_in_row : node<Kind::Tolerating, kw<W::Tolerating>, integer, streak_words> {};
struct watch : node<Kind::Watch, kw<W::Watch>, cut<refs, cadence, opt<tolerating_in_row>, eol, maybe_otherwise>> {};
struct wait : node<Kind::Wait, kw<W::Wait>, cut<length, eol>> {};
struct show : node<Kind::Show, kw<W::Show>, cut<expr, eol>> {};

struct probe : node<Kind::Probe, opt<limit, opt<look<kw<W::Do>>, raise<115>>>, utterance> {};
struct call : node<Kind::Call, name, opt<kw<W::With>, comma_list<arg>>> {};
struct action : seq<opt<flag<W::Repeatable>>, opt<limit>, sor<utterance, seq<call, eol>>> {};
struct leaving : node<Kind::Leaving, align, kw<W::Before>, kw<W::Leaving>, eol, cut<block>> {};
struct undo : node<Kind::Undo, align, kw<W::Undo>, eol, cut<block>> {};
struct do_line : node<Kind::Do, kw<W::Do>, cut<action, maybe_otherwise, opt<leaving>, opt<undo>>> {};
struct pick : wrap<Kind::Pick, kw<W::When>, expr, kw<W::Otherwise>, expr> {};
struct bound : sor<do_line, seq<sor<probe, seq<expr, opt<pick>, eol>>, maybe_otherwise>> {};
struct bind : node<Kind::Bind, name, opt<as_type>, sign<W::Equals>, cut<bound>> {};
struct caution : node<Kind::Caution, kw<W::Caution>,
                      cut<opt<kw<W::Approved>, kw<W::By>, voters, limit>, title, eol, block, maybe_otherwise>> {};

struct else_when : node<Kind::ElseWhen, align, kw<W::Otherwise>, kw<W::When>, expr, eol, block> {};
struct when : node<Kind::When, kw<W::When>, cut<expr, eol, block, star<else_when>, maybe_otherwise>> {};
struct arm
    : node<Kind::Arm, sor<as_word<W::Anything, kw<W::Anything>, kw<W::Else>>, comma_list<sor<literal, name>>>, eol, block> {};
struct depending : node<Kind::Depending, kw<W::Depending>, cut<kw<W::On>, expr, eol, lines<arm>>> {};
struct at_most_int : node<Kind::AtMost, kw<W::At>, kw<W::Most>, integer> {};
struct at_most_duration : node<Kind::AtMost, kw<W::At>, kw<W::Most>, duration> {};
struct tolerating : node<Kind::Tolerating, kw<W::Tolerating>, sor<integer, kw_word<W::All>>> {};
struct for_each : node<Kind::ForEach, each,
                       cut<new_name, kw<W::In>, expr, opt<at_most_int>, opt<tolerating>, eol, block, maybe_otherwise>> {};
struct retry : node<Kind::Retry, kw<W::Retry>,
                    cut<integer, kw<W::Times>, kw<W::Every>, length, opt<flag<W::Doubling>>, eol, block, maybe_otherwise>> {};
struct repeat : node<Kind::Repeat, kw<W::Repeat>, cut<integer, kw<W::Times>, kw<W::Until>, expr, eol, block, maybe_otherwise>> {
};
struct within : node<Kind::Within, limit, eol, cut<block, maybe_otherwise>> {};
struct check_def;
struct symptom : node<Kind::Symptom, kw<W::Symptom>, cut<expr, eol>> {};
struct evidence : line<sor<note, check_def, check_use, probe, named>> {};
struct cause_lines : indented<star<evidence, align>, symptom, star<align, sor<symptom, note>>, rest<statement>> {};
struct cause : node<Kind::Cause, kw<W::Cause>, cut<new_name, opt<title>, eol, cause_lines>> {};
struct diagnose : node<Kind::Diagnose, kw<W::Diagnose>, cut<kw<W::Until>, refs, cadence, eol, lines<cause>, maybe_otherwise>> {
};

struct ask
    : node<Kind::Ask, kw<W::Ask>,
           cut<new_name, opt<as_type>, opt<default_value>, opt<by>, opt<limit>, title, eol, opt<beneath>, maybe_otherwise>> {};
struct option : node<Kind::Option, new_name, cut<opt<title>, eol>> {};
struct choose_default : node<Kind::ChooseDefault, sign<W::Equals>, name> {};
struct choose
    : node<Kind::Choose, kw<W::Choose>,
           cut<new_name, opt<choose_default>, opt<by>, opt<limit>, title, eol, lines<sor<note, option>>, maybe_otherwise>> {};
struct confirm : node<Kind::Confirm, kw<W::Confirm>,
                      cut<opt<default_value>, opt<by>, opt<limit>, title, eol, opt<beneath>, maybe_otherwise>> {};
struct approve
    : node<Kind::Approve, kw<W::Approve>, cut<kw<W::By>, voters, limit, title, eol, opt<lines<rung>>, maybe_otherwise>> {};
struct message_use : node<Kind::MessageUse, kw<W::With>, name, opt<args>> {};
struct notify : node<Kind::Notify, any_word<W::Page, W::Tell>, cut<comma_list<name>, opt<message_use>, opt<title>, eol>> {};
struct escalate : node<Kind::Escalate, kw<W::Escalate>, cut<kw<W::To>, comma_list<name>, opt<title>, eol>> {};
struct end_line
    : node<Kind::End, kw<W::End>, cut<any_word<W::Resolved, W::Escalated, W::Failed, W::Aborted>, opt<title>, eol>> {};
struct fail : node<Kind::Fail, kw<W::Fail>, cut<title, eol>> {};

// ── checks ──
struct named : node<Kind::Named, name, opt<as_type>, sign<W::Equals>, cut<sor<probe, seq<expr, eol>>>> {};
struct rule_when : node<Kind::RuleWhen, any_word<W::If, W::Unless>, expr> {};
struct rule : node<Kind::Rule, any_word<W::Red, W::Amber, W::Blind>, cut<rule_when, eol>> {};
struct silence : node<Kind::Silence, kw<W::No>, cut<kw<W::Answer>, kw<W::Is>, any_word<W::Red, W::Blind>, eol>> {};
struct judge : node<Kind::Judge, kw<W::Judge>, cut<opt<sign<W::Equals>, colour>, opt<by>, title, eol>> {};
struct check_line : sor<note, check_use, rule, silence, judge, seq<look<kw<W::Do>>, raise<402>>, probe, named, raise<104>> {};
struct check_def : node<Kind::CheckDef, kw<W::Check>, new_name, opt<params>, opt<title>, eol, lines<check_line>> {};

struct statement : sor<note, item, check_def, check_use, do_line, caution, require, poll, watch, wait, show, when, depending,
                       for_each, retry, repeat, within, diagnose, ask, choose, confirm, approve, notify, escalate, end_line,
                       fail, probe, bind, seq<look<kw<W::Otherwise>>, raise<205>>, raise<105>> {};

// ── runbooks ──
struct label : node<Kind::Label, any_name, kw<W::Is>, text> {};
struct target_time : node<Kind::TargetTime, any_word<W::Acknowledge, W::Resolve>, duration> {};
struct severity : node<Kind::Severity, kw<W::Severity>, cut<any_word<W::Critical, W::High, W::Medium, W::Low>, eol>> {};
struct alert
    : node<Kind::Alert, kw<W::Alert>,
           cut<name, any_word<W::Critical, W::Warning, W::Info>, opt<kw<W::Where>, label, star<kw<W::And>, label>>, eol>> {};
struct target : node<Kind::Target, kw<W::Target>, cut<comma_list<target_time>, eol>> {};
struct reviewed : node<Kind::Reviewed, kw<W::Reviewed>, cut<instant, kw<W::Every>, duration, eol>> {};
struct goal : node<Kind::Goal, kw<W::Goal>, cut<refs, eol>> {};
struct see : node<Kind::See, kw<W::See>, cut<bare, eol>> {};
struct service : node<Kind::Service, kw<W::Service>, cut<prose, eol>> {};
struct owner : node<Kind::Owner, kw<W::Owner>, cut<prose, eol>> {};
struct needs : node<Kind::Needs, kw<W::Needs>, cut<prose, eol>> {};
struct meta : sor<severity, alert, target, reviewed, goal, see, service, owner, needs> {};
struct input
    : node<Kind::Input, kw<W::Input>, cut<new_name, opt<as_type>, opt<default_value>, opt<at_most_duration>, opt<title>, eol>> {
};
struct step : node<Kind::Step, kw<W::Step>, cut<step_name, opt<title>, eol, block, maybe_otherwise>> {};
struct afterwards : node<Kind::Afterwards, kw<W::Afterwards>, cut<eol, block>> {};
struct until : node<Kind::Until, any_word<W::Acknowledged, W::Identified, W::Resolved>> {};
struct trigger_while : node<Kind::While, kw<W::While>, expr> {};
struct trigger
    : node<Kind::Trigger,
           sor<seq<any_word<W::After, W::Every>, cut<length, opt<trigger_while>>>, seq<kw_word<W::When>, cut<expr>>>> {};
struct rung_line : node<Kind::Rung, trigger, cut<sor<notify, seq<eol, lines<notify>>>>> {};
struct rung : sor<note, rung_line, raise<103>> {};
struct escalation
    : node<Kind::Escalation, kw<W::Escalation>, cut<kw<W::Until>, until, star<kw<W::Or>, until>, eol, lines<rung>>> {};

// ── tests ──
struct turn : node<Kind::Turn, colour, opt<integer, kw<W::Times>>> {};
struct utterance_or_name : sor<utterance, seq<name, eol>> {};
struct cell : node<Kind::Cell, sor<any_name, text>, sign<W::Equals>, expr> {};
struct printed : node<Kind::Raw, opt<segment>, newline, opt<raw_block_lines>> {};
template <Word First, typename... Rules> struct reply : node<Kind::Reply, kw_word<First>, cut<Rules...>> {};
struct no_reply : node<Kind::Reply, kw<W::No>, cut<any_word<W::Answer, W::Rows>, eol>> {};
struct replies
    : node<Kind::Replies, lines<sor<reply<W::Status, integer, eol>, reply<W::Exits, integer, eol>, reply<W::Value, expr, eol>,
                                    reply<W::Takes, duration, eol>, reply<W::Then, eol>, reply<W::Row, comma_list<cell>, eol>,
                                    no_reply, reply<W::Refuses, title, eol>, reply<W::Unasked, title, eol>,
                                    reply<W::Prints, printed, skip>, reply<W::Body, printed, skip>, raise<107>>>> {};
struct said_once : node<Kind::Raw, opt<segment>, short_enough, newline, skip> {};
struct given_others : node<Kind::GivenOthers, kw<W::Other>, kw<W::Checks>, kw<W::Are>, colour, eol> {};
struct given_utterance : node<Kind::GivenUtterance, node<Kind::Utterance, speaker, said_once>, replies> {};
struct given_until : node<Kind::GivenUntil, kw<W::Until>, utterance_or_name> {};
struct given_turns : wrap<Kind::GivenTurns, kw<W::Is>, cut<turn, star<kw<W::Then>, turn>, sor<given_until, eol>>> {};
struct given_ref : wrap<Kind::GivenRef, eol, cut<replies>> {};
struct given : seq<kw<W::Given>, cut<sor<given_others, given_utterance, seq<ref, sor<given_turns, given_ref>>>>> {};

struct run_in : node<Kind::RunIn, kw<W::In>, name> {};
struct allowing : node<Kind::Allowing, kw<W::Allowing>, comma_list<step_name>> {};
struct test_run : node<Kind::TestRun, kw<W::Run>,
                       cut<name, any_word<W::Interactive, W::Headless>, opt<run_in>, opt<allowing>,
                           opt<kw<W::With>, comma_list<arg>>, eol>> {};
struct test_line;
struct at_time : node<Kind::At, kw<W::At>, cut<duration, sor<seq<eol, lines<test_line>>, test_line>>> {};
struct ticks : node<Kind::OperatorTicks, kw<W::Ticks>, kw<W::Everything>> {};
struct decides : node<Kind::OperatorDecides, any_word<W::Approves, W::Refuses>, opt<kw<W::As>, name>> {};
struct answers : node<Kind::OperatorAnswers, kw<W::Answers>, arg> {};
struct judges : node<Kind::OperatorJudges, kw<W::Judges>, ref, kw<W::Is>, colour> {};
struct skips : node<Kind::OperatorSkips, kw<W::Skips>, step_name> {};
struct aborts : node<Kind::OperatorAborts, kw<W::Aborts>> {};
struct operator_line : seq<kw<W::Operator>, cut<sor<ticks, decides, answers, judges, skips, aborts>, eol>> {};
struct acknowledge : node<Kind::Acknowledge, kw<W::Acknowledge>, cut<kw<W::As>, name, eol>> {};
struct crash : node<Kind::Crash, kw<W::Crash>, cut<eol>> {};
struct times : sor<flag<W::Once>, seq<integer, kw<W::Times>>> {};
struct expect_nobody : node<Kind::ExpectNobody, kw<W::Nobody>, kw<W::Paged>, eol> {};
struct expect_outcome
    : node<Kind::ExpectOutcome, kw<W::Outcome>, kw<W::Is>, any_word<W::Resolved, W::Escalated, W::Failed, W::Aborted>, eol> {};
template <Kind K, Word First>
struct expect_part : node<K, kw<First>, step_name, any_word<W::Waiting, W::Ran, W::Skipped, W::Failed>, eol> {};
struct expect_did : node<Kind::ExpectDid, opt<flag<W::Never>>, kw<W::Did>, opt<times>, utterance_or_name> {};
struct expect_notified : node<Kind::ExpectNotified, name, opt<flag<W::Not>>, any_word<W::Paged, W::Told>, opt<times>, eol> {};
struct expect_that : node<Kind::ExpectThat, expr, eol> {};
struct expect
    : seq<kw<W::Expect>, cut<sor<expect_nobody, expect_outcome, expect_part<Kind::ExpectStep, W::Step>,
                                 expect_part<Kind::ExpectCause, W::Cause>, expect_did, expect_notified, expect_that>>> {};
struct test_line : sor<note, test_run, given, at_time, operator_line, acknowledge, crash, expect, raise<106>> {};
struct test_def : node<Kind::Test, kw<W::Test>, cut<new_name, opt<title>, eol, lines<test_line>>> {};

// ── files ──
struct use : node<Kind::Use, kw<W::Use>, cut<module_name, opt<kw<W::For>, comma_list<name>>, eol>> {};
struct secret_from : sor<seq<any_word<W::Env, W::File>, cut<bare, eol>>, seq<kw_word<W::Command>, raw_line, newline, skip>> {};
struct secret : node<Kind::Secret, kw<W::Secret>, cut<new_name, kw<W::From>, secret_from>> {};
struct env_input : node<Kind::EnvInput, kw<W::Input>, cut<any_name_token, one<'.'>, any_name, sign<W::Equals>, expr, eol>> {};
struct binding : node<Kind::Binding, name, sign<W::Equals>, cut<raw_line, newline, skip>> {};
struct env : node<Kind::Env, kw<W::Env>,
                  cut<new_name, opt<flag<W::Protected>>, opt<title>, eol, lines<sor<note, env_input, binding, raise<109>>>>> {};
struct message : node<Kind::Message, kw<W::Message>, cut<new_name, opt<params>, opt<title>, eol, raw_block, skip>> {};
struct procedure : node<Kind::Procedure, kw<W::Procedure>, cut<new_name, opt<params>, opt<title>, eol, block>> {};
struct pattern
    : node<Kind::Pattern, any_word<W::Reads, W::Changes, W::Destroys, W::Repeats, W::Runs>, cut<raw_line, newline, skip>> {};
struct exports : node<Kind::Exports, kw<W::Exports>, cut<any_name, sign<W::Equals>, sor<text, name>, eol>> {};
struct resource_line : sor<note, pattern, exports, raise<109>> {};
struct resource_kind : any_word<W::Postgres, W::Pgbouncer, W::Redis, W::Http, W::Prometheus, W::Compose, W::Host, W::Command,
                                W::Contact, W::Channel> {};
struct resource : node<Kind::Resource, opt<flag<W::Optional>>, resource_kind,
                       cut<new_name, opt<params>, opt<title>, eol, opt<lines<resource_line>>>> {};
struct part : sor<note, meta, input, escalation, check_def, message, step, afterwards, raise<102>> {};
struct runbook : node<Kind::Runbook, kw<W::Runbook>, cut<new_name, opt<title>, eol, lines<part>>> {};
struct declaration : sor<use, secret, env, message, check_def, procedure, runbook, test_def, resource, raise<101>> {};
struct file : seq<skip, rest<declaration>, end_of_file> {};

} // namespace rbc::parsing::rules
