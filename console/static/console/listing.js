// The calendar of a listing: arrow keys move from night to night, and a pop-up shows what makes the price of the night.
// The pop-up shows a copy of what is below each month, so the page works without this script, too.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const calendar = document.querySelector("[data-calendar]");
  if (!calendar) return;
  const popUp = document.getElementById("factors-of-night");
  const nights = [...calendar.querySelectorAll("td.night")];
  const narrow = matchMedia("(max-width: 640px)");
  let shown = null;
  let closing = 0;

  const dayOf = (night) => night.id.slice("night-".length);

  function show(night) {
    clearTimeout(closing);
    if (shown === night) return;
    hide();
    const factors = document.getElementById(`factors-${dayOf(night)}`);
    popUp.replaceChildren(...[...factors.children].map((child) => child.cloneNode(true)));
    night.setAttribute("aria-describedby", popUp.id);
    popUp.hidden = false;
    shown = night;
    place(night);
  }

  function hide() {
    clearTimeout(closing);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    popUp.hidden = true;
  }

  // Below the night, or above it where there is no room; on a phone the style sheet puts it at the foot of the screen.
  function place(night) {
    popUp.style.left = popUp.style.top = "";
    if (narrow.matches) return;
    const frame = popUp.offsetParent.getBoundingClientRect();
    const box = night.getBoundingClientRect();
    const left = box.left - frame.left + box.width / 2 - popUp.offsetWidth / 2;
    const rightmost = frame.width - popUp.offsetWidth - 8;
    const fitsBelow = box.bottom + popUp.offsetHeight + 8 < innerHeight;
    const top = fitsBelow ? box.bottom - frame.top + 6 : box.top - frame.top - popUp.offsetHeight - 6;
    popUp.style.left = `${Math.max(8, Math.min(left, rightmost))}px`;
    popUp.style.top = `${top}px`;
  }

  function move(night) {
    if (!night) return;
    for (const each of nights) each.tabIndex = each === night ? 0 : -1;
    show(night); // before the focus moves, so that screen readers find the description
    night.focus();
    night.scrollIntoView({ block: "nearest", inline: narrow.matches ? "center" : "nearest" });
  }

  // The same day of a neighbouring month, or the nearest one that is shown.
  function monthAway(night, months) {
    const day = new Date(`${dayOf(night)}T00:00:00Z`);
    const wanted = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, 1));
    const month = wanted.toISOString().slice(0, 7);
    const there = nights.filter((each) => dayOf(each).startsWith(month));
    const distance = (each) => Math.abs(Number(dayOf(each).slice(8)) - day.getUTCDate());
    return there.sort((one, other) => distance(one) - distance(other))[0];
  }

  function target(key, night) {
    const at = nights.indexOf(night);
    const row = [...night.parentElement.querySelectorAll("td.night")];
    switch (key) {
      case "ArrowLeft": return nights[at - 1];
      case "ArrowRight": return nights[at + 1];
      case "ArrowUp": return nights[at - 7];
      case "ArrowDown": return nights[at + 7];
      case "Home": return row[0];
      case "End": return row.at(-1);
      case "PageUp": return monthAway(night, -1);
      case "PageDown": return monthAway(night, 1);
      default: return null;
    }
  }

  const nightOf = (event) => event.target.closest("td.night");
  const hideSoon = () => { closing = setTimeout(() => shown !== document.activeElement && hide(), 150); };

  calendar.addEventListener("keydown", (event) => {
    const night = nightOf(event);
    if (!night || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") show(night);
    else if (target(event.key, night) === null) return;
    else move(target(event.key, night));
    event.preventDefault();
  });
  calendar.addEventListener("focusin", (event) => nightOf(event) && show(nightOf(event)));
  calendar.addEventListener("focusout", hideSoon);
  calendar.addEventListener("click", (event) => nightOf(event) && move(nightOf(event)));
  calendar.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse" && nightOf(event)) show(nightOf(event));
  });
  calendar.addEventListener("pointerout", hideSoon);
  popUp.addEventListener("pointerenter", () => clearTimeout(closing));
  popUp.addEventListener("pointerleave", hideSoon);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("pointerdown", (event) => nightOf(event) || popUp.contains(event.target) || hide());
});
