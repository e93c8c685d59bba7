// Judgements as a file, out and in again; `harness triage` reads the same.
const line = ([record, { opinion, right, note, reviewer, time, bulk }]) => {
  const { id: run, dataset, dataset_sha256 } = index.run;
  return { run, dataset, dataset_sha256, record, opinion, right, note, reviewer, time, bulk };
};
// A spreadsheet would run a cell that begins like a formula.
const cell = value => `"${String(value ?? "").replace(/^[-=+@\t\r]/, "'$&").replaceAll('"', '""')}"`;
const WRITERS = {
  jsonl: lines => lines.map(one => JSON.stringify(one) + "\n"),
  csv: lines => [Object.keys(line(["", {}])), ...lines.map(Object.values)].map(row => row.map(cell).join() + "\r\n"),
};

acts.download = ({ dataset: { format } }) => {
  const kept = opinions(),
    { dataset, id, mark: origin } = index.run;
  if (!ui.reviewer.reportValidity()) return;
  for (const [record, entry] of kept) {
    entry.opinion ||= "unsure";
    entry.reviewer ||= reviewer();
    entry.out = true;
    take(record, entry);
    save(record, entry);
  }
  const name = [dataset, id, "triage", origin !== "LIVE" && origin, reviewer()].filter(Boolean).join("-"),
    href = URL.createObjectURL(new Blob(WRITERS[format](kept.map(line))));
  Object.assign(document.createElement("a"), { href, download: `${name.replace(/[^\p{L}\d_.-]+/gu, "_")}.${format}` }).click();
  recount();
  put("exchanged", `${plural(kept.length, "judgement")} exported.`);
};

acts.export = () => {
  put("exchanged", `${plural(opinions().length, "judgement")} here, ${number(unsent())} not exported.`);
  ui.exchange.showModal();
};

const READERS = {
  jsonl: text => text.split("\n").filter(Boolean).map(parse),
  csv: text => {
    const rows = [[]];
    const [, comma] = /\w"?([,;\t])/.exec(text) ?? []; // where "," is a decimal sign, spreadsheets write ";"
    const cells = new RegExp(`(?:"((?:[^"]|"")*)"|([^${comma}\r\n]*))(${comma}|\r?\n|$)`, "g");
    for (const [, quoted, plain, end] of text.matchAll(cells)) {
      rows.at(-1).push((quoted?.replaceAll('""', '"') ?? plain).replace(/^'(?=[-=+@\t\r])/, ""));
      if (end !== comma) rows.push([]);
    }
    const [head, ...body] = rows.filter(row => row.length > 1);
    return body.map(row => Object.fromEntries(head.map((name, at) => [name, row[at]])));
  },
};

const bringIn = given => {
  const { run, dataset_sha256, record, opinion, right, note, reviewer, time, bulk } = given ?? {};
  if (!when(given) || !OPINIONS.includes(opinion)) return "could not be read";
  if (run !== index.run.id || dataset_sha256 !== index.run.dataset_sha256) return "of another run";
  if (rowOf(record) < 0) return "of a record that is not in this file";
  const old = judged.get(record);
  if (when(old) === when(given) && old.opinion === opinion) return "already here";
  const entry = {
    opinion,
    right: /^(candidate|incumbent|both|neither)$/.test(right) ? right : null,
    note: String(note ?? ""),
    reviewer: String(reviewer ?? ""),
    bulk: /true/i.test(bulk),
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
  put("exchanged", `${file.name}: ${parts.join(", ") || "no judgement in it"}.`);
};
