// The theme has elements that only a mouse can use: they have a handler of clicks, and are neither buttons nor links
// with an address. This makes them buttons for the keyboard and for screen readers.
const NAMES = {
  dock_to_right: "Show or hide the sidebar", close: "Close", light_mode: "Light colours", dark_mode: "Dark colours",
  computer: "Choose the colours",
};

function isForMouseOnly(element) {
  return element.hasAttribute("x-on:click") && !element.matches("button, input, a[href], nav, [tabindex]") &&
    element.textContent.trim() !== "" && !element.querySelector("a[href], button, input");
}

function name(element) {
  const icon = element.textContent.trim();
  if (NAMES[icon]) element.setAttribute("aria-label", NAMES[icon]);
}

document.addEventListener("DOMContentLoaded", () => {
  for (const element of document.querySelectorAll("[x-on\\:click]")) {
    if (!isForMouseOnly(element)) continue;
    element.setAttribute("role", "button");
    element.tabIndex = 0;
    name(element);
  }
  const theme = document.querySelector('[x-on\\:click="openTheme = !openTheme"]');
  theme?.setAttribute("aria-label", NAMES.computer);
});

document.addEventListener("keydown", (event) => {
  const element = event.target;
  if ((event.key === "Enter" || event.key === " ") && element.matches?.('[role="button"][x-on\\:click]')) {
    event.preventDefault();
    element.click();
  }
});
