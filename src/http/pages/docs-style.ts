import { STYLE } from './style.js';

/** The style of the live API's page, on top of that of all pages. */
export const DOCS_STYLE = `${STYLE}
html { scroll-padding-top: 1rem; }
body { max-width: 78rem; }
header { max-width: 46rem; }
header p { color: var(--ink); }
.columns { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 0 3rem; align-items: start; }
.contents {
  position: sticky; top: 0; max-height: 100vh; overflow-y: auto;
  margin: 0; padding: 1.5rem 0; border: 0; font-size: .875rem;
}
.contents h2 { margin: 1rem 0 .25rem; font-size: .75rem; letter-spacing: .04em; text-transform: uppercase; color: var(--faint); }
.contents h2:first-child { margin-top: 0; }
.contents ul { margin: 0; padding: 0; list-style: none; }
.contents a { display: block; padding: .125rem 0; color: var(--ink); text-decoration: none; }
.contents a:hover { color: var(--link); text-decoration: underline; }
.text-part { max-width: 46rem; }
main section > h2 { margin: 2.5rem 0 .5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); font-size: 1.375rem; }
main section:first-child > h2 { margin-top: 0; border-top: 0; }
article { margin-top: 2rem; }
article > h3 { margin: 0; font-size: 1.0625rem; color: var(--ink); }
article > h3 a { color: inherit; text-decoration: none; }
article > h3 a:hover { text-decoration: underline; }
article p { margin: .25rem 0 .5rem; }
h4 { margin: 1rem 0 .25rem; font-size: .8125rem; color: var(--faint); }
.to { color: var(--faint); font-size: .9375rem; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { padding: .1em .3em; border-radius: .25rem; background: var(--tint); }
h3 code { padding: .15em .4em; font-size: 1em; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th, td { padding: .375rem .75rem .375rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; font-size: .8125rem; font-weight: 600; color: var(--faint); }
tbody th { width: 13rem; font-weight: 400; }
td:nth-child(2) { width: 15rem; }
.optional, .limits { font-size: .8125rem; color: var(--faint); }
.codes { line-height: 1.9; }
details { margin-top: .5rem; border: 1px solid var(--line); border-radius: .375rem; background: var(--tint); }
summary { padding: .375rem .75rem; font-size: .875rem; cursor: pointer; }
summary:focus-visible { outline: .2rem solid var(--link); outline-offset: -.1rem; border-radius: .375rem; }
pre { margin: 0; padding: .625rem .75rem; overflow-x: auto; border-top: 1px solid var(--line); overflow-wrap: normal; }
pre code { padding: 0; background: none; font-size: 1em; }
pre .who { color: var(--faint); user-select: none; }
@media (max-width: 60rem) {
  .columns { display: block; }
  .contents { position: static; max-height: none; padding: 1rem 0; margin: 1rem 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
  .contents ul { display: flex; flex-wrap: wrap; gap: 0 1rem; }
  .contents a { padding: .375rem 0; }
}
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, tbody th, td { display: block; width: auto; }
  tr { padding: .5rem 0; border-top: 1px solid var(--line); }
  th, td, tbody th, td:nth-child(2) { width: auto; padding: .0625rem 0; border: 0; }
}
`;
