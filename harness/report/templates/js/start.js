// What all scripts of the page share. A text from a record or a model only ever becomes a text node.
const root = document.documentElement,
  $$ = (selector, from = document) => [...from.querySelectorAll(selector)],
  ui = {};
for (const part of $$("[data-ui]")) ui[part.dataset.ui] = part;
for (const name of ["theme", "export"]) ui[name] = $$("button." + name)[0];
const acts = {}, // what buttons (by data-do) and keys do
  phone = matchMedia("(max-width: 720px)"),
  number = value => value.toLocaleString("en-US"),
  plural = (count, word) => number(count) + " " + word + (count === 1 ? "" : "s");

// A copy of a template of the page with these texts in it.
const fill = (name, ...texts) => {
  const node = ui[name].content.firstElementChild.cloneNode(true);
  $$("bdi", node).forEach((place, at) => (place.textContent = texts[at]));
  return node;
};

// A part with nothing to say is not there.
const put = (name, text) => {
  ui[name].textContent = text || "";
  ui[name].hidden = !text;
};

const mark = name => {
  const svg = fill("mark");
  svg.classList.add("m-" + name);
  svg.firstChild.setAttribute("href", "#m-" + name);
  return svg;
};

// Browsers may refuse storage to a file: then nothing is found, and keeping says that it failed.
const recall = key => {
  try {
    return localStorage.getItem(key);
  } catch {}
};
const parse = text => {
  try {
    return JSON.parse(text);
  } catch {}
};
const keep = (key, value) => {
  try {
    localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
};
