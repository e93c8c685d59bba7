// The list: as many rows as fit and a few more, on a spacer of the height of all.
const ROW = 76; // px, as in css/browser.css
const SPARE = 14;
let current = -1; // row of the open case
let drawn;

const listRow = (row, at) => {
  const { mark: sign, word } = index.names.quadrant[index.quadrant[row]];
  const line = (className, text) => make("span", { className }, make("bdi", {}, text));
  const state = [said[row] && values.said[said[row]].text, index.rerun[row] === 2 && "flaky"];
  const node = make(
    "div",
    {
      className: "row",
      id: "row-" + row,
      role: "option",
      ariaSelected: row === current,
      ariaSetSize: shown.length,
      ariaPosInSet: at + 1,
    },
    mark(sign),
    line("sr", word),
    line("id", index.id[row]),
    line("state", state.filter(Boolean).join(" · ")),
    line("line", index.title[row] || word),
    line("line muted", index.snippet[row]),
  );
  node.style.top = at * ROW + "px";
  return node;
};

const drawList = again => {
  const first = Math.max(0, Math.floor(ui.list.scrollTop / ROW) - SPARE);
  const last = first + Math.ceil(ui.list.clientHeight / ROW) + 2 * SPARE;
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

const LIST_KEYS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -1e9, End: 1e9 };
ui.list.onscroll = () => requestAnimationFrame(() => drawList());
ui.list.onclick = ({ target }) => {
  const row = target.closest(".row");
  if (row) go(Number(row.id.slice(4)), true);
};
ui.list.onkeydown = event => {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === "Enter") {
    if (current < 0) go(shown[0], true);
    ui.pane.focus();
  } else if (LIST_KEYS[key]) step(LIST_KEYS[key]);
  else return;
  event.preventDefault();
};
