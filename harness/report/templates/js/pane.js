// The pane: the open case, its three views, what goes on in its texts, and cases on paper.
const MOST_PRINTED = 200,
  TABS = ["differences", "document", "raw"];
let turn = 0,
  tab;

const opened = async row => {
  if (row >= index.full) return fill("bare", index.id[row], index.title[row], index.snippet[row]);
  try {
    const { html, more } = await fullCase(row);
    const template = document.createElement("template"); // inert until it stands in the page
    template.innerHTML = html; // escaped by the server
    const article = template.content.firstElementChild;
    for (const button of $$(".more-text", article)) {
      const parts = [...(more[button.dataset.more] ?? [])];
      button.hidden = !parts.length;
      button.onclick = () => {
        $$("pre", button.closest(".raw"))[0].append(parts.shift());
        button.hidden = !parts.length;
      };
    }
    return article;
  } catch {
    return fill("damaged");
  }
};

const draw = () => {
  drawFilters();
  drawList(true);
  drawBar();
  const at = shown.indexOf(current);
  put("at", current >= 0 && (at < 0 ? "not in the list · " : `${number(at + 1)} of ${number(shown.length)} · `));
  put("id", index.id[current] ?? lost);
};

const select = row => {
  ui.note.blur(); // a note belongs to the case under which it was begun
  const before = root.matches(".one"),
    top = shown.indexOf(row < 0 ? current : row) * ROW; // a phone's list comes back where it was left
  current = row;
  if (row >= 0) lost = "";
  const one = root.classList.toggle("one", row >= 0 || lost);
  ui.list.hidden = false;
  const { scrollTop, clientHeight } = ui.list;
  if (top >= 0) ui.list.scrollTop = Math.max(Math.min(scrollTop, top), top + ROW - clientHeight);
  draw();
  if (phone.matches && one !== before) {
    history.scrollRestoration = "manual"; // the browser would go to the top of the page on the way back
    ui.section.scrollIntoView();
  }
  show(row);
};

const show = async row => {
  const mine = ++turn;
  const article = lost ? fill("lost", lost) : row < 0 ? fill("closed") : await opened(row);
  if (mine !== turn) return;
  const held = document.activeElement;
  ($$(".case-head", article)[0] ?? article.lastElementChild).after(ui.tools);
  ui.case.replaceChildren(article);
  ui.pane.scrollTop = 0;
  if (ui.tools.contains(held)) held.focus();
  showTab(tab);
};

const inPart = selector => $$(`.part:not([hidden]) ${selector}`, ui.case);
const showTab = name => {
  tab = TABS.includes(name) ? name : TABS[0];
  const parts = $$(".part", ui.case);
  for (const part of parts) {
    part.role = "tabpanel";
    part.ariaLabel = part.dataset.part;
    part.hidden = part.ariaLabel !== tab;
  }
  for (const button of ui.tabs.children) {
    const on = button.dataset.do === tab;
    button.ariaSelected = on;
    button.tabIndex = on ? 0 : -1;
  }
  ui.tools.hidden = !parts.length;
  ui.legend.hidden = tab !== TABS[0];
  ui.difference.hidden = !inPart(".d").length;
  ui.equal.hidden = !inPart(".fold").length;
};
for (const name of TABS)
  acts[name] = () => {
    showTab(name);
    keep("shadow tab", name);
  };
ui.tabs.onkeydown = ({ key }) => {
  const by = { ArrowRight: 1, ArrowLeft: 2 }[key];
  if (!by) return;
  acts[TABS[(TABS.indexOf(tab) + by) % 3]]();
  $$("[aria-selected=true]", ui.tabs)[0].focus();
};

acts.difference = () => {
  const all = inPart(".d"),
    before = $$(".now", ui.case)[0],
    next = all[all.indexOf(before) + 1] ?? all[0];
  if (!next) return;
  before?.classList.remove("now");
  for (let fold = next; (fold = fold.parentElement.closest("details")); ) fold.open = true;
  next.classList.add("now");
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
};
acts.equal = () => {
  const folds = inPart(".fold");
  const open = folds.some(fold => !fold.open);
  for (const fold of folds) fold.open = open;
};

acts.copy = async () => {
  history.replaceState(history.state, "", link());
  try {
    await navigator.clipboard.writeText(location.href);
    tell("Link copied.");
  } catch {
    tell("The link is in the address bar.");
  }
};

const printable = () => shown.filter(row => row < index.full).subarray(0, MOST_PRINTED);
// Print: the cases one after another, differences only, instead of the page.
acts.print = async () => {
  const articles = [];
  for (const row of printable()) articles.push(await opened(row));
  ui.paper.replaceChildren(...articles);
  for (const part of $$(".part:not([data-part=differences])", ui.paper)) part.remove();
  root.classList.add("printing");
  print();
};
window.onafterprint = () => {
  root.classList.remove("printing");
  ui.paper.replaceChildren();
};
