// The theme follows the system until a person chooses; the choice is this browser's, never the file's.
const THEMES = ["system", "light", "dark"];
const dye = name => {
  root.dataset.theme = name;
  put("theme", "Theme: " + name);
};
ui.theme.onclick = () => {
  dye(THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % 3]);
  keep("shadow theme", root.dataset.theme);
};
dye(root.dataset.theme ?? THEMES[0]);
