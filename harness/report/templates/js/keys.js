// Keys: each does what a button does too. Which does what stands in the table of the dialog.
const keys = {},
  places = {};
for (const { textContent, dataset } of $$("kbd", ui.help)) {
  keys[textContent] = dataset.key;
  places[textContent] = dataset.place;
}
let leader = 0; // when "g" was pressed

acts.help = () => ui.help.showModal();
acts.close = button => button.closest("dialog").close();
acts.find = () => {
  if (phone.matches && root.matches(".one")) acts.list();
  ui.search.select();
};

const press = event => {
  const { key, target, timeStamp } = event;
  if (modified(event) || event.isComposing || $$("dialog[open]").length) return;
  const writing = target.closest("textarea, select, input");
  if (key === "Escape") {
    if (target === ui.search) ui.list.focus();
    else if (!writing) acts.list();
  }
  if (writing || !ui.single.checked) return;
  const place = timeStamp - leader < 1500 && places[key];
  leader = key === "g" ? timeStamp : 0;
  if (place) location.hash = place;
  else if (keys[key]) {
    // Nobody judges a case that is not before their eyes.
    const { top, bottom } = ui.pane.getBoundingClientRect();
    const seen = top < innerHeight - 120 && bottom > 120;
    if (!seen) ui.section.scrollIntoView();
    if (seen || ![...OPINIONS, "note"].includes(keys[key])) acts[keys[key]]();
  } else return;
  event.preventDefault();
};
