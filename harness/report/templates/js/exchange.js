// Judgements as a file, out and in again; `harness triage` reads the same.
const FIELDS = ["run", "dataset", "dataset_sha256", "record", "opinion", "right", "note", "reviewer", "time", "bulk"];
const SIDES = ["candidate", "incumbent", "both", "neither"];

const line = ([record, entry]) => {
  const { id: run, dataset, dataset_sha256 } = index.run;
  const all = { ...entry, run, dataset, dataset_sha256, record, reviewer: entry.reviewer || reviewer() };
  return Object.fromEntries(FIELDS.map(name => [name, all[name]]));
};
// A spreadsheet would run a cell that begins like a formula.
const cell = value => `"${String(value ?? "").replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
const WRITERS = {
  jsonl: lines => lines.map(one => JSON.stringify(one) + "\n"),
  csv: lines => [FIELDS, ...lines.map(Object.values)].map(row => row.map(cell).join() + "\r\n"),
};

acts.download = ({ dataset: { format } }) => {
  const kept = opinions();
  const { dataset, id, mark: origin } = index.run;
  const name = [dataset, id, "triage", origin !== "LIVE" && origin].filter(Boolean).join("-");
  const href = URL.createObjectURL(new Blob(WRITERS[format](kept.map(line))));
  Object.assign(document.createElement("a"), { href, download: `${name.replace(/[^\w.-]+/g, "_")}.${format}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
  for (const [record, entry] of kept) {
    entry.out = true;
    save(record, entry);
  }
  draw();
  ui.exchanged.textContent = `${plural(kept.length, "judgement")} exported.`;
};

acts.export = () => {
  ui.exchanged.textContent = `${plural(opinions().length, "judgement")} here, ${number(unsent())} not exported.`;
  ui.exchange.showModal();
};

const READERS = {
  jsonl: text =>
    text.split("\n").filter(Boolean).map(one => {
      try {
        return JSON.parse(one);
      } catch {}
    }),
  csv: text => {
    const rows = [[]];
    for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
      rows.at(-1).push((quoted?.replaceAll('""', '"') ?? plain).replace(/^'(?=[=+\-@\t\r])/, ""));
      if (end !== ",") rows.push([]);
    }
    const [head, ...body] = rows.filter(row => row.length > 1);
    return body.map(row => Object.fromEntries(head.map((name, at) => [name, row[at]])));
  },
};

const bringIn = given => {
  const { run, dataset_sha256, record, opinion, right, note, reviewer, time, bulk } = given ?? {};
  if (!/^\d{4}-\d\d-\d\dT/.test(time) || !OPINIONS.includes(opinion)) return "could not be read";
  if (run !== index.run.id || dataset_sha256 !== index.run.dataset_sha256) return "of another run";
  if (rowOf(record) < 0) return "of a record that is not in this file";
  const old = judged.get(record);
  if (old?.time === time && old.opinion === opinion) return "already here";
  const entry = {
    opinion,
    right: SIDES.includes(right) ? right : null,
    note: String(note ?? ""),
    reviewer: String(reviewer ?? ""),
    bulk: String(bulk) === "true",
    time,
    out: true,
  };
  if (!take(record, entry)) return "older than the one here";
  save(record, entry);
  return "taken in";
};

ui.file.onchange = async () => {
  const [file] = ui.file.files;
  if (!file) return;
  const text = await file.text();
  const told = {};
  for (const given of READERS[/^\s*\{/.test(text) ? "jsonl" : "csv"](text)) {
    const what = bringIn(given);
    told[what] = (told[what] ?? 0) + 1;
  }
  ui.file.value = "";
  recount();
  const parts = Object.entries(told).map(([what, count]) => `${number(count)} ${what}`);
  ui.exchanged.textContent = `${file.name}: ${parts.join(", ") || "no judgement in it"}.`;
};
