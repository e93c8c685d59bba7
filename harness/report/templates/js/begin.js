// Starts the browser of cases where the page has data and this browser can open them.
const begin = () => {
  readNames();
  clear();
  findCommon();
  ui.reviewer.value = recall("shadow reviewer") ?? "";
  ui.reviewer.onchange = () => keep("shadow reviewer", reviewer());
  tab = recall("shadow tab");
  recallAll();
  ui.single.checked = recall("shadow keys") !== "false";
  ui.single.onchange = () => keep("shadow keys", ui.single.checked);
  ui.search.oninput = () => search(ui.search.value);
  ui.sort.onchange = () => {
    sort = ui.sort.value;
    refilter(true);
  };
  ui.more.onchange = ({ target: { name, value } }) => {
    if (!name) return;
    chosen[name] = new Set(value ? [Number(value)] : []);
    refilter(true);
  };
  ui.more.ontoggle = drawFilters;
  ui.section.classList.add("live");
  ui.browser.hidden = false;
  ui.export.onclick = acts.export;
  window.onkeydown = press;
  window.onpopstate = window.onhashchange = follow;
  phone.onchange = draw;
  const asked = location.hash.includes("=");
  readLink(asked ? location.hash : "");
  if (asked) ui.section.scrollIntoView();
};

window.onclick = ({ target }) => {
  const button = target.closest("[data-do]");
  if (button) acts[button.dataset.do](button);
};

const start = async () => {
  const script = document.getElementById("case-index");
  if (!script) return;
  try {
    index = await unpack(script);
  } catch {
    return put("refused", ui.refused.dataset[window.DecompressionStream ? "damaged" : "old"]);
  }
  begin();
};
start();
