// The data of the page: the index at once, blocks of cases when one of theirs is opened.
const KEPT = 8,
  packed = $$("script.case-block"),
  blocks = new Map();
let index, rows;

const unpack = async script => {
  const text = atob(script.textContent);
  const bytes = new Uint8Array(text.length).map((none, at) => text.charCodeAt(at));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
};

const fullCase = async row => {
  const place = Math.floor(row / index.block);
  const block = blocks.get(place) ?? unpack(packed[place]);
  blocks.delete(place);
  blocks.set(place, block);
  if (blocks.size > KEPT) blocks.delete(blocks.keys().next().value);
  return (await block)[row % index.block];
};

const rowOf = id => {
  // Links hold raw ids, the index holds what can be seen of them; where the two differ, both are known.
  rows ??= new Map([...Object.entries(index.raw ?? {}), ...index.id.entries()].map(([row, known]) => [known, +row]));
  return rows.get(id) ?? -1;
};
