// What a program may reach, and with which values it starts.
#include <algorithm>

#include <fmt/format.h>

#include "compiler/outline/plan.hpp"

namespace rbc::outline {

namespace {

// A password that was written into an address is nobody's to read: `postgres://u:•••@h`.
std::string without_password(const std::string& address) {
  const auto scheme = address.find("://");
  if (scheme == std::string::npos) return address;
  const auto end = address.find_first_of("/?# ", scheme + 3);
  const auto at = address.rfind('@', end == std::string::npos ? end : end - 1);
  const auto colon = address.find(':', scheme + 3);
  if (at == std::string::npos || at < scheme || colon == std::string::npos || colon > at) return address;
  const std::string between = address.substr(colon + 1, at - colon - 1);
  if (between.empty() || (between.front() == '<' && between.back() == '>')) return address;
  return address.substr(0, colon + 1) + "•••" + address.substr(at);
}

std::string bare(std::string text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

void bind(Reached& one, const Binding& binding, const Outline& outline, const Program& program, const Wanted& wanted) {
  one.bound = true;
  for (const BindingPiece& piece : binding.address) {
    switch (piece.as) {
      case BindingPiece::As::literal: one.address += piece.text; break;
      case BindingPiece::As::secret:
        one.address += "<" + piece.text + ">";
        one.secrets.push_back(program.secrets[piece.index].name);
        break;
      case BindingPiece::As::parameter: one.address += "<" + piece.text + ">"; break;
      case BindingPiece::As::input: {
        const std::string name = piece.text.substr(piece.text.rfind('.') == std::string::npos ? 0 : piece.text.rfind('.') + 1);
        std::string value;
        for (const Input& input : outline.inputs)
          if (input.name == name) value = bare(filled(outline, input, wanted).value);
        one.address += value.empty() ? "<" + piece.text + ">" : value;
        break;
      }
    }
  }
  one.address = without_password(one.address);
  if (binding.via != kNone) one.via = program.resources[static_cast<std::size_t>(binding.via)].name;
}

std::string first_line(const Template& said) {
  std::string text;
  for (std::size_t i = 0; i < said.shown.size(); ++i) {
    text += said.shown[i];
    if (i < said.shown_holes.size() && said.shown_holes[i] < said.hole_names.size()) text += "<" + said.hole_names[said.shown_holes[i]] + ">";
  }
  const auto begin = text.find_first_not_of(" \n");
  if (begin == std::string::npos) return {};
  const auto end = text.find('\n', begin);
  return text.substr(begin, end == std::string::npos ? end : end - begin) + (end != std::string::npos && text.find_first_not_of(" \n", end) != std::string::npos ? " …" : "");
}

}  // namespace

Filled filled(const Outline& outline, const Input& input, const Wanted& wanted) {
  for (const auto& [name, value] : wanted.inputs)
    if (name == input.name) return {value, "given"};
  for (const Environment& environment : outline.environments)
    if (environment.name == wanted.environment)
      for (const EnvironmentValue& each : environment.inputs)
        if (each.input == input.name) return {each.text, "of " + environment.name};
  if (!input.preset.empty()) return {input.preset, "default"};
  return {"", input.required ? "must be given" : "may be left out"};
}

std::vector<Reached> reached(const Outline& outline, const Program& program, const Wanted& wanted) {
  std::vector<Reached> all(program.resources.size());
  std::vector<bool> used(program.resources.size(), false);
  const rbc::Environment* environment = nullptr;
  for (const rbc::Environment& each : program.environments)
    if (each.name == wanted.environment) environment = &each;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Resource& resource = program.resources[i];
    used[i] = resource.used;
    all[i].name = resource.name, all[i].kind = spell(resource.kind), all[i].title = resource.title, all[i].optional = resource.optional;
    for (const Resource::Export& exported : resource.exports)
      if (exported.secret != kNone) all[i].secrets.push_back(program.secrets[static_cast<std::size_t>(exported.secret)].name);
  }
  for (const Template& said : program.templates) {
    Reached& one = all[said.resource];
    if (said.effect == Effect::destroys) ++one.destroys;
    else if (said.effect == Effect::changes) ++one.changes;
    else ++one.looks;
    if (std::string line = first_line(said); std::find(one.says.begin(), one.says.end(), line) == one.says.end()) one.says.push_back(std::move(line));
    for (std::size_t i = 0; i < said.hole_names.size() && i < said.secret_holes.size(); ++i)
      if (said.secret_holes[i]) one.secrets.push_back(said.hole_names[i]);
  }
  if (environment)
    for (const Binding& binding : environment->bindings) {
      bind(all[binding.resource], binding, outline, program, wanted);
      if (used[binding.resource] && binding.via != kNone) used[static_cast<std::size_t>(binding.via)] = true;
    }
  std::vector<Reached> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::sort(all[i].secrets.begin(), all[i].secrets.end());
    all[i].secrets.erase(std::unique(all[i].secrets.begin(), all[i].secrets.end()), all[i].secrets.end());
    if (used[i] && all[i].kind != "clock") out.push_back(std::move(all[i]));
  }
  return out;
}

std::vector<std::string> refusals(const Outline& outline, const Program& program, const Wanted& wanted) {
  std::vector<std::string> why;
  for (const Input& input : outline.inputs)
    if (filled(outline, input, wanted).from == "must be given") why.push_back(fmt::format("the input {} has no value: give it with {}", code(input.name), code("--input " + input.name + "=…")));
  if (!wanted.environment.empty())
    for (const Reached& each : reached(outline, program, wanted))
      if (!each.bound && !each.optional) why.push_back(fmt::format("{} has no address in {}", code(each.name), code(wanted.environment)));
  return why;
}

}  // namespace rbc::outline
