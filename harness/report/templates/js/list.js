// The list: as many rows as fit and a few more, on a spacer of the height of all.
const ROW = 76, // px, as in css/browser.css
  SPARE = 14;
let current = -1, // row of the open case
  drawn;

// A first line that every fifth pair has tells none from another: the title takes its place.
const common = new Set();
const findCommon = () => {
  const times = new Map();
  for (const text of index.snippet) times.set(text, (times.get(text) ?? 0) + 1);
  for (const [text, count] of times) if (count > 1 + index.rows / 5) common.add(text);
};

const listRow = (row, at) => {
  const { mark: sign, word } = index.names.quadrant[index.quadrant[row]];
  const title = index.title[row].replace(index.run.candidate + " ", "") || word,
    snippet = index.snippet[row],
    node = fill("row", word, index.id[row], title, common.has(snippet) ? "" : snippet);
  Object.assign(node, { id: "row-" + row, ariaSelected: row === current, ariaSetSize: shown.length, ariaPosInSet: at + 1 });
  node.prepend(mark(sign));
  const states = [said[row] && values.said[said[row]], index.rerun[row] === 2 && values.rerun[2]];
  for (const { id, text } of states.filter(Boolean)) $$(".state", node)[0].append(mark(id), text);
  node.style.top = at * ROW + "px";
  return node;
};

const drawList = again => {
  const first = Math.max(0, Math.floor(ui.list.scrollTop / ROW) - SPARE),
    last = first + Math.ceil(ui.list.clientHeight / ROW) + 2 * SPARE;
  if (!again && drawn === first) return;
  drawn = first;
  ui.rows.style.height = shown.length * ROW + "px";
  ui.rows.replaceChildren(...Array.from(shown.subarray(first, last), (row, at) => listRow(row, first + at)));
  ui.list.setAttribute("aria-activedescendant", $$("#row-" + current).length ? "row-" + current : "");
};

const step = by => {
  const at = shown.indexOf(current);
  const row = shown[Math.max(0, Math.min(shown.length - 1, at < 0 ? 0 : at + by))];
  if (row >= 0) go(row);
};
acts.next = () => step(1);
acts.previous = () => step(-1);

const modified = event => event.ctrlKey || event.metaKey || event.altKey;
const LIST_KEYS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -1e9, End: 1e9 };
ui.list.onscroll = () => requestAnimationFrame(() => drawList());
ui.list.onclick = ({ target }) => {
  const row = target.closest(".row");
  if (row) go(Number(row.id.slice(4)), true);
};
ui.list.onkeydown = event => {
  const { key } = event;
  if (modified(event)) return;
  if (key === "Enter") {
    if (current < 0) go(shown[0], true);
    ui.pane.focus();
  } else if (LIST_KEYS[key]) step(LIST_KEYS[key]);
  else return;
  event.preventDefault();
};
