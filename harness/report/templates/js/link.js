// The link holds the open case and the filters; the back button goes through them.
let lost = "", // id of a case that a link names and this file has not
  applied,
  later;

const link = () => {
  const parts = [],
    add = (name, value) => value && parts.push(name + "=" + encodeURIComponent(value));
  add("case", lost || index.id[current]);
  for (const facet of facets) for (const code of chosen[facet]) add(facet, values[facet][code].id);
  add("quadrant", !chosen.quadrant.size && "all");
  add("q", query);
  add("inside", inside && 1);
  add("sort", sort !== "harm" && sort);
  return "#" + parts.join("&");
};

// A new step of the history, or (after a moment: browsers throttle this) another address for this one.
const writeLink = push => {
  const to = link(),
    pushed = history.state?.pushed;
  if (push && to !== applied) {
    history.replaceState({ link: applied, pushed }, "", later ? applied : undefined);
    history.pushState({ link: to, pushed: 1 }, "", to);
  }
  clearTimeout(later);
  later = 0;
  applied = to;
  if (push) return;
  later = setTimeout(() => {
    later = 0;
    history.replaceState({ link: to, pushed }, "", to);
  }, 250);
};

// Opens a case by hand: the link follows.
const go = (row, push) => {
  if (row === current) return;
  select(row);
  writeLink(push);
};

const readLink = to => {
  const given = new URLSearchParams(to.slice(1)),
    unknown = [];
  clear();
  for (const facet of facets)
    for (const id of given.getAll(facet)) {
      const code = codeOf(facet, id);
      if (code >= 0) chosen[facet].add(code);
      else if (id !== "all") unknown.push(`${FACETS[facet]} “${id}”`);
    }
  query = (given.get("q") ?? "").trim();
  if (given.get("sort") in SORTS) sort = given.get("sort");
  if (!given.has("quadrant")) chosen.quadrant.add(main);
  filter();
  if (!given.has("quadrant") && !shown.length) {
    chosen.quadrant.clear();
    filter();
  }
  const id = given.get("case") ?? "",
    row = rowOf(id);
  lost = row < 0 ? id : "";
  if (row >= 0 && !shown.includes(row)) {
    clear();
    chosen.quadrant.add(index.quadrant[row]);
    filter();
  }
  put("unknown", unknown.length && `Not in this file: ${unknown.join(", ")}.`);
  select(row < 0 && !lost && !phone.matches ? (shown[0] ?? -1) : row);
  applied = link();
  history.replaceState({ ...history.state, link: applied }, "");
  if (given.has("inside")) acts.inside();
};

const follow = () => {
  const to = history.state?.link ?? location.hash;
  if (!to.includes("=") || to === applied) return;
  clearTimeout(later);
  later = 0;
  acts.cancel();
  if (!history.state) ui.section.scrollIntoView();
  readLink(to);
};

// "All cases" on the phone is a step back where the case was opened from the list.
acts.list = () => {
  if (!phone.matches) return ui.list.focus();
  if (history.state?.pushed) return history.back();
  lost = "";
  select(-1);
  writeLink(true);
};
