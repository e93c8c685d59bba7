// Filters: which rows are shown, in which order, and how many each further choice would show.
const FACETS = {
  quadrant: "Outcome",
  group: "Group",
  kind: "Kind",
  slice: "Slice",
  severity: "Severity",
  said: "Judged",
  rerun: "Reruns",
};
const SAID = {
  "": "not judged",
  acceptable: "acceptable",
  unacceptable: "unacceptable",
  label_wrong: "label wrong",
  unsure: "unsure",
  conflict: "reviewers disagree",
};
const falling = column => (one, other) => (column[other] ?? -1) - (column[one] ?? -1) || one - other;
const SORTS = {
  __proto__: null, // its names come from links
  harm: () => (one, other) => one - other,
  amount: () => falling(index.amount),
  slowest: () => falling(index.latency),
  id: () => (one, other) => (index.id[one] < index.id[other] ? -1 : 1),
};
const orders = {};
const chosen = {};
const counts = {};
let values; // by facet and code: its id in links and its words
let said; // code of what was said of each row, in the file or here
let main; // code of the quadrant that the page is about: worse, or differing
let sort;
let query;
let texts;
let inside; // by row: whether the query stands in its answers
let shown;

const named = list => list.map(({ id, word, title, text }, place) => ({ id: String(id ?? place), text: word ?? title ?? text }));
const readNames = () => {
  const { quadrant, group, kind, slice, said: opinions } = index.names;
  values = {
    quadrant: named(quadrant),
    group: named(group),
    kind: named(kind),
    slice: named(slice.map(({ text }) => ({ text }))),
    severity: named(["no failure", "light", "moderate", "severe"].map(text => ({ text }))),
    said: opinions.map(id => ({ id: id || "none", text: SAID[id] })),
    rerun: ["none", "confirmed", "flaky"].map(id => ({ id, text: id })),
  };
  said = Uint8Array.from(index.said);
  main = values.quadrant.findIndex(({ id }) => id === "regression" || id === "differ");
};

const clear = () => {
  for (const facet in FACETS) chosen[facet] = new Set();
  query = inside = "";
  sort = "harm";
};

const words = () => query.toLowerCase().split(/\s+/).filter(Boolean);
const column = facet => (facet === "said" ? said : index[facet]);

const filter = () => {
  const misses = new Uint8Array(index.rows); // a bit for each filter that hides the row
  const facets = Object.keys(FACETS);
  const each = work => {
    for (let row = 0; row < index.rows; row++) work(row);
  };
  facets.forEach((facet, place) => {
    const wanted = chosen[facet];
    if (!wanted.size) return;
    const within = facet === "slice" && new Set([...wanted].flatMap(slice => index.slices[slice]));
    const codes = column(facet);
    each(row => (misses[row] |= (within ? within.has(row) : wanted.has(codes[row])) ? 0 : 1 << place));
  });
  const wanted = words();
  if (wanted.length) {
    texts ??= index.id.map((id, row) => `${id}\n${index.title[row]}\n${index.snippet[row]}`.toLowerCase());
    each(row => (misses[row] |= inside[row] || wanted.every(word => texts[row].includes(word)) ? 0 : 128));
  }
  facets.forEach((facet, place) => {
    const tally = (counts[facet] = values[facet].map(() => 0));
    const codes = column(facet);
    const add = (row, code) => misses[row] & ~(1 << place) || tally[code]++;
    if (facet === "slice") index.slices.forEach((members, slice) => members.forEach(row => add(row, slice)));
    else each(row => add(row, codes[row]));
  });
  orders[sort] ??= Uint32Array.from(index.id.keys()).sort(SORTS[sort]());
  shown = orders[sort].filter(row => !misses[row]);
};

const toggle = (facet, code) => {
  if (!chosen[facet].delete(code)) chosen[facet].add(code);
  refilter(true);
};

// Puts new buttons in the place of the old, without losing the focus.
const swap = (place, buttons) => {
  const at = [...place.children].indexOf(document.activeElement);
  place.replaceChildren(...buttons);
  if (at >= 0) (buttons[at] ?? ui.list).focus();
};

const chip = (name, text, onclick) =>
  make("button", { className: "chip", ariaLabel: `Remove the filter ${name}: ${text}`, onclick }, make("bdi", {}, text), " ×");

const drawFilters = () => {
  const count = (facet, code) => number(counts[facet][code]);
  const buttons = index.names.quadrant.map(({ word, mark: sign }, code) =>
    make(
      "button",
      { ariaPressed: chosen.quadrant.has(code), onclick: () => toggle("quadrant", code) },
      mark(sign),
      `${word} ${count("quadrant", code)}`,
    ),
  );
  swap(ui.quadrants, buttons);
  const chips = Object.keys(FACETS).slice(1).flatMap(facet =>
    [...chosen[facet]].map(code =>
      chip(FACETS[facet], `${values[facet][code].text} ${count(facet, code)}`, () => toggle(facet, code)),
    ),
  );
  if (query) chips.push(chip("text", `“${query}”${inside && " inside answers too"}`, () => search("")));
  swap(ui.chips, chips);
  if (ui.more.open)
    for (const select of $$("[name]", ui.more)) {
      const facet = select.name;
      const options = values[facet].map(({ text }, value) => make("option", { value }, `${text} (${count(facet, value)})`));
      select.replaceChildren(
        make("option", { value: "" }, "all"),
        ...options.filter((option, code) => counts[facet][code] || chosen[facet].has(code)),
      );
      select.value = [...chosen[facet]][0] ?? "";
    }
  ui.sort.value = sort;
  if (ui.search.value.trim() !== query) ui.search.value = query;
  ui.inside.hidden = !query || !!inside;
  ui.found.textContent = `${number(shown.length)} of ${plural(index.rows, "pair")}`;
  const hidden = index.rows - shown.length;
  put("all", hidden && `Show the other ${number(hidden)}`);
  ui.none.hidden = !!shown.length;
  ui.list.hidden = !shown.length;
  const open = shown.filter(row => !said[row]).length;
  put("bulk", chosen.group.size && open && `Judge all ${number(open)} in this group`);
  const printed = Math.min(shown.filter(row => row < index.full).length, MOST_PRINTED);
  put("print", printed && `Print ${printed < shown.length ? "the first" : "these"} ${plural(printed, "case")}`);
};

// After a change by hand; the open case stays if it is still shown.
const refilter = push => {
  filter();
  if (shown.includes(current) || phone.matches) draw();
  else select(shown[0] ?? -1);
  writeLink(push);
};

const search = text => {
  if (text.trim() === query) return;
  query = text.trim();
  inside = "";
  acts.cancel();
  refilter();
};

acts.all = () => {
  clear();
  refilter(true);
};
