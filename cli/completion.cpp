// The scripts that shells load: each asks `rbc __complete` with the words so far, and shows what comes back (cli/commands/complete.cpp).
#include <string>

#include "cli/command.hpp"

namespace rbc::cli {

namespace {

// Bash breaks words at `=` and `:`, which rbc does not: they are put together again, and what bash thinks is done already is taken off.
constexpr std::string_view kBash = R"sh(# bash completion of rbc
_rbc() {
  local program=${1:-rbc} word line glue="" begun="" i
  local -a words=() found=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((${#words[@]} > 0)) && [[ -n $glue || $word =~ ^[=:]+$ ]]; then
      begun=${words[-1]}
      [[ $word =~ ^[=:]+$ ]] && begun+=$word
      words[-1]+=$word
    else
      begun=""
      words+=("$word")
    fi
    glue=""
    [[ $word =~ ^[=:]+$ ]] && glue=yes
  done
  mapfile -t found < <("${program/#\~/$HOME}" __complete "${words[@]}" 2> /dev/null)
  word=${words[-1]#"$begun"}
  COMPREPLY=()
  compopt -o nosort 2> /dev/null
  for line in "${found[@]}"; do
    case $line in
      :runbooks)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$word"; compgen -f -X '!*.runbook' -- "$word")
        ;;
      :files)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        ;;
      :folders)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        ;;
      *)
        line=${line%%$'\t'*}
        COMPREPLY+=("${line#"$begun"}")
        ;;
    esac
  done
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2> /dev/null
  return 0
}
complete -F _rbc rbc
)sh";

constexpr std::string_view kZsh = R"sh(#compdef rbc
_rbc() {
  local line word item nothing=1
  local -a found closed open
  found=("${(@f)$("${words[1]/#\~/$HOME}" __complete "${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2> /dev/null)}")
  for line in $found; do
    case $line in
      (:runbooks) compset -P '--*='; _files -g '*.runbook' && nothing=0 ;;
      (:files) compset -P '--*='; _files && nothing=0 ;;
      (:folders) compset -P '--*='; _files -/ && nothing=0 ;;
      (*)
        word=${line%%$'\t'*}
        item=${word//:/\\:}
        [[ $line == *$'\t'* ]] && item+=":${line#*$'\t'}"
        if [[ $word == *= ]]; then open+=("$item"); else closed+=("$item"); fi
        ;;
    esac
  done
  (( ${#closed} )) && _describe -V -t words 'rbc' closed && nothing=0
  (( ${#open} )) && _describe -V -t names 'rbc' open -S '' && nothing=0
  return nothing
}
if [[ $funcstack[1] == _rbc ]]; then _rbc "$@"; else compdef _rbc rbc; fi
)sh";

constexpr std::string_view kFish = R"sh(# fish completion of rbc
function __rbc_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    for line in ($program __complete $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case :runbooks
                __fish_complete_suffix .runbook
            case :files
                __fish_complete_path "$current"
            case :folders
                __fish_complete_directories "$current"
            case '*'
                printf '%s\n' $line
        end
    end
end
complete -c rbc -f -k -a '(__rbc_complete)'
)sh";

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return std::string(kBash);
  if (shell == "zsh") return std::string(kZsh);
  if (shell == "fish") return std::string(kFish);
  return {};
}

}  // namespace rbc::cli
