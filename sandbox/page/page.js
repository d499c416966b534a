"use strict";
// Values come from channels and clients, so they are shown only as text: nothing here parses HTML.

const EVERY = 1000; // milliseconds
const MOST_ROWS = 500;
const MOST_SHOWN = 200; // characters of credentials; all are copied
const KINDS = {
  slow: ["Slow", "each answer comes 5 seconds late", { seconds: 5 }],
  server_error: ["Server error", "500 in the channel's own format"],
  rate_limited: ["Rate limited", "429 in the channel's own format"],
  expired_token: ["Expired token", "tokens and keys are refused"],
  malformed_json: ["Malformed JSON", "answers are cut off in the middle"],
  wrong_types: ["Wrong types", "numbers as words and texts as numbers"],
  reset: ["Reset", "connections are reset without an answer"],
  feed_repeats: ["Feed repeats", "feeds repeat their items"],
  feed_reorders: ["Feed reorders", "feeds reverse their pages"],
  feed_goes_back: ["Feed goes back", "feeds start from the beginning again"],
};

const at = (id) => document.getElementById(id);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function ask(path, method = "GET", body) {
  const options = { method, headers: { Accept: "application/json" } };
  if (body !== undefined) options.body = JSON.stringify(body);
  const response = await fetch(path, options);
  const text = await response.text();
  const document = text ? JSON.parse(text) : {};
  if (!response.ok) throw new Error(document.error || `HTTP ${response.status}`);
  return document;
}

// Answers that were asked for before a change, or during it, are out of date.
let changes = 0;
let changing = 0;

async function change(path, method, body) {
  changes += 1;
  changing += 1;
  try {
    return await ask(path, method, body);
  } finally {
    changes += 1;
    changing -= 1;
  }
}

function say(text, source) {
  at("status").textContent = text;
  at("status").dataset.source = source;
  at("status").hidden = !text;
}

// What went wrong stays until the same source succeeds: reading every second does not hide that a click was refused.
function attempt(work, source = "click") {
  return async (event) => {
    try {
      await work(event);
      if (at("status").dataset.source === source) say("", source);
    } catch (error) {
      say(`This did not work: ${error.message}`, source);
    }
  };
}

// Clock

function showClock(clock) {
  at("now").textContent = clock.now.replace("T", " ").replace("+00:00", " UTC");
  at("now").dateTime = clock.now;
  at("clock-state").textContent = clock.stopped ? "stopped" : clock.moved ? "running, moved" : "real time";
  // The focus must not be lost with the button that is hidden.
  const [shown, hidden] = clock.stopped ? ["run", "stop"] : ["stop", "run"];
  const hadFocus = document.activeElement === at(hidden);
  at(hidden).hidden = true;
  at(shown).hidden = false;
  if (hadFocus) at(shown).focus();
}

// Faults and limits

function showFaults(faults) {
  const chosen = at("fault-channel").value || null;
  const simple = (fault) => fault.method === null && fault.path === null && fault.count === null && fault.probability === 1;
  for (const input of at("faults").querySelectorAll("input")) {
    const found = faults.find((fault) => fault.kind === input.value && fault.channel === chosen && simple(fault));
    input.checked = Boolean(found);
    input.dataset.fault = found ? found.id : "";
  }
  const shown = new Set([...at("faults").querySelectorAll("input")].map((input) => input.dataset.fault));
  const others = faults.filter((fault) => !shown.has(String(fault.id)));
  const key = JSON.stringify(others);
  if (at("other-faults").dataset.shown === key) return;
  at("other-faults").dataset.shown = key;
  at("other-faults").replaceChildren(
    ...(others.length ? [element("h3", { textContent: "Other faults that are on" })] : []),
    ...others.map((fault) => {
      const parts = Object.entries(fault).filter(([name, value]) =>
        !["id", "kind"].includes(name) && value !== null && String(value) !== "" && !(name === "probability" && value === 1)
        && !(name === "seconds" && fault.kind !== "slow"));
      const words = `${fault.kind}${parts.map(([name, value]) => `, ${name} ${value}`).join("")}`;
      const button = element("button", { type: "button", textContent: "Remove" });
      button.setAttribute("aria-label", `Remove ${words}`);
      button.addEventListener("click", attempt(async () => {
        await change(`/_control/faults/${fault.id}`, "DELETE");
        await refresh();
      }));
      return element("div", { className: "credential" }, element("code", { textContent: words }), button);
    }),
  );
}

