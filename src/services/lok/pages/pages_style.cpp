#include "services/lok/pages/pages.h"

namespace lok::pages {

// Texts have a contrast of at least 4.5 to what is behind them, outlines of 3; targets are 44 pixels high.
std::string_view stylesheet() {
  return R"(:root { color-scheme: light dark; --back: #f2f4f7; --paper: #fff; --ink: #17202a; --soft: #55616e;
  --line: #d6dce3; --edge: #7a8794; --main: #0b5cad; --main-dark: #084a8c; --on-main: #fff;
  --bad: #a3211a; --bad-back: #fdeeec; --good: #17603a; --good-back: #e8f5ed; }
@media (prefers-color-scheme: dark) {
  :root { --back: #12161b; --paper: #1b2128; --ink: #e9edf2; --soft: #a7b2be; --line: #38424d; --edge: #7f8c9a;
    --main: #82baff; --main-dark: #a9d0ff; --on-main: #0a1a2c; --bad: #ffb4ab; --bad-back: #3a1c1a;
    --good: #93dcae; --good-back: #163222; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }
.skip { position: absolute; left: .5rem; top: -4rem; padding: .5rem 1rem; background: var(--paper); border-radius: .5rem; }
.skip:focus { top: .5rem; }
.hush { position: absolute; width: 1px; height: 1px; margin: 0; padding: 0; border: 0; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }

header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0 1.5rem;
  max-width: 38rem; margin: 0 auto; padding: 1rem 1.5rem; }
.brand { margin: 0; font-weight: 700; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: 0; padding: 0; list-style: none; }
nav a { display: inline-block; padding: .625rem 0; text-decoration: none; }
nav bdi { display: inline-block; max-width: 9rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  vertical-align: bottom; }
nav a:hover, nav a[aria-current] { text-decoration: underline; text-underline-offset: .3em; text-decoration-thickness: 2px; }

main { max-width: 38rem; margin: 0 auto 2rem; padding: 2rem 1.5rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 2rem 0 .5rem; }
legend { padding: 0 0 .5rem; }
h2, legend { font-size: 1.125rem; font-weight: 700; line-height: 1.3; }
p, ul, dl { margin: 0 0 1rem; }
main > :last-child, form > :last-child { margin-bottom: 0; }
a { color: var(--main); }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .375rem 1.25rem; }
dt, .soft, .hint, .service { color: var(--soft); }
.soft, .hint, .service { font-size: .9375rem; }
dd { margin: 0; }
ul { padding-left: 1.25rem; }
.rows { padding: 0; list-style: none; border-top: 1px solid var(--line); }
.rows > li { padding: .75rem 0; border-bottom: 1px solid var(--line); }
.row { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; }
.row > div { flex: 1 1 11rem; }
.row .aside { margin: 0; }
.row .aside a { display: inline-block; padding: .625rem 0; }

fieldset { margin: 2rem 0 0; padding: 0; border: 0; min-width: 0; }
.field label { display: block; font-weight: 600; }
.hint { display: block; margin-bottom: .25rem; }
.field input { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit; color: inherit;
  background: var(--paper); border: 1px solid var(--edge); border-radius: .5rem; }
.field input[aria-invalid] { border: 2px solid var(--bad); }
.choice { margin: 0; border-bottom: 1px solid var(--line); }
legend + .choice { border-top: 1px solid var(--line); }
.choice label { display: flex; gap: .75rem; align-items: flex-start; min-height: 2.75rem; padding: .625rem 0; }
.choice > span { display: block; padding: .625rem 0 .625rem 2.125rem; color: var(--soft); }
.choice input { flex: none; width: 1.375rem; height: 1.375rem; margin: .0625rem 0 0; accent-color: var(--main); }
.code { margin: 1rem 0; padding: .75rem; font: 700 1.875rem/1.2 ui-monospace, monospace; letter-spacing: .08em;
  text-align: center; background: var(--back); border-radius: .5rem; }

.said { padding: .75rem 1rem; border-left: 4px solid; border-radius: .25rem; font-weight: 600; }
.problem { color: var(--bad); }
.said.problem { background: var(--bad-back); }
.done { color: var(--good); background: var(--good-back); }
.instead { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0 0; }
.buttons button { flex: 1 1 8rem; }
button { min-height: 2.75rem; padding: .5rem 1.25rem; font: inherit; font-weight: 600; cursor: pointer; color: var(--ink);
  background: var(--paper); border: 1px solid var(--edge); border-radius: .5rem; }
button:hover { border-color: var(--ink); }
button.main { color: var(--on-main); background: var(--main); border-color: var(--main); }
button.main:hover { background: var(--main-dark); border-color: var(--main-dark); }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }

@media (prefers-reduced-motion: no-preference) {
  button, .skip { transition: background-color .15s, border-color .15s, top .15s; }
}
@media (max-width: 40rem) {
  header { padding: .75rem 1rem; }
  nav bdi { max-width: 5.5rem; }
  main { margin-bottom: 0; padding: 1.25rem 1rem; border-width: 1px 0; border-radius: 0; }
}
@media (forced-colors: active) { button.main { border-width: 2px; } }
)";
}

}  // namespace lok::pages
