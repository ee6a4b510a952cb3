import { createHash } from 'node:crypto';

/** The pages' only style. Colours follow the reader's light or dark; signs say the same without them. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0; --tint: #f6f8fa;
  --link: #0550ae;
  --old: #ffebe9; --old-word: #ffc1ba; --old-ink: #82071e;
  --new: #e6ffec; --new-word: #a7f0ba; --new-ink: #055d20;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --ink: #e6edf3; --faint: #9da7b3; --line: #30363d; --tint: #161b22;
    --link: #79b8ff;
    --old: #3c1618; --old-word: #7d2a2c; --old-ink: #ffc9c2;
    --new: #12301d; --new-word: #1f6a36; --new-ink: #aff5c4;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 56rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 0; font-size: 1.125rem; line-height: 1.35; }
section > h2 { margin: 1.5rem 0 .375rem; font-size: 1rem; }
h3 { margin: 1rem 0 .25rem; font-size: .875rem; font-weight: 600; color: var(--faint); }
header p, .by { margin: .25rem 0 0; color: var(--faint); }
.by { font-size: .875rem; }
.log { margin: 0; padding: 0; list-style: none; }
.log > li { margin-top: 1.25rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.version { color: var(--faint); font-weight: 400; }
blockquote { margin: .5rem 0 0; padding-left: .75rem; border-left: .2rem solid var(--line); }
.lines { border: 1px solid var(--line); border-radius: .375rem; overflow: hidden; background: var(--tint); }
.lines > * {
  display: flex; min-height: calc(1.5em + .25rem); padding: .125rem .625rem; text-decoration: none;
  font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
.lines > ins { background: var(--new); color: var(--new-ink); }
.lines > del { background: var(--old); color: var(--old-ink); }
.lines > .skipped { color: var(--faint); font-family: inherit; }
.sign { flex: none; width: 1.5em; user-select: none; }
.text { flex: 1; min-width: 0; white-space: pre-wrap; unicode-bidi: isolate; }
mark { padding: .1em 0; border-radius: .2em; color: inherit; font-weight: 600; }
ins mark { background: var(--new-word); text-decoration: underline; text-underline-offset: .2em; }
del mark { background: var(--old-word); text-decoration: line-through; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
nav { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
a { color: var(--link); }
a:focus-visible { outline: .2rem solid var(--link); outline-offset: .2rem; }
@media (forced-colors: active) { mark { outline: 1px solid; } }
@media print { .lines { break-inside: avoid; } }
`;

/** It lets a page show itself in its one style, and do nothing else. */
export const policyFor = (style: string): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
export const PAGE_POLICY = policyFor(STYLE);
