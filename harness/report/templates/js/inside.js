// Search inside the answers: walks the blocks one by one, without keeping them.
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'" };
// Tags within a line part no words; all others do. No tag of the server's has ">" in an attribute.
const INLINE = /<\/?(?:b|bdi|code|del|em|i|ins|mark|s|span|strong|wbr)\b[^>]*>/g;
let walk;

const caseText = ({ html, more }) => {
  const text = html.replace(INLINE, "").replace(/<[^>]*>/g, "\n").replace(/&[^;]{2,3};/g, one => ENTITIES[one] ?? one);
  return [text, ...Object.values(more).map(parts => parts.join(""))].join("\n").toLowerCase();
};

acts.inside = async () => {
  const mine = (walk = {});
  const wanted = words();
  const hits = new Uint8Array(index.rows);
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
  ui.inside.hidden = !query || !!inside;
};
