// Every field of a program in the order of the image, once, for whoever goes through all of them.
#pragma once
#include "vm/bytecode/program.hpp"

namespace rbc {

template <class A, class T> concept OneOf = std::is_same_v<std::remove_const_t<A>, T>;

template <class A> void fields(A& a, OneOf<Site> auto& x) { a(x.file, x.line, x.column, x.text); }
template <class A> void fields(A& a, OneOf<Words> auto& x) { a(x.plain, x.function); }
template <class A> void fields(A& a, OneOf<Piece> auto& x) { a(x.as, x.escape, x.optional, x.hole, x.text); }
template <class A> void fields(A& a, OneOf<Template> auto& x) {
  a(x.resource, x.row, x.language, x.effect, x.repeatable, x.limit, x.arguments, x.holes, x.pieces, x.shown, x.shown_holes, x.secret_holes,
    x.hole_names, x.path, x.relations, x.form, x.one_row, x.exit_answers, x.answer, x.secret, x.site);
}
template <class A> void fields(A& a, OneOf<Parameter> auto& x) { a(x.name, x.type); }
template <class A> void fields(A& a, OneOf<Resource::Export> auto& x) { a(x.name, x.value, x.secret); }
template <class A> void fields(A& a, OneOf<Resource> auto& x) {
  a(x.kind, x.name, x.title, x.optional, x.used, x.parameters, x.exports, x.runs);
}
template <class A> void fields(A& a, OneOf<BindingPiece> auto& x) { a(x.as, x.text, x.index); }
template <class A> void fields(A& a, OneOf<Binding> auto& x) { a(x.resource, x.address, x.via); }
template <class A> void fields(A& a, OneOf<EnvironmentInput> auto& x) { a(x.runbook, x.input, x.function); }
template <class A> void fields(A& a, OneOf<Environment> auto& x) { a(x.name, x.title, x.guarded, x.bindings, x.inputs); }
template <class A> void fields(A& a, OneOf<Secret> auto& x) { a(x.name, x.from, x.source); }
template <class A> void fields(A& a, OneOf<Function> auto& x) { a(x.name, x.kind, x.begin, x.end, x.parameters, x.locals, x.exported); }
template <class A> void fields(A& a, OneOf<CheckInfo> auto& x) { a(x.name, x.title, x.function, x.resources, x.bound); }
template <class A> void fields(A& a, OneOf<HumanInfo> auto& x) {
  a(x.kind, x.name, x.type, x.has_default, x.has_limit, x.by, x.needed, x.options, x.notes, x.step, x.approved, x.ladder, x.site);
}
template <class A> void fields(A& a, OneOf<NoticeInfo> auto& x) { a(x.what, x.to, x.site); }
template <class A> void fields(A& a, OneOf<StepInfo> auto& x) { a(x.name, x.title, x.begin, x.end, x.site); }
template <class A> void fields(A& a, OneOf<CauseInfo> auto& x) { a(x.name, x.title, x.site, x.only_items); }
template <class A> void fields(A& a, OneOf<Rung> auto& x) { a(x.trigger, x.length, x.condition, x.body, x.pages, x.site); }
template <class A> void fields(A& a, OneOf<Ladder> auto& x) { a(x.until_acknowledged, x.until_identified, x.until_resolved, x.rungs, x.of, x.called); }
template <class A> void fields(A& a, OneOf<CalledRunbook> auto& x) { a(x.id, x.title, x.function, x.afterwards, x.first_slot, x.slots); }
template <class A> void fields(A& a, OneOf<InputInfo> auto& x) { a(x.name, x.type, x.slot, x.preset, x.cap, x.title); }
template <class A> void fields(A& a, OneOf<AlertInfo> auto& x) { a(x.name, x.severity, x.labels); }
template <class A> void fields(A& a, OneOf<Runbook> auto& x) {
  a(x.id, x.title, x.severity, x.alerts, x.about, x.inputs, x.slots, x.main, x.afterwards, x.goal_verdict, x.ladders, x.steps, x.causes,
    x.called, x.acknowledge_target, x.resolve_target);
}
template <class A> void fields(A& a, OneOf<Statement> auto& x) { a(x.begin, x.end, x.site); }
template <class A> void fields(A& a, OneOf<Line> auto& x) { a(x.pc, x.site); }
template <class A> void fields(A& a, OneOf<BoundLine> auto& x) { a(x.text, x.micros, x.depth, x.why, x.site); }
template <class A> void fields(A& a, OneOf<Bounds> auto& x) { a(x.longest, x.longest_at_caps, x.first_page, x.path); }
template <class A> void fields(A& a, OneOf<Program> auto& x) {
  a(x.version, x.language, x.files, x.code, x.constants, x.names, x.types, x.functions, x.templates, x.resources, x.environments, x.secrets,
    x.checks, x.humans, x.notices, x.sites, x.lines, x.statements, x.runbook, x.bounds);
}

// The last of each enumeration that an image holds.
constexpr unsigned last_of(Language) { return static_cast<unsigned>(Language::promql); }
constexpr unsigned last_of(Escape) { return static_cast<unsigned>(Escape::prom_duration); }
constexpr unsigned last_of(Piece::As) { return static_cast<unsigned>(Piece::As::body); }
constexpr unsigned last_of(Effect) { return static_cast<unsigned>(Effect::destroys); }
constexpr unsigned last_of(ResourceKind) { return static_cast<unsigned>(ResourceKind::clock); }
constexpr unsigned last_of(BindingPiece::As) { return static_cast<unsigned>(BindingPiece::As::parameter); }
constexpr unsigned last_of(Secret::From) { return static_cast<unsigned>(Secret::From::command); }
constexpr unsigned last_of(FunctionKind) { return static_cast<unsigned>(FunctionKind::called); }
constexpr unsigned last_of(HumanKind) { return static_cast<unsigned>(HumanKind::caution); }
constexpr unsigned last_of(NoticeInfo::What) { return static_cast<unsigned>(NoticeInfo::What::escalate); }
constexpr unsigned last_of(Rung::Trigger) { return static_cast<unsigned>(Rung::Trigger::when); }
constexpr unsigned last_of(Ladder::Of) { return static_cast<unsigned>(Ladder::Of::called); }
constexpr unsigned last_of(TypeTag) { return static_cast<unsigned>(TypeTag::rows); }

}  // namespace rbc
