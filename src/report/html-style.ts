// The page's style sheet. No url(), no @import, no font beyond the system's: the page fetches nothing.

export const STYLE: string = `
:root {
  color-scheme: light dark;
  --page: #f6f6f3; --card: #fff; --sunk: #f1f0ec; --text: #1d1d1b; --soft: #63625c; --line: #dfded8;
  --critical: #a01260; --high: #c02a1d; --medium: #a15c00; --low: #1f6feb; --info: #6a6963;
  --pass: #1a7f45; --fail: #c02a1d; --undecided: #a15c00;
  --mark: #ffe08a; --mark-text: #3a2a00; --chip: #ece4fb; --chip-text: #5b2ea6; --link: #1558b8; --focus: #1558b8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #161615; --card: #1f1f1d; --sunk: #282826; --text: #ecebe6; --soft: #a3a29a; --line: #373632;
    --critical: #f178b6; --high: #ff7b6b; --medium: #eab04d; --low: #79b0ff; --info: #a3a29a;
    --pass: #4cc47f; --fail: #ff7b6b; --undecided: #eab04d;
    --mark: #6b4e00; --mark-text: #ffe9b0; --chip: #3a2c57; --chip-text: #d3bdff; --link: #85b7ff; --focus: #85b7ff;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { background: var(--page); color: var(--text); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
body { margin: 0 auto; max-width: 1080px; padding: 28px 24px 64px; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: 2px; }
code, .mono { font: 13px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono", monospace; }
h1, h2, h3, h4, p, dl, dd, ol, ul { margin: 0; padding: 0; }
h2 { font-size: 17px; font-weight: 650; margin: 32px 0 12px; }
h2 .soft { font-weight: 400; font-size: 14px; }
h3 { font-size: 15px; font-weight: 650; }
h4 { font-size: 12px; font-weight: 600; color: var(--soft); margin: 16px 0 4px; }
ol, ul { list-style: none; }
.soft { color: var(--soft); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { position: static; }

.brand { display: flex; justify-content: space-between; gap: 16px; font-size: 13px; color: var(--soft); margin-bottom: 12px; }
.brand nav { display: flex; flex-wrap: wrap; gap: 2px 16px; } .brand a { color: inherit; }
.brand b { color: var(--text); font-weight: 650; letter-spacing: .01em; }
.verdict { background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--tone); border-radius: 10px; padding: 20px 24px; }
.verdict.pass { --tone: var(--pass); } .verdict.fail { --tone: var(--fail); } .verdict.undecided { --tone: var(--undecided); }
.verdict h1 { font-size: 24px; line-height: 1.3; font-weight: 680; letter-spacing: -.01em; }
.verdict h1 span { color: var(--tone); margin-right: 4px; }
.verdict p { margin-top: 6px; }
.verdict ul { margin-top: 10px; padding-left: 18px; list-style: disc; color: var(--soft); }

.tiles { display: grid; grid-template-columns: repeat(6, 1fr); gap: 10px; margin-top: 12px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; line-height: 1.35; }
.tile b { display: block; font-size: 21px; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; color: var(--tone, var(--text)); }
.tile span { font-size: 13px; color: var(--soft); }
.tile.none b { color: var(--soft); font-weight: 500; }
.critical { --tone: var(--critical); } .high { --tone: var(--high); } .medium { --tone: var(--medium); }
.low { --tone: var(--low); } .info { --tone: var(--info); }

.panel { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.files > li { padding: 12px 16px; border-top: 1px solid var(--line); }
.files > li:first-child { border-top: 0; }
.file { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 20px; }
.file .name { font-weight: 550; }
.facts { font-size: 13px; color: var(--soft); }
.strip { display: block; width: 100%; height: 22px; margin-top: 8px; background: var(--sunk); border-radius: 4px; }
.scale span:nth-child(odd) { white-space: nowrap; } .scale span:nth-child(2) { text-align: center; }
.strip rect { fill: var(--tone); }
.scale { display: flex; justify-content: space-between; gap: 12px; font-size: 12px; color: var(--soft); margin-top: 3px; font-variant-numeric: tabular-nums; }
.badge { color: var(--tone); font-weight: 600; white-space: nowrap; }
.badge::before { content: ""; display: inline-block; width: 8px; height: 8px; border-radius: 50%; background: var(--tone); margin-right: 7px; }
.state { font-size: 13px; white-space: nowrap; }
.state.partial, .state.none { color: var(--undecided); font-weight: 600; }
.fold > summary { padding: 10px 16px; cursor: pointer; color: var(--soft); }

#filters { display: none; }
.js #filters { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; margin-bottom: 10px; }
#filters input[type="search"], #filters select, button {
  font: inherit; font-size: 14px; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 6px 10px; min-height: 36px;
}
#filters input[type="search"] { flex: 1 1 240px; min-width: 0; }
#filters select { max-width: 230px; }
button { cursor: pointer; } button:hover { border-color: var(--soft); }
.checks { display: flex; flex-wrap: wrap; gap: 6px; border: 0; margin: 0; padding: 0; width: 100%; align-items: center; }
.checks label { display: inline-flex; align-items: center; gap: 6px; border: 1px solid var(--line); background: var(--card); border-radius: 999px; padding: 3px 12px 3px 9px; font-size: 13px; cursor: pointer; }
.checks input { accent-color: var(--tone); margin: 0; }
#status { font-size: 13px; color: var(--soft); margin-left: auto; }
.js .nojs { display: none; }

#list > details, .finding { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin-bottom: 8px; content-visibility: auto; contain-intrinsic-size: auto 64px; }
.finding > summary { display: grid; grid-template-columns: 92px 1fr auto; gap: 2px 14px; padding: 12px 16px; cursor: pointer; list-style: none; border-radius: 10px; }
.finding > summary::-webkit-details-marker { display: none; }
.finding > summary:hover .title { text-decoration: underline; text-underline-offset: 3px; text-decoration-thickness: 1px; }
.finding .title { font-weight: 600; }
.finding .where { grid-column: 2 / -1; font-size: 13px; color: var(--soft); }
.finding .rows { font-size: 13px; color: var(--soft); text-align: right; font-variant-numeric: tabular-nums; }
.finding.waived .title, .finding.waived .badge { color: var(--soft); }
.body { padding: 2px 16px 18px; margin-left: 106px; }
.rule { display: grid; grid-template-columns: auto 1fr; gap: 8px 14px; align-items: baseline; background: var(--sunk); border-radius: 8px; padding: 12px 14px; margin-top: 12px; }
.rule .label { color: var(--soft); font-size: 13px; }
.rule code { font-weight: 600; }
.samples li { display: grid; grid-template-columns: 92px 1fr; gap: 12px; border-top: 1px solid var(--line); padding: 7px 0; }
.samples li:first-child { border-top: 0; }
.samples .at { font-size: 13px; color: var(--soft); font-variant-numeric: tabular-nums; }
mark { background: var(--mark); color: var(--mark-text); border-radius: 3px; padding: 1px 2px; }
.chip { background: var(--chip); color: var(--chip-text); border-radius: 4px; padding: 0 4px; font-size: 12px; }
mark.chip { outline: 2px solid var(--mark); }
.pairs { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; font-size: 14px; }
.pairs dt { color: var(--soft); max-width: 220px; } .pairs dd { min-width: 0; }
.note { margin-top: 12px; }
.links { display: flex; flex-wrap: wrap; gap: 4px 14px; font-size: 13px; color: var(--soft); margin-top: 14px; }
.problems li { padding: 3px 0 3px 16px; color: var(--soft); }
.card { padding: 16px 18px; border-top: 1px solid var(--line); } .card:first-child { border-top: 0; }
.card p { margin-top: 6px; } .card b { font-weight: 600; }
footer { margin-top: 40px; font-size: 13px; color: var(--soft); }

@media (max-width: 640px) {
  body { padding: 16px 14px 48px; }
  .verdict { padding: 16px; } .verdict h1 { font-size: 20px; }
  .tiles { grid-template-columns: repeat(3, 1fr); gap: 8px; } .tile { padding: 8px 10px; }
  .brand { flex-direction: column; gap: 4px; }
  .finding > summary { grid-template-columns: 1fr auto; padding: 12px; }
  .finding .title, .finding .where { grid-column: 1 / -1; }
  .finding .rows { grid-row: 1; grid-column: 2; }
  .body { margin-left: 0; padding: 2px 12px 16px; }
  .samples li, .pairs { grid-template-columns: 1fr; gap: 2px; }
  .rule { grid-template-columns: 1fr; gap: 2px; } .rule code { margin-bottom: 8px; }
  #filters select { flex: 1 1 40%; min-width: 0; max-width: 100%; }
}
@media print {
  html { background: #fff; font-size: 12px; } body { max-width: none; padding: 0; }
  .js #filters, #more, .skip { display: none; }
  .finding, .panel, .tile, .verdict { break-inside: avoid; content-visibility: visible; }
  details::details-content { content-visibility: visible; block-size: auto; }
  a { color: inherit; text-decoration: none; }
}
`;
