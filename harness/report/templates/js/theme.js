// The theme follows the system until a person chooses; the choice is this browser's, never the file's.
const THEMES = ["system", "light", "dark"];
const dye = name => {
  const theme = THEMES.includes(name) ? name : THEMES[0];
  if (theme === THEMES[0]) delete root.dataset.theme;
  else root.dataset.theme = theme;
  put("theme", "Theme: " + theme);
  ui.theme.onclick = () => {
    const next = THEMES[(THEMES.indexOf(theme) + 1) % 3];
    keep("shadow theme", next);
    dye(next);
  };
};
dye(recall("shadow theme"));
