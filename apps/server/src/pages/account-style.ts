export const ACCOUNT_STYLE = `:root { color-scheme: light dark; --text: #1c2127; --quiet: #57606a; --line: #c9d1d9; --page: #f6f8fa; --card: #fff; --accent: #0b5cad; --on-accent: #fff; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --quiet: #9aa4b0; --line: #3d444d; --page: #0d1117; --card: #161b22; --accent: #4493f8; --on-accent: #0d1117; --bad: #ff8b80; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { width: min(27rem, calc(100vw - 2rem)); margin: 1rem 0; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
h1 { margin: 0 0 .5rem; font-size: 1.35rem; }
form { display: grid; gap: 1rem; }
[hidden] { display: none !important; }
label { display: grid; gap: .25rem; font-weight: 600; }
small { color: var(--quiet); font-weight: 400; }
input { font: inherit; font-weight: 400; color: inherit; background: var(--page); padding: .55rem .7rem; border: 1px solid var(--line); border-radius: 6px; }
button { font: inherit; font-weight: 600; padding: .6rem 1rem; border: 0; border-radius: 6px; background: var(--accent); color: var(--on-accent); cursor: pointer; }
button:disabled { opacity: .6; cursor: progress; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
pre { overflow: auto; padding: .8rem; background: var(--page); border: 1px solid var(--line); border-radius: 6px; font-size: .85rem; white-space: pre-wrap; overflow-wrap: anywhere; }
#problem { color: var(--bad); margin: 1rem 0 0; }
#problem:empty { display: none; }
`;
