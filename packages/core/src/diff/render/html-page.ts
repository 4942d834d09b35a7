const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--muted:#59636e;--line:#d1d9e0;--soft:#f6f8fa;--ins:#dafbe1;--inst:#0b5d23;--del:#ffebe9;--delt:#a40e26;--upd:#fff8c5;--updt:#7d4e00;--mark:#0969da}
@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--muted:#9198a1;--line:#30363d;--soft:#161b22;--ins:#12261e;--inst:#56d364;--del:#25171c;--delt:#ff7b72;--upd:#272115;--updt:#e3b341;--mark:#58a6ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;display:flex;flex-direction:column}
header,main,.verdicts,footer{width:100%;max-width:1200px;margin:0 auto;padding:0 24px}
header{order:-3;padding-top:28px}.verdicts{order:-2}
h1{font-size:20px;margin:0 0 4px;font-weight:650}h2{font-size:15px;margin:32px 0 8px;font-weight:650}
.sides{color:var(--muted);margin:0;display:grid;grid-template-columns:auto 1fr;gap:0 12px}.sides b{color:var(--fg);font-weight:500;overflow-wrap:anywhere}
table{border-collapse:separate;border-spacing:0;width:100%;border:1px solid var(--line);border-radius:8px;overflow:hidden}
th,td{padding:5px 12px;text-align:left;vertical-align:top;border-top:1px solid var(--line)}thead th{border-top:0;background:var(--soft);font-weight:600;color:var(--muted);font-size:12px}
.verdicts table{margin-top:20px}.verdicts td{font-variant-numeric:tabular-nums}.verdicts .n{text-align:right}.verdicts tfoot td{font-weight:600;background:var(--soft)}.verdicts a{color:var(--mark);text-decoration:none}.verdicts a:hover{text-decoration:underline}
.zero{color:var(--muted)}.ok{color:var(--inst)}.i{color:var(--inst)}.u{color:var(--updt)}.d{color:var(--delt)}
.note{border:1px solid var(--updt);background:var(--upd);border-radius:8px;padding:8px 12px;margin:16px 0 0}
.filter{position:sticky;top:0;background:var(--bg);padding:12px 24px;margin:12px auto 0;display:flex;gap:12px;flex-wrap:wrap;align-items:center;border-bottom:1px solid var(--line);width:100%;max-width:1200px;z-index:1;order:-1}
.filter label{display:flex;gap:6px;align-items:center}.filter select,.filter input[type=search]{font:inherit;color:inherit;background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:3px 8px}
.rows td,.rows th{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.rows{table-layout:fixed}.rows .c{width:22%;color:var(--muted);font-weight:400}.rows .k{width:auto}
.rows tbody{content-visibility:auto}.rows tr.h th{background:var(--soft);font-weight:600;text-align:left}
.rows tr.h .m{display:inline-block;width:1.4em;font-weight:700}
.v{white-space:pre-wrap;max-height:22em;overflow:auto;border-radius:4px;padding:0 6px;display:block;width:fit-content;max-width:100%}.v.o{background:var(--del);color:var(--delt)}.v.a{background:var(--ins);color:var(--inst)}.v+.v{margin-top:2px}
.v b{font-weight:700;text-decoration:underline;text-underline-offset:3px;text-decoration-thickness:1px}
.null{font-style:italic;opacity:.75;font-family:system-ui,sans-serif;font-size:12px;letter-spacing:.06em}
.w{font-style:normal;opacity:.5}
footer{color:var(--muted);padding-top:24px;padding-bottom:40px;font-size:12px}
[hidden]{display:none!important}
`;

const SCRIPT = `
(()=>{const $=(s)=>document.querySelector(s),table=$("#ft"),text=$("#fx"),kinds=[...document.querySelectorAll("#fk input")];
const apply=()=>{const on=new Set(kinds.filter((k)=>k.checked).map((k)=>k.value)),q=text.value.toLowerCase();let n=0;
for(const s of document.querySelectorAll("section[data-t]")){const here=table.value===""||s.dataset.t===table.value;let any=false;
for(const b of s.querySelectorAll("tbody")){const show=here&&on.has(b.dataset.k)&&(q===""||b.textContent.toLowerCase().includes(q));b.hidden=!show;if(show){any=true;n++}}
s.hidden=!any}$("#fn").textContent=n+(n===1?" row":" rows")+" shown"};
for(const e of [table,text,...kinds])e.addEventListener("input",apply);
for(const s of document.querySelectorAll("section[data-t]")){const o=document.createElement("option");o.value=s.dataset.t;o.textContent=s.dataset.n;table.append(o)}
apply()})();
`;

/** The page's first bytes; nothing on it comes from elsewhere, and its policy forbids it. */
export function pageStart(title: string): string {
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">` +
    `<meta name="referrer" content="no-referrer"><title>${title}</title><style>${STYLE}</style></head><body>\n`
  );
}

export const PAGE_FILTER =
  `<div class="filter" role="search"><label>Table <select id="ft"><option value="">all</option></select></label><span id="fk" style="display:flex;gap:12px">` +
  `<label class="i"><input type="checkbox" value="insert" checked> insert</label><label class="u"><input type="checkbox" value="update" checked> update</label>` +
  `<label class="d"><input type="checkbox" value="delete" checked> delete</label></span>` +
  `<label>Text <input type="search" id="fx"></label><span id="fn" class="zero" aria-live="polite"></span></div>\n`;

export const PAGE_END = `<script>${SCRIPT}</script>\n</body></html>\n`;
