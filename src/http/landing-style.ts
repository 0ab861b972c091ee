/** The whole style of the landing page. Light or dark as the browser prefers; nothing is loaded from elsewhere. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --line: #e2e5ea; --text: #1b2130; --muted: #5d6678; --link: #1c56c9;
  --ok: #14683b; --ok-bg: #dcf4e6; --bad: #a3161f; --bad-bg: #fde3e4; --warn: #7f4a00; --warn-bg: #fdeccd; --idle: #4b5468; --idle-bg: #e8ebf0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10141b; --card: #181e28; --line: #2a3240; --text: #e6e9ef; --muted: #98a2b5; --link: #8bb4ff;
    --ok: #7fe0a8; --ok-bg: #12372a; --bad: #ff9ea3; --bad-bg: #481c21; --warn: #ffcf85; --warn-bg: #44310f; --idle: #b6bfd0; --idle-bg: #2a3240;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header, main, footer { max-width: 88rem; margin: 0 auto; padding: 0 1.5rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; padding-top: 1.75rem; }
h1 { margin: 0; font-size: 1.4rem; letter-spacing: -.01em; }
header p { margin: 0; color: var(--muted); }
header nav { margin-left: auto; display: flex; flex-wrap: wrap; gap: 1.1rem; }
h2 { font-size: 1rem; margin: 2rem 0 .6rem; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem; margin: 1.4rem 0 0; padding: 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .75rem 1rem; }
.tile dt { color: var(--muted); font-size: .85rem; }
.tile dd { margin: 0; font-size: 1.6rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tile.bad dd { color: var(--bad); }
.notice { background: var(--warn-bg); color: var(--text); border-left: 4px solid var(--warn); border-radius: 6px; padding: .8rem 1.1rem; margin: 1.2rem 0 0; }
.notice p { margin: 0; } .notice ul { margin: .4rem 0 0; padding-left: 1.2rem; }
.notice.bad { background: var(--bad-bg); border-color: var(--bad); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .55rem .75rem; vertical-align: top; }
td { border-top: 1px solid var(--line); }
thead th { color: var(--muted); font-size: .8rem; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; border-top: 1px solid var(--line); }
tbody tr:hover { background: color-mix(in srgb, var(--link) 6%, transparent); }
.number { text-align: right; }
.whole { white-space: nowrap; }
.mono { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .92em; }
small, .muted { color: var(--muted); }
small { display: block; font-size: .82rem; }
.trouble { color: var(--bad); min-width: 14rem; max-width: 26rem; overflow-wrap: anywhere; }
.facts th { width: 12rem; }
.pill { display: inline-block; border-radius: 999px; padding: .08rem .65rem; font-size: .82rem; font-weight: 600; white-space: nowrap; }
.pill::before { content: ""; display: inline-block; width: .5em; height: .5em; border-radius: 50%; background: currentColor; margin-right: .45em; vertical-align: .08em; }
.pill.ok { color: var(--ok); background: var(--ok-bg); } .pill.bad { color: var(--bad); background: var(--bad-bg); }
.pill.warn { color: var(--warn); background: var(--warn-bg); } .pill.idle { color: var(--idle); background: var(--idle-bg); }
.empty { padding: 1.2rem; margin: 0; color: var(--muted); }
#lost { display: none; }
.lost #lost { display: block; }
.lost main { opacity: .55; }
footer { color: var(--muted); font-size: .85rem; padding-top: 1.5rem; padding-bottom: 2rem; }
@media (max-width: 40rem) { header, main, footer { padding-left: .9rem; padding-right: .9rem; } header nav { margin-left: 0; } th, td { padding: .5rem .6rem; } }
`;
