"use strict";

const page = document.getElementById("redoc");

// ReDoc computes further colours from these, and cannot change them later: a change of the system loads the page again.
const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => location.reload());

const fonts = { fontFamily: "system-ui, sans-serif", headings: { fontFamily: "system-ui, sans-serif" } };
const light = { colors: { primary: { main: "#0b5fa5" } }, typography: { ...fonts, links: { color: "#0b5fa5" } } };
const shade = {
  colors: {
    primary: { main: "#7db8ec" },
    text: { primary: "#dfe6ec", secondary: "#b4c0cb" },
    border: { dark: "#36414c", light: "#36414c" },
    gray: { 50: "#1b222a", 100: "#1b222a" },
    error: { main: "#ff8a80" },
    success: { main: "#6bd08f" },
    warning: { main: "#f0b35b", contrastText: "#14191f" },
    responses: {
      success: { color: "#6bd08f", backgroundColor: "#16281f", tabTextColor: "#6bd08f" },
      error: { color: "#ff8a80", backgroundColor: "#2e1c1d", tabTextColor: "#ff8a80" },
      redirect: { color: "#f0b35b", backgroundColor: "#2b2417", tabTextColor: "#f0b35b" },
      info: { color: "#7db8ec", backgroundColor: "#16222e", tabTextColor: "#7db8ec" },
    },
  },
  schema: { linesColor: "#5b6b7a", nestedBackground: "#1b222a", typeNameColor: "#b4c0cb", typeTitleColor: "#b4c0cb" },
  typography: {
    ...fonts,
    code: { color: "#ffb3a7", backgroundColor: "#232c35" },
    links: { color: "#7db8ec", hover: "#9ccbf5", visited: "#7db8ec" },
  },
  sidebar: { backgroundColor: "#14191f", textColor: "#dfe6ec", activeTextColor: "#7db8ec" },
  rightPanel: { backgroundColor: "#0f1419", textColor: "#dfe6ec" },
  codeBlock: { backgroundColor: "#0a0e12" },
};

Redoc.init(page.dataset.schema, { hideDownloadButton: false, theme: dark.matches ? shade : light }, page);
