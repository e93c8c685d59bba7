// Starts the browser of cases where the page has data and this browser can open them.
const begin = () => {
  readNames();
  clear();
  for (const opinion in SAID) acts[opinion] = () => opine(opinion);
  for (const button of $$("button", ui.sides)) button.textContent = index.run[button.dataset.right] ?? button.textContent;
  ui.reviewer.value = recall("shadow reviewer") ?? "";
  ui.reviewer.onchange = () => keep("shadow reviewer", ui.reviewer.value.trim());
  tab = recall("shadow tab");
  recallAll();
  ui.single.checked = recall("shadow keys") !== "off";
  ui.single.onchange = () => keep("shadow keys", ui.single.checked ? "on" : "off");
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
  put("left", index.left_out && `${plural(index.left_out, "further pair")} of this run not in this file`);
  ui.section.classList.add("live");
  ui.browser.hidden = false;
  ui.export.onclick = acts.export;
  addEventListener("keydown", press);
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  phone.onchange = draw;
  const asked = location.hash.includes("=");
  readLink(asked ? location.hash : "");
  if (asked) ui.section.scrollIntoView();
};

addEventListener("click", ({ target }) => {
  const button = target.closest("[data-do]");
  if (button) acts[button.dataset.do](button);
});

const start = async () => {
  const script = document.getElementById("case-index");
  if (!script) return;
  if (!window.DecompressionStream) return put("refused", ui.refused.dataset.old);
  try {
    index = await unpack(script);
  } catch {
    return put("refused", ui.refused.dataset.damaged);
  }
  begin();
};
start();