function addSwitches() {
  for (const [kind, [name, explanation, more]] of Object.entries(KINDS)) {
    const input = element("input", { type: "checkbox", value: kind });
    input.setAttribute("role", "switch");
    input.addEventListener("change", attempt(async () => {
      const channel = at("fault-channel").value || null;
      if (input.checked) await change("/_control/faults", "POST", { kind, channel, ...more });
      else if (input.dataset.fault) await change(`/_control/faults/${input.dataset.fault}`, "DELETE");
      await refresh();
    }));
    const words = element("span", {}, element("strong", { textContent: name }), " ", element("small", { textContent: explanation }));
    at("faults").append(element("label", { className: "switch" }, input, words));
  }
}

// Accounts

function showAccounts(channels) {
  for (const [name, channel] of Object.entries(channels)) {
    for (const select of ["fault-channel", "log-channel"]) at(select).append(element("option", { value: name, textContent: name }));
    const accounts = channel.credentials.map((credentials, number) => {
      const text = JSON.stringify(credentials);
      const button = element("button", { type: "button", textContent: "Copy" });
      button.setAttribute("aria-label", `Copy the credentials of account ${number + 1} of ${name}`);
      button.addEventListener("click", attempt(async () => {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 2000);
      }));
      const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)} … (${text.length} characters)` : text;
      return element("div", { className: "credential" }, element("code", { textContent: shown }), button);
    });
    at("accounts").append(element("h3", { textContent: name }), element("p", {}, element("code", { textContent: channel.url })), ...accounts);
  }
}

// Bookings and requests

function cell(text, className = "") {
  return element("td", { textContent: text, className });
}

function showBookings(bookings) {
  const key = JSON.stringify(bookings);
  if (at("bookings").dataset.shown === key) return;
  at("bookings").dataset.shown = key;
  at("no-bookings").hidden = bookings.length > 0;
  at("bookings").replaceChildren(...bookings.map((booking) => element("tr", {},
    cell(booking.booked_at.slice(11, 19), "short"), cell(`${booking.listing} (${booking.manager})`, "name"),
    cell(booking.arrival, "short"), cell(booking.nights, "number"),
    cell(`${Math.round(booking.rent).toLocaleString("en")} ${booking.currency || ""}`, "number short"),
    cell(booking.status.replaceAll("_", " "), "short"), cell(booking.source, "short"))));
}

let latest = 0;

function showRequests(answer) {
  if (answer.latest < latest) latest = 0; // the sandbox was started again
  const rows = answer.requests.slice(-MOST_ROWS).map((request) => element("tr", {},
    cell(request.status === null ? "reset" : request.status, `number ${request.status < 400 && request.status !== null ? "good" : "bad"}`),
    cell(request.method, "short"), cell(request.channel, "short"),
    cell(request.path + (request.query ? `?${request.query}` : ""), "path")));
  at("log").prepend(...rows.reverse()); // latest first
  while (at("log").rows.length > MOST_ROWS) at("log").deleteRow(-1);
  at("no-requests").hidden = at("log").rows.length > 0;
  latest = answer.latest;
}

async function readLog() {
  if (!at("follow").checked) return;
  const channel = encodeURIComponent(at("log-channel").value);
  showRequests(await ask(`/_control/requests?after=${latest}&channel=${channel}`));
}

function restartLog() {
  at("log").replaceChildren();
  latest = 0;
}

async function refresh() {
  const before = changes;
  const [clock, faults, limits] = await Promise.all(["clock", "faults", "limits"].map((name) => ask(`/_control/${name}`)));
  if (changing || changes !== before) return;
  showClock(clock);
  showFaults(faults.faults);
  at("limits").checked = limits.enabled;
}

async function follow() {
  for (let round = 0; ; round += 1) {
    await attempt(async () => {
      if (document.hidden) return;
      await refresh();
      await readLog();
      if (round % 3 === 0) showBookings((await ask("/_control/bookings")).bookings);
    }, "following")();
    await new Promise((done) => setTimeout(done, EVERY));
  }
}

attempt(async () => {
  addSwitches();
  for (const button of at("clock-buttons").querySelectorAll("button")) {
    button.addEventListener("click", attempt(async () => {
      showClock(await change("/_control/clock", "POST", JSON.parse(button.dataset.clock)));
      showBookings((await ask("/_control/bookings")).bookings);
    }));
  }
  at("fault-channel").addEventListener("change", attempt(refresh));
  at("limits").addEventListener("change", attempt(async () => {
    await change("/_control/limits", "POST", { enabled: at("limits").checked });
    await refresh();
  }));
  at("log-channel").addEventListener("change", attempt(async () => { restartLog(); await readLog(); }));
  at("clear").addEventListener("click", attempt(async () => { await ask("/_control/requests", "DELETE"); restartLog(); }));
  showAccounts((await ask("/")).channels);
  follow();
})();
