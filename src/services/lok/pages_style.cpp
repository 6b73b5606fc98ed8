#include "services/lok/pages.h"

namespace lok::pages {

std::string_view stylesheet() {
  return R"(:root { color-scheme: light dark; --back: #f4f5f7; --paper: #fff; --ink: #1b1f24; --soft: #57606a;
  --line: #c4cad1; --main: #0b5cad; --on-main: #fff; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --back: #15181c; --paper: #1f2429; --ink: #eceff2; --soft: #a9b2bc; --line: #4a535d;
    --main: #7db8ff; --on-main: #0b1a2b; --bad: #ffb4ab; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }
header, main { max-width: 36rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; }
header p { margin: 0; }
.brand { font-weight: 700; }
main { background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; padding: 1.25rem; }
h1 { margin: 0 0 1rem; font-size: 1.4rem; line-height: 1.3; }
h2, legend { font-size: 1rem; font-weight: 700; margin: 1.25rem 0 .5rem; padding: 0; }
a { color: var(--main); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt, .service { color: var(--soft); }
dd { margin: 0; }
ul { margin: 0; padding-left: 1.25rem; }
fieldset { border: 0; margin: 1.25rem 0; padding: 0; }
label { display: block; font-weight: 600; }
.choice { margin: .25rem 0; }
.choice label { display: flex; gap: .75rem; align-items: flex-start; padding: .5rem 0; font-weight: 400; }
.choice input { width: 1.4rem; height: 1.4rem; margin: 0; flex: none; }
p input { width: 100%; padding: .6rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--soft); border-radius: .375rem; }
.code { font: 700 2rem/1.2 ui-monospace, monospace; letter-spacing: .1em; text-align: center; margin: 1rem 0; }
.problem { color: var(--bad); font-weight: 600; }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0 0; }
button { flex: 1 1 8rem; min-height: 2.75rem; padding: .6rem 1rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--ink); background: transparent; border: 1px solid var(--soft); border-radius: .375rem; }
button.main { color: var(--on-main); background: var(--main); border-color: var(--main); }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
@media (max-width: 38rem) { main { border-width: 1px 0; border-radius: 0; } }
)";
}

}  // namespace lok::pages
