// Judgements: kept in this browser one by one, under run, dataset and record, so that two tabs lose nothing.
const UNDO_MS = 5000,
  DEAL_EVERY = 10,
  OPINIONS = [...ui.opinions.children].map(button => button.dataset.do),
  judged = new Map(),
  undos = [];
let saved = true,
  resume = -1, // where the list goes on after a case dealt at random
  dealt = -1,
  unclear = "", // id of the case whose label is wrong while the page asks who is right
  fading;

const keyOf = record => `shadow ${index.run.id} ${index.run.dataset_sha256} ${record}`;

// A time without a zone is UTC, as for `harness triage`.
const when = entry => Date.parse(/^\d{4}-\d\d-\d\dT.*/.exec(entry?.time)?.[0].replace(/T[\d:.]+$/, "$&Z"));

// The later of two judgements of one case holds. One without opinion is withdrawn, or only a note so far.
const take = (record, entry) => {
  const row = rowOf(record);
  if (row < 0 || when(judged.get(record)) > when(entry)) return false;
  judged.set(record, entry);
  said[row] = entry.opinion ? codeOf("said", entry.opinion) : index.said[row];
  return true;
};

const reviewer = () => ui.reviewer.value.trim();
const save = (record, entry) => {
  saved = keep(keyOf(record), JSON.stringify(entry)) && saved;
};

const write = (record, changes) => {
  const old = judged.get(record),
    now = new Date().toISOString().slice(0, 19) + "Z",
    base = { opinion: "", right: null, note: "", reviewer: reviewer(), bulk: false },
    entry = { ...base, ...old, ...changes, time: when(old) > Date.parse(now) ? old.time : now, out: false };
  take(record, entry);
  save(record, entry);
};

const recallOne = key => {
  const prefix = keyOf("");
  const entry = key?.startsWith(prefix) && parse(recall(key));
  return entry && take(key.slice(prefix.length), entry);
};
const recallAll = () => {
  saved = keep("shadow", "");
  if (saved) Object.keys(localStorage).forEach(recallOne);
};
window.onstorage = ({ key }) => {
  if (index && recallOne(key)) recount();
};

// A note alone goes out too: as unsure, since a judgement needs an opinion.
const opinions = () => [...judged].filter(([, entry]) => entry.opinion || entry.note);
const unsent = () => opinions().filter(([, entry]) => !entry.out).length;

const recount = () => {
  filter();
  draw();
};

const change = (records, changes) => {
  undos.push(records.map(record => [record, judged.get(record)]));
  for (const record of records) write(record, changes);
  recount();
};
const judge = (records, opinion, bulk = false) => {
  unclear = !bulk && opinion === "label_wrong" ? records[0] : "";
  change(records, { opinion, right: null, reviewer: reviewer(), bulk });
};

const nextOpen = row => {
  const at = shown.indexOf(row);
  return [...shown.subarray(at + 1), ...shown].find(next => !said[next] && next !== row) ?? -1;
};

// After every tenth judgement one of the cases that nobody would look at: judging failures only flatters.
const deal = () => {
  const own = opinions().filter(([, entry]) => entry.opinion && !entry.bulk).length,
    rest = index.audit.filter(row => !said[row]);
  return own % DEAL_EVERY ? -1 : (rest[Math.floor(Math.random() * rest.length)] ?? -1);
};

const wordOf = opinion => values.said[codeOf("said", opinion)].text;
const opine = opinion => {
  const row = current,
    record = index.id[row];
  if (row < 0) return;
  const next = row === dealt && shown.includes(resume) ? resume : nextOpen(row);
  const before = judged.get(record)?.opinion;
  if (before === opinion) {
    judge([record], "");
    return tell(`${record}: judgement withdrawn.`);
  }
  judge([record], opinion);
  dealt = row === dealt || before ? -1 : deal();
  resume = next;
  const end = next < 0 && dealt < 0 ? " All in this list are judged." : "";
  go(dealt >= 0 ? dealt : next >= 0 ? next : row);
  tell((unclear ? "" : `${record}: ${wordOf(opinion)}.`) + end);
};

const tell = text => {
  put("told", text);
  ui.line.hidden = false;
  put("unclear", unclear);
  ui.sides.hidden = !unclear;
  ui.undo.hidden = !undos.length;
  clearTimeout(fading);
  if (!unclear) fading = setTimeout(() => (ui.line.hidden = !ui.line.contains(document.activeElement)), UNDO_MS);
};

acts.right = ({ dataset, textContent }) => {
  const record = unclear;
  change([record], { right: dataset.right });
  acts.skip();
  tell(`${record}: label wrong; right: ${textContent}.`);
};
acts.skip = () => {
  unclear = "";
  ui.line.hidden = true;
  ui.pane.focus();
};

acts.undo = () => {
  const before = undos.pop();
  if (!before) return tell("Nothing to undo.");
  for (const [record, old] of before) write(record, old ?? { opinion: "", note: "" });
  dealt = -1;
  unclear = "";
  filter();
  select(rowOf(before[0][0]));
  writeLink();
  tell(`Undone: ${before.length > 1 ? plural(before.length, "judgement") : before[0][0]}.`);
};

acts.bulk = () => {
  put("bulkTitle", ui.bulk.textContent + "?");
  ui.bulkAsk.showModal();
};
acts.bulkJudge = ({ dataset: { opinion } }) => {
  const records = [...shown].filter(row => !said[row]).map(row => index.id[row]);
  ui.bulkAsk.close();
  judge(records, opinion, true);
  tell(`${plural(records.length, "case")}: ${wordOf(opinion)}, judged in bulk.`);
};

const drawBar = () => {
  const opinion = values.said[said[current]]?.id;
  for (const button of ui.opinions.children) button.ariaPressed = button.dataset.do === opinion;
  ui.bar.hidden = current < 0;
  ui.dealt.hidden = current < 0 || current !== dealt;
  if (ui.note !== document.activeElement) ui.note.value = judged.get(index.id[current])?.note ?? "";
  const all = [0, 0],
    groups = values.group.map(() => [0, 0]);
  index.quadrant.forEach((code, row) => {
    if (code === main) for (const tally of [all, groups[index.group[row]]]) if (tally) tally[said[row] ? 1 : 0]++;
  });
  const told = ([open, done]) => `${number(done)} of ${number(open + done)} `;
  put("judged", told(all) + "judged");
  ui.kept.hidden = !saved || !opinions().length;
  ui.failed.hidden = saved;
  const open = unsent();
  put("open", open && `${number(open)} not exported`);
  put("export", "Export triage" + (open ? ` (${number(open)})` : ""));
  for (const place of $$(".reviewed")) {
    const { group } = place.closest("[data-group]").dataset;
    const tally = groups[codeOf("group", group)];
    if (tally) place.textContent = told(tally) + "reviewed";
  }
};

acts.note = () => ui.note.focus();
ui.note.onchange = () => {
  const record = index.id[current],
    note = ui.note.value.trim();
  change([record], { note });
  tell(`${record}: note kept${note && !judged.get(record).opinion ? " as unsure" : ""}.`);
};
ui.note.onkeydown = ({ key }) => {
  if (key === "Enter" || key === "Escape") ui.pane.focus();
};

for (const opinion of OPINIONS) acts[opinion] = () => opine(opinion);

window.onbeforeunload = event => {
  if (unsent()) event.preventDefault();
};
