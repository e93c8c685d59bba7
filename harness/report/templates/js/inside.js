// Search inside the answers: walks the blocks one by one, without keeping them.
const decoder = document.createElement("textarea"); // holds no elements: only entities are read
// Tags within a line part no words; all others do. No tag of the server's has ">" in an attribute.
const INLINE = /<\/?(?:b|bdi|code|del|ins|mark|q|span|u)\b[^>]*>/g;
let walk;

// What every case has, such as the system prompt, would find every case: it is not searched.
const caseText = ({ html, more }) => {
  const own = html.replace(/<details class="fold aside">[^]*?<\/details>/g, "");
  decoder.innerHTML = own.replace(INLINE, "").replace(/<[^>]*>/g, "\n");
  const rest = Object.keys(more).filter(key => own.includes(`"${key}"`)).flatMap(key => [...more[key], "\n"]);
  return `${decoder.value}\n${rest.join("")}`.toLowerCase();
};

acts.inside = async () => {
  const mine = (walk = {}),
    wanted = words(),
    hits = new Uint8Array(index.rows);
  ui.inside.hidden = true;
  ui.walk.hidden = false;
  ui.progress.max = packed.length;
  for (let place = 0; place < packed.length; place++) {
    ui.progress.value = place;
    const cases = await unpack(packed[place]);
    await new Promise(done => setTimeout(done)); // lets a click on "Cancel" through
    if (walk !== mine) return;
    cases.forEach((one, at) => {
      const text = caseText(one);
      hits[place * index.block + at] = wanted.every(word => text.includes(word));
    });
  }
  inside = hits;
  acts.cancel();
  refilter();
};

acts.cancel = () => {
  walk = 0;
  ui.walk.hidden = true;
  drawFilters();
};
