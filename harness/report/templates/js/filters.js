// Filters: which rows are shown, in which order, and how many each further choice would show.
const FACETS = Object.fromEntries($$("[data-facet]").map(({ dataset: { facet, name } }) => [facet, name])),
  facets = Object.keys(FACETS),
  falling = column => (one, other) => (index[column][other] ?? -1) - (index[column][one] ?? -1) || one - other;
const SORTS = {
  __proto__: null, // its names come from links
  harm: (one, other) => one - other,
  amount: falling("amount"),
  slowest: falling("latency"),
  id: (one, other) => (index.id[one] < index.id[other] ? -1 : 1),
};
const orders = {},
  chosen = {},
  counts = {},
  values = {}; // by facet and code: its id in links and its words
let said, // code of what was said of each row, in the file or here
  main, // code of the quadrant that the page is about: worse, or differing
  sort,
  query,
  texts,
  inside, // by row: whether the query stands in its answers
  shown;

const codeOf = (facet, id) => values[facet].findIndex(value => value.id === id);
// Names of the run stand in the index, those of every run in the page.
const readNames = () => {
  for (const facet of facets) {
    const options = $$(`[name=${facet}] option`).map(({ value: id, text }) => ({ id, text }));
    values[facet] = options.length
      ? options
      : index.names[facet].map(({ id, word, title, text }) => ({ id, text: word ?? title ?? text }));
  }
  said = Uint8Array.from(index.said);
  main = Math.max(codeOf("quadrant", "regression"), codeOf("quadrant", "differ"));
};

const clear = () => {
  for (const facet of facets) chosen[facet] = new Set();
  query = inside = "";
  sort = "harm";
};

const words = () => query.toLowerCase().split(/\s+/).filter(Boolean);
const column = facet => (facet === "said" ? said : index[facet]);

const filter = () => {
  const misses = new Uint8Array(index.rows), // a bit for each filter that hides the row
    each = work => index.id.forEach((id, row) => work(row));
  facets.forEach((facet, place) => {
    const wanted = chosen[facet];
    if (!wanted.size) return;
    const within = facet === "slice" && new Set([...wanted].flatMap(slice => index.slices[slice]));
    const codes = column(facet);
    each(row => (misses[row] |= (within ? within.has(row) : wanted.has(codes[row])) ? 0 : 1 << place));
  });
  const wanted = words();
  if (wanted.length) {
    texts ??= index.id.map((id, row) => `${id}\n${index.title[row]}\n${index.snippet[row]}\n${index.tags[row]}`.toLowerCase());
    each(row => (misses[row] |= inside[row] || wanted.every(word => texts[row].includes(word)) ? 0 : 128));
  }
  facets.forEach((facet, place) => {
    const tally = (counts[facet] = values[facet].map(() => 0));
    const codes = column(facet);
    const add = (row, code) => misses[row] & ~(1 << place) || code < 0 || tally[code]++;
    if (facet === "slice") index.slices.forEach((members, slice) => members.forEach(row => add(row, slice)));
    else each(row => add(row, codes[row]));
  });
  orders[sort] ??= Uint32Array.from(index.id.keys()).sort(SORTS[sort]);
  shown = orders[sort].filter(row => !misses[row]);
};

const toggle = (facet, code) => {
  chosen[facet].delete(code) || chosen[facet].add(code);
  refilter(true);
};

// Puts new buttons in the place of the old, without losing the focus.
const swap = (place, buttons) => {
  const at = [...place.children].indexOf(document.activeElement);
  place.replaceChildren(...buttons);
  if (at >= 0) (buttons[at] ?? ui.list).focus();
};

const chip = (name, text, onclick) => Object.assign(fill("chip", name, text), { onclick });

const drawFilters = () => {
  const count = (facet, code) => number(counts[facet][code]);
  const buttons = index.names.quadrant.map(({ word, mark: sign }, code) => {
    const button = fill("outcome", `${word} ${count("quadrant", code)}`);
    button.prepend(mark(sign));
    return Object.assign(button, { ariaPressed: chosen.quadrant.has(code), onclick: () => toggle("quadrant", code) });
  });
  swap(ui.quadrants, buttons.filter((button, code) => index.quadrant.includes(code)));
  const chips = facets.slice(1).flatMap(facet =>
    [...chosen[facet]].map(code =>
      chip(FACETS[facet], `${values[facet][code].text} ${count(facet, code)}`, () => toggle(facet, code)),
    ),
  );
  if (query) chips.push(chip("text", `“${query}”${inside && " inside answers too"}`, () => search("")));
  swap(ui.chips, chips);
  if (ui.more.open)
    for (const select of $$("[name]", ui.more)) {
      const facet = select.name;
      const [first] = chosen[facet];
      const options = values[facet].map(({ text }, value) => new Option(`${text} (${count(facet, value)})`, value));
      select.replaceChildren(
        new Option("all", ""),
        ...options.filter((option, code) => counts[facet][code] || chosen[facet].has(code)),
      );
      select.value = first ?? "";
    }
  ui.sort.value = sort;
  if (ui.search.value.trim() !== query) ui.search.value = query;
  ui.inside.hidden = !query || !!inside;
  put("found", `${number(shown.length)} of ${plural(index.rows, "pair")}`);
  const hidden = index.rows - shown.length;
  put("all", hidden && `Show the other ${number(hidden)}`);
  ui.none.hidden = !!shown.length;
  ui.list.hidden = !shown.length;
  const open = shown.filter(row => !said[row]).length;
  put("bulk", chosen.group.size && open && `Judge all ${number(open)} in this group`);
  const printed = printable().length;
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
