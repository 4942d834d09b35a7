const BASH = `_syncline() {
  local IFS=$'\\n'
  COMPREPLY=($(syncline complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _syncline syncline
`;

const ZSH = `#compdef syncline
_syncline() {
  local -a found
  found=("\${(@f)$(syncline complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _syncline syncline
`;

const FISH = `complete -c syncline -a '(syncline complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`;

const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

export function completionScript(shell: string): string {
  return SCRIPTS[shell] ?? "";
}
